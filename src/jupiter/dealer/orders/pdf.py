"""The printed bon de commande: what it says, as plain facts, and its A4 pages."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from jupiter.dealer.customers.models import Party, Title
from jupiter.dealer.vehicles.models import VatRegime
from jupiter.kit import pdf
from jupiter.kit.clock import paris
from jupiter.kit.compiled import Compiled, Given, is_one_of
from jupiter.kit.french import COUNTRIES, NO_BREAK, grouped, printed_date, printed_phone
from jupiter.kit.lines import with_lines
from jupiter.kit.words import in_french

from .models import Order, OrderSet

TEMPLATE = Path(__file__).with_name("order_form.typ")
NOTHING = "—"
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


class Mention(NamedTuple):
    """A sentence the law asks for. None is verified yet: a lawyer must read them before a real sale is printed."""

    when: str  # always, margin, label, without_label, company, credit, cash, elsewhere, distance, export, disbursement
    text: str
    source: str
    is_verified: bool = False


MENTIONS = (
    Mention("always", "Prix toutes taxes comprises, hors carte grise sauf ligne de frais contraire.", "décret 78-993"),
    Mention("always", "Kilométrage inscrit au compteur, non garanti sauf justificatif remis à l’acheteur.", "décret 78-993, art. 2"),
    Mention("margin", "Régime particulier – Biens d’occasion (CGI, art. 297 A)\u00a0: la TVA n’apparaît pas et ne peut être déduite.", "CGI 297 E"),
    Mention("cash", "Paiement au comptant.", "décret 78-993"),
    Mention("credit", "Paiement à crédit\u00a0: le contrat est résolu si le prêteur ne consent pas le financement.", "C. conso L312-52"),
    Mention("label", "La garantie commerciale s’ajoute aux garanties légales et ne les remplace pas.", "C. conso L217-21"),
    Mention("without_label", "Vente sans garantie commerciale label, à la demande de l’acheteur.", "usage"),
    Mention("private", "Garantie légale de conformité\u00a0: deux ans à compter de la délivrance (C. conso, art. L217-3). Vices cachés\u00a0: C. civ., art. 1641.", "D211-2"),
    Mention("private", "Acompte\u00a0: la somme versée engage les deux parties\u00a0; ce ne sont pas des arrhes (C. conso, art. L214-1).", "C. conso L214-1"),
    Mention("private", "Contrôle technique de moins de six mois remis avant la vente pour un véhicule de plus de quatre ans.", "décret 78-993, art. 5 bis"),
    Mention("seller", "Contrat conclu dans l’établissement du vendeur\u00a0: pas de droit de rétractation.", "usage"),
    Mention("elsewhere", "Contrat conclu hors établissement\u00a0: droit de rétractation de quatorze jours (C. conso, art. L221-18).", "L221-18"),
    Mention("distance", "Contrat conclu à distance\u00a0: droit de rétractation de quatorze jours (C. conso, art. L221-18).", "L221-18"),
    Mention("export", "Vente à l’export\u00a0: facturation et TVA selon le pays de destination.", "CGI 262"),
    Mention("disbursement", "Débours\u00a0: sommes payées pour le compte de l’acheteur, hors TVA (CGI, art. 267, II, 2°).", "CGI 267"),
)  # fmt: skip

TERMS = (
    ("Objet", "Le présent bon de commande engage le vendeur et l’acheteur sur le véhicule, le prix et la date qu’il indique."),
    ("Prix", "Le prix négocié est ferme. Les frais sont ceux des lignes du bon\u00a0; rien d’autre n’est dû."),
    ("Livraison", "Le véhicule est livré au plus tard à la date indiquée. Passé ce délai, l’acheteur peut mettre le vendeur en demeure, puis résoudre le contrat."),
    ("Reprise", "La valeur de reprise suppose un véhicule conforme à sa description, libre de gage, remis avec ses papiers et ses clés."),
    ("Financement", "Lorsque le prix est payé à crédit, la vente dépend de l’accord du prêteur."),
    ("Garanties", "Les garanties légales s’appliquent. La garantie commerciale, lorsqu’elle est souscrite, fait l’objet d’un document séparé."),
    ("Données personnelles", "Les données de l’acheteur servent à la vente et aux obligations légales du vendeur. L’acheteur y accède auprès du vendeur."),
    ("Litiges", "L’acheteur non professionnel peut saisir gratuitement le médiateur de la consommation dont relève le vendeur."),
)  # fmt: skip


PAPER_COLUMNS = (
    "group_id", "number", "state", "created_on", "edited_on", "made_at", "closed_on", "closed_frozen", "closings", "print_name", "seller", "mileage_km",
    "without_label", "vat_regime", "vat_percent", "asking_gross", "agreed_net", "agreed_vat", "agreed_gross", "trade_in_vehicle_id",
    "trade_in_plate", "trade_in_model", "trade_in_value", "financing", "lender", "financing_reference", "financing_amount",
    "financing_months", "financing_from", "delivery_on", "delivery_at", "delivery_place", "print_logo", "print_big_logo", "print_terms",
    "print_order", "print_discount", "print_export", "warranty__label",
    *(f"site__{name}" for name in ("name", "legal_name", "address", "postcode", "city", "country", "phone", "code", "network_code")),
    *(f"buyer__{one.name}" for one in Party._meta.get_fields()),
    *(f"vehicle__{name}" for name in (
        "stock_number", "plate", "vin", "make", "model", "trim", "kind", "fuel", "first_registered_on", "registered_on", "tax_power_cv",
        "din_power_hp", "co2_g_km",
    )),
)  # fmt: skip


def _for_paper() -> OrderSet:
    asked = Order.objects.visible().filter(is_one_of("site_id", Given("sites")), group=Given("group"), number=Given("number"))
    return with_lines(asked.select_related("site", "vehicle", "warranty", "buyer").only(*PAPER_COLUMNS), "fees", "deposits")


PAPER = Compiled(_for_paper)  # one narrow row with all that `facts_of` says, where an order's page reads two hundred columns


@in_french
def facts_of(order: Order) -> dict[str, Any]:
    """All that the paper says, as text: kept with the closed order, so that it can be printed the same for ever."""
    car, buyer, site, sums = order.vehicle, order.buyer, order.site, order.sums()
    return {
        "number": order.number,
        "created_on": order.created_on.isoformat(),
        "edited_on": _day(order.edited_on),
        "made_at": order.made_at,
        "closed_on": _day(order.closed_on),
        "site": {
            "name": order.print_name or site.print_name, "address": site.address, "postcode": site.postcode, "city": site.city,
            "country": site.country, "phone": site.phone, "code": site.code, "network_code": site.network_code,
        },
        "seller": order.seller,
        "buyer": {one.name: _text(getattr(buyer, one.name)) for one in Party._meta.get_fields()},
        "vehicle": {
            "stock_number": car.stock_number, "plate": car.plate, "vin": car.vin, "make": car.make, "model": car.model,
            "trim": car.trim, "kind": car.kind, "fuel": str(car.get_fuel_display()) if car.fuel else "",
            "first_registered_on": _day(car.first_registered_on), "registered_on": _day(car.registered_on),
            "tax_power_cv": car.tax_power_cv, "din_power_hp": car.din_power_hp, "co2_g_km": car.co2_g_km,
        } if car else None,
        "mileage_km": order.mileage_km,
        "warranty": order.warranty.label if order.warranty else "",
        "without_label": order.without_label,
        "price": {
            "regime": order.vat_regime, "vat_percent": _text(order.vat_percent), "asking": _text(order.asking_gross),
            "net": _text(order.agreed_net), "vat": _text(order.agreed_vat), "gross": _text(order.agreed_gross),
            "discount": _text(order.discount),
        },
        "fees": [{"label": fee.label, "amount": _text(fee.amount), "kind": fee.kind} for fee in order.fees.all()],
        "deposits": [
            {"amount": _text(one.amount), "paid_by": str(one.get_paid_by_display()), "on": _day(one.paid_on)} for one in order.deposits.all()
        ],
        "trade_in": {
            "plate": order.trade_in_plate, "model": order.trade_in_model, "value": _text(order.trade_in_value),
        } if order.has_trade_in else None,
        "financing": {
            "kind": str(order.get_financing_display()), "lender": order.lender, "reference": order.financing_reference,
            "amount": _text(order.financing_amount), "months": order.financing_months, "from": _day(order.financing_from),
        } if order.financing else None,
        "sums": {
            "total": _text(sums.total), "fees": _text(sums.fees), "trade_in": _text(sums.trade_in),
            "deposits": _text(sums.deposits), "left_to_pay": _text(sums.left_to_pay),
        },
        "delivery": {
            "on": _day(order.delivery_on), "at": paris(order.delivery_at).isoformat() if order.delivery_at else "",
            "place": order.delivery_place,
        },
        "options": {
            "logo": order.print_logo, "big_logo": order.print_big_logo, "terms": order.print_terms, "order": order.print_order,
            "discount": order.print_discount, "export": order.print_export,
        },
    }  # fmt: skip


def order_form(facts: Mapping[str, Any], *, dated: date, provisional: bool) -> bytes:
    """The same facts on the same day are the same bytes."""
    return pdf.printed(TEMPLATE, printed_facts(facts, provisional=provisional), dated=dated)


def printed_facts(facts: Mapping[str, Any], *, provisional: bool) -> dict[str, Any]:
    """What the template sets on the page: finished French lines, no arithmetic."""
    site, buyer, car, price, options = facts["site"], facts["buyer"], facts["vehicle"], facts["price"], facts["options"]
    return {
        "number": str(facts["number"]),
        "provisional": provisional,
        "lang": "fr",
        "logo": options["logo"],
        "big_logo": options["big_logo"],
        "title": "Bon de commande",
        "subtitle": "Véhicule d’occasion",
        "dates": [line for line in (f"Établi le {_printed(facts['created_on'])}", f"Édité le {_printed(facts['edited_on'])}" if facts["edited_on"] else "") if line],
        "site": {"name": site["name"], "lines": [line for line in (site["address"], _place(site), _tel(site["phone"])) if line]},
        "seller": facts["seller"],
        "buyer": {"name": _name(buyer), "lines": _buyer_lines(buyer)},
        "vehicle": _vehicle_lines(car, facts["mileage_km"]) if car else [["Véhicule", "à choisir"]],
        "vehicle_name": " ".join(part for part in (car["make"], car["model"], car["trim"]) if part) if car else "",
        "warranty": facts["warranty"] or ("Sans garantie label" if facts["without_label"] else "à choisir"),
        "prices": _price_lines(price, options),
        "fees": [[fee["label"] or "Frais", _euros(fee["amount"])] for fee in facts["fees"]],
        "sums": _sum_lines(facts),
        "left_to_pay": _euros(facts["sums"]["left_to_pay"]),
        "delivery": _delivery_lines(facts["delivery"]),
        "financing": _financing_lines(facts["financing"]),
        "trade_in": _trade_in_lines(facts["trade_in"]),
        "mentions": [mention.text for mention in MENTIONS if mention.when in _occasions(facts)],
        "terms": [list(term) for term in TERMS] if options["terms"] else [],
    }  # fmt: skip


def _occasions(facts: Mapping[str, Any]) -> set[str]:
    company = facts["buyer"]["title"] == Title.COMPANY
    said = {"always", facts["made_at"], "credit" if facts["financing"] else "cash", "company" if company else "private"}
    said.add("label" if facts["warranty"] else "without_label" if facts["without_label"] else "")
    if facts["price"]["regime"] == VatRegime.MARGIN:
        said.add("margin")
    if facts["options"]["export"]:
        said.add("export")
    if any(fee["kind"] == "disbursement" for fee in facts["fees"]):
        said.add("disbursement")
    return said


def _vehicle_lines(car: Mapping[str, Any], mileage_km: int | None) -> list[list[str]]:
    first = date.fromisoformat(car["first_registered_on"]) if car["first_registered_on"] else None
    lines = [
        ("Marque", car["make"]), ("Modèle", car["model"]), ("Version", car["trim"]), ("Immatriculation", car["plate"]), ("VIN", car["vin"]),
        ("N° police", car["stock_number"]), ("1re mise en circulation", f"{MONTHS[first.month - 1]} {first.year}" if first else ""),
        ("Énergie", car["fuel"]), ("Genre", car["kind"]),
        ("Kilométrage", f"{grouped(mileage_km)}{NO_BREAK}km" if mileage_km else ""),
        ("Puissance", f"{car['din_power_hp']}{NO_BREAK}ch" if car["din_power_hp"] else ""),
        ("Puissance fiscale", f"{car['tax_power_cv']}{NO_BREAK}CV" if car["tax_power_cv"] else ""),
        ("CO₂", f"{car['co2_g_km']}{NO_BREAK}g/km" if car["co2_g_km"] else ""),
    ]  # fmt: skip
    return [[name, value] for name, value in lines if value]


def _price_lines(price: Mapping[str, Any], options: Mapping[str, Any]) -> list[list[str]]:
    if not price["gross"]:
        return [["Prix négocié TTC", NOTHING]]
    lines = []
    if options["discount"] and price["discount"] and Decimal(price["discount"]) > 0:
        lines += [["Prix de vente TTC", _euros(price["asking"])], ["Remise commerciale", f"−{NO_BREAK}{_euros(price['discount'])}"]]
    if price["regime"] == VatRegime.STANDARD and price["net"]:
        lines += [["Prix négocié HT", _euros(price["net"])], [f"TVA ({_percent(price['vat_percent'])})", _euros(price["vat"])]]
    return [*lines, ["Prix négocié TTC", _euros(price["gross"])]]


def _sum_lines(facts: Mapping[str, Any]) -> list[list[str]]:
    sums = facts["sums"]
    lines = [["Total TTC", _euros(sums["total"])]]
    if facts["trade_in"]:
        lines.append(["Reprise", f"−{NO_BREAK}{_euros(sums['trade_in'])}"])
    for deposit in facts["deposits"]:
        on = deposit.get("on", "")  # the orders closed before deposits had a date
        paid = ", ".join(filter(None, [deposit["paid_by"].lower(), f"le {_printed(on)}" if on else ""]))
        lines.append([f"Acompte ({paid})" if paid else "Acompte", f"−{NO_BREAK}{_euros(deposit['amount'])}"])
    return lines


def _delivery_lines(delivery: Mapping[str, Any]) -> list[list[str]]:
    hour = f"{int(delivery['at'][11:13])}{NO_BREAK}h{NO_BREAK}{delivery['at'][14:16]}" if delivery["at"] else ""
    on = _printed(delivery["on"]) if delivery["on"] else NOTHING
    return [["Date limite de livraison", f"{on} à {hour}" if hour else on], *([["Lieu", delivery["place"]]] if delivery["place"] else [])]


def _financing_lines(financing: Mapping[str, Any] | None) -> list[list[str]]:
    if not financing:
        return []
    lines = [
        ("Type", financing["kind"]), ("Organisme", financing["lender"]), ("N° de référence", financing["reference"]),
        ("Montant", _euros(financing["amount"]) if financing["amount"] else ""),
        ("Durée", f"{financing['months']}{NO_BREAK}mois" if financing["months"] else ""),
        ("Début", _printed(financing["from"]) if financing["from"] else ""),
    ]  # fmt: skip
    return [[name, value] for name, value in lines if value]


def _trade_in_lines(trade_in: Mapping[str, Any] | None) -> list[list[str]]:
    if not trade_in:
        return []
    lines = [("Modèle", trade_in["model"]), ("Immatriculation", trade_in["plate"]), ("Valeur", _euros(trade_in["value"] or "0"))]
    return [[name, value] for name, value in lines if value]


def _name(buyer: Mapping[str, Any]) -> str:
    short = {Title.MR.value: "M.", Title.MRS.value: "Mme"}.get(buyer["title"], "")
    return " ".join(part for part in (short, buyer["last_name"], buyer["first_name"]) if part) or NOTHING


def _buyer_lines(buyer: Mapping[str, Any]) -> list[str]:
    lines = [
        buyer["address"], buyer["address_2"], buyer["address_3"], _place(buyer), _tel(buyer["mobile"] or buyer["phone"]), buyer["email"],
        f"SIRET {buyer['siret']}" if buyer["siret"] else "",
    ]  # fmt: skip
    return [line for line in lines if line]


def _place(party: Mapping[str, Any]) -> str:
    country = "" if party["country"] in ("", "FR") else COUNTRIES.get(party["country"], party["country"])
    return " ".join(part for part in (party["postcode"], party["city"], f"({country})" if country else "") if part)


def _tel(number: str) -> str:
    return f"Tél. {printed_phone(number)}" if number else ""


def _euros(amount: str) -> str:
    return f"{grouped(Decimal(amount), 2)}{NO_BREAK}€"


def _percent(rate: str) -> str:
    return f"{Decimal(rate).normalize():f}".replace(".", ",") + f"{NO_BREAK}%"


def _printed(day: str) -> str:
    return printed_date(date.fromisoformat(day))


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _text(value: object) -> str:
    """An amount typed a moment ago reads as it will from its column: with two decimals."""
    return "" if value is None else f"{value:.2f}" if isinstance(value, Decimal) else str(value)
