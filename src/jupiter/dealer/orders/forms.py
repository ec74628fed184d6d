"""What a person may type on a bon de commande, and the sentences of what it lacks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from jupiter.dealer.customers.models import Customer, Title
from jupiter.dealer.sites.models import Site
from jupiter.dealer.vehicles.models import VatRegime, Vehicle
from jupiter.kit import french
from jupiter.kit.clock import business_today, paris
from jupiter.kit.money import Price
from jupiter.kit.web.forms import (
    FrenchDateField,
    FrenchEmailField,
    FrenchTimeField,
    Group,
    KilometreField,
    KitForm,
    LineField,
    MoneyField,
    NameField,
    PhoneField,
    PickField,
    PlateField,
    PostcodeField,
    SiretField,
    WholeField,
)

from . import rules
from .actions import BUYER_FACTS, Deposit, Fee, Typed
from .models import Order, OrderDeposit, OrderFee, WarrantyChoice

FEE_LINES = range(1, 6)
DEPOSIT_LINES = range(1, 9)
OLDEST_BIRTH = date(1900, 1, 1)
PRICES = ("asking", "agreed")
NO_LABEL = "none"  # in the list *Garantie*: said, not left out
HIDDEN = ("version", "vehicle", "customer", "trade_in_vehicle")
OWN_COLUMNS = (  # written as typed
    "seller", "print_name", "mileage_km", "trade_in_plate", "trade_in_model", "trade_in_value", "financing",
    "financing_from", "financing_months", "financing_reference", "financing_amount", "lender", "delivery_on", "delivery_place", "made_at",
    "edited_on", "print_order", "print_logo", "print_big_logo", "print_terms", "print_discount", "print_export",
)  # fmt: skip

# What closing lacks, in the side panel's words: field, words.
TO_CLOSE: dict[str, tuple[str, Any]] = {
    "vehicle": ("stock_number", _("Véhicule vendu")),
    "warranty": ("warranty", _("Garantie, ou sans garantie label")),
    "last_name": ("last_name", _("Nom de l’acheteur")),
    "first_name": ("first_name", _("Prénom de l’acheteur")),
    "delivery_on": ("delivery_on", _("Date de livraison")),
    "delivery_before_order": ("delivery_on", _("Livraison à partir de la date du bon")),
    "agreed_gross": ("agreed_gross", _("Prix négocié")),
    "network_code": ("warranty", _("Code RRD1 du site")),
    "plate": ("stock_number", _("Immatriculation du véhicule")),
    "plate_not_siv": ("stock_number", _("Immatriculation que le Centralisateur prenne")),
    "vin": ("stock_number", _("VIN du véhicule")),
    "vin_not_17": ("stock_number", _("VIN de 17 caractères")),
}
# What the declaration will ask for, and the order could already say.
TO_DECLARE = {
    "title": _("Civilité de l’acheteur"), "address": _("Adresse de l’acheteur"), "postcode": _("Code postal"), "city": _("Ville"),
}  # fmt: skip


def deposit_names(line: int) -> tuple[str, str, str]:
    """Amount, paid by, paid on: the first line stands among the other fields, the others below it."""
    after = "" if line == 1 else f"_{line}"
    return f"deposit{after}", f"paid_by{after}", f"deposit_on{after}"


def obstacle_sentence(obstacle: str, *, site: Site, vehicle: Vehicle | None) -> str:
    """Why Clôturer is refused, in a sentence that says what to do."""
    plate, vin = (vehicle.plate, vehicle.vin) if vehicle else ("", "")
    no_label = said("sinon, vendez sans garantie label")
    match obstacle:
        case "vehicle":
            return said("Choisissez le véhicule vendu par son n° de police")
        case "warranty":
            return said("Choisissez une garantie, ou «\u00a0Sans garantie label\u00a0»")
        case "delivery_before_order":
            return said("La livraison ne peut pas précéder la date du bon")
        case "network_code":
            return said("Le champ Code RRD1 du site {site} est vide\u00a0: complétez-le dans Paramétrage\u00a0; {no_label}").format(
                site=site.name, no_label=no_label
            )
        case "plate":
            return said("Le véhicule n’a pas d’immatriculation\u00a0: complétez sa fiche\u00a0; {no_label}").format(no_label=no_label)
        case "plate_not_siv":
            return said(
                "Le Centralisateur ne prend que les immatriculations du type AA-123-BB\u00a0: {plate} ne peut pas y être déclarée\u00a0; {no_label}"
            ).format(plate=plate, no_label=no_label)
        case "vin":
            return said("Le véhicule n’a pas de VIN\u00a0: complétez sa fiche\u00a0; {no_label}").format(no_label=no_label)
        case "vin_not_17":
            return said("Le Centralisateur ne prend que les VIN de 17 caractères\u00a0: {vin} en a {count}\u00a0; {no_label}").format(
                vin=vin, count=len(vin), no_label=no_label
            )
    names = {
        "last_name": said("Le champ nom est obligatoire"), "first_name": said("Le champ prénom est obligatoire"),
        "delivery_on": said("Le champ date de livraison est obligatoire"),
        "agreed_gross": said("Le champ prix négocié TTC est obligatoire, et plus grand que zéro"),
    }  # fmt: skip
    return names[obstacle]


def doubt_sentence(doubt: rules.Doubt) -> str:
    if doubt.code == "town":
        return said("{place}\u00a0: le code postal et la ville ne vont pas ensemble").format(place=doubt.seen)
    return said("{now} km après {before} km\u00a0: le compteur recule").format(
        now=french.grouped(int(doubt.seen)), before=french.grouped(int(doubt.expected))
    )


class OrderForm(KitForm):
    GROUPS: ClassVar = {
        "sale": Group(
            _("Vente"),  # type: ignore[arg-type]
            "stock_number:2 plate:2 model:5 mileage_km:2 tax_power:1 co2:2 warranty:4 asking_net:2 asking_vat:2 asking_gross:2",
        ),
        "buyer": Group(
            _("Acheteur"),  # type: ignore[arg-type]
            "title:2 last_name:4 first_name:3 siret:3 address:4 address_2:4 address_3:4 postcode:2 city:3 country:2 email:5 phone:2 mobile:2"
            " born_on:2 born_in:3 profession:3",
        ),
        "delivery": Group(_("Livraison"), "delivery_on:3 delivery_time:3 delivery_place:6"),  # type: ignore[arg-type]
        "deposit": Group(_("Acompte"), "deposit:1 paid_by:1 deposit_on:1"),  # type: ignore[arg-type]
        "price": Group(_("Prix de vente"), "agreed_net:3 agreed_vat:3 agreed_gross:3 discount:3"),  # type: ignore[arg-type]
        "trade_in": Group(_("Reprise"), "trade_in_plate:3 trade_in_model:6 trade_in_value:3"),  # type: ignore[arg-type]
        "financing": Group(
            _("Financement VENTE"),  # type: ignore[arg-type]
            "financing:2 financing_from:2 financing_months:2 financing_reference:2 financing_amount:2 lender:2",
        ),
        "seller": Group(_("Vendeur"), "seller:3 print_name:3"),  # type: ignore[arg-type]
        "paper": Group(_("Document réalisé"), "made_at:3 edited_on:3"),  # type: ignore[arg-type]
    }
    UNITS: ClassVar = {
        "mileage_km": "km", "tax_power": "CV", "co2": "g/km", "financing_months": "mois", **dict.fromkeys(
            ("asking_net", "asking_vat", "asking_gross", "agreed_net", "agreed_vat", "agreed_gross", "discount", "deposit",
             "trade_in_value", "financing_amount"), "€"),
    }  # fmt: skip

    version = WholeField(widget=forms.HiddenInput, required=False)
    vehicle = LineField(widget=forms.HiddenInput, most=20, required=False)
    customer = LineField(widget=forms.HiddenInput, most=20, required=False)
    trade_in_vehicle = LineField(widget=forms.HiddenInput, most=20, required=False)
    asking_master = forms.CharField(widget=forms.HiddenInput, required=False)
    agreed_master = forms.CharField(widget=forms.HiddenInput, required=False)

    site = PickField(label=_("Site"), required=False)
    stock_number = LineField(label=_("N° Police"), most=20, required=False)
    plate = LineField(label=_("Immatriculation"), required=False)
    model = LineField(label=_("Modèle"), required=False)
    tax_power = LineField(label=_("Puis."), required=False)
    co2 = LineField(label=_("CO₂"), required=False)
    mileage_km = KilometreField(label=_("Kilométrage"), required=False)
    warranty = PickField(label=_("Garantie"), required=False)
    asking_net = MoneyField(label=_("Prix de vente HT"), min_value=Decimal("0.01"), required=False)
    asking_vat = LineField(label=_("TVA"), required=False)
    asking_gross = MoneyField(label=_("Prix de vente TTC"), min_value=Decimal("0.01"), required=False)

    title = PickField(label=_("Civilité"), choices=[("", "—"), *Title.choices], required=False)
    last_name = NameField(label=_("Nom"), required=False)
    first_name = NameField(label=_("Prénom"), required=False)
    siret = SiretField(label=_("SIRET"), required=False)
    address = LineField(label=_("Adresse"), required=False)
    address_2 = LineField(label=_("Complément"), required=False)
    address_3 = LineField(label=_("Complément 2"), required=False)
    postcode = PostcodeField(label=_("Code postal"), country_from="country", required=False)
    city = NameField(label=_("Ville"), required=False)
    country = PickField(label=_("Pays"), choices=french.COUNTRIES, required=False)
    email = FrenchEmailField(label=_("E-mail"), required=False)
    phone = PhoneField(label=_("Tél. fixe"), required=False)
    mobile = PhoneField(label=_("Tél. mobile"), required=False)
    born_on = FrenchDateField(label=_("Date de naissance"), earliest=OLDEST_BIRTH, latest=business_today, required=False)
    born_in = NameField(label=_("Ville de naissance"), required=False)
    profession = LineField(label=_("Profession"), most=100, required=False)

    delivery_on = FrenchDateField(label=_("Date de livraison"), required=False)
    delivery_time = FrenchTimeField(label=_("Heure"), required=False)
    delivery_place = LineField(label=_("Lieu"), most=120, required=False)
    deposit = MoneyField(label=_("Acompte"), required=False)
    paid_by = PickField(label=_("Réglé par"), choices=[("", "—"), *OrderDeposit.PaidBy.choices], required=False)
    deposit_on = FrenchDateField(label=_("Réglé le"), latest=business_today, required=False)
    agreed_net = MoneyField(label=_("Prix négocié HT"), min_value=Decimal("0.01"), required=False)
    agreed_vat = LineField(label=_("TVA"), required=False)
    agreed_gross = MoneyField(label=_("Prix négocié TTC"), min_value=Decimal("0.01"), required=False)
    discount = LineField(label=_("Remise commerciale"), required=False)

    trade_in_plate = PlateField(label=_("Immat. reprise"), required=False)
    trade_in_model = LineField(label=_("Modèle repris"), most=120, required=False)
    trade_in_value = MoneyField(label=_("Valeur de reprise"), required=False)
    financing = PickField(label=_("Type"), choices=Order.Financing.choices, required=False)
    financing_from = FrenchDateField(label=_("Date de début"), required=False)
    financing_months = WholeField(label=_("Durée (mois)"), min_value=1, max_value=120, required=False)
    financing_reference = LineField(label=_("N° de Réf."), most=40, required=False)
    financing_amount = MoneyField(label=_("Montant financé"), required=False)
    lender = LineField(label=_("Organisme"), most=80, required=False)

    seller = PickField(label=_("Vendeur"), required=False)
    print_name = NameField(label=_("Nom de la société pour l’impression"), most=120, required=False)
    made_at = PickField(label=_("Lieu"), choices=Order.MadeAt.choices, required=False)
    edited_on = FrenchDateField(label=_("Date d’édition"), required=False)
    print_order = forms.BooleanField(label=_("Bon de commande"), required=False)
    print_logo = PickField(label=_("Logo"), choices=Order.Logo.choices, required=False)
    print_big_logo = forms.BooleanField(label=_("Grand logo"), required=False)
    print_terms = forms.BooleanField(label=_("Conditions générales"), required=False)
    print_discount = forms.BooleanField(label=_("Remise commerciale"), required=False)
    print_export = forms.BooleanField(label=_("À l’export"), required=False)

    def __init__(
        self,
        *args: Any,
        sites: Sequence[Site],
        warranties: Sequence[WarrantyChoice],
        sellers: Iterable[str],
        order: Order | None = None,
        found_vehicle: Vehicle | None = None,
        found_customer: Customer | None = None,
        found_trade_in: Vehicle | None = None,
        today: date,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.order, self.today = order, today
        self.found_vehicle, self.found_customer, self.found_trade_in = found_vehicle, found_customer, found_trade_in
        self._sites = {str(site.pk): site for site in sites}
        self._warranties = {str(choice.pk): choice for choice in warranties}
        self.doubts: list[rules.Doubt] = []
        self.ambiguous_hour = False
        self.deposits_asked = 1  # lines shown though nothing stands in them
        self.fields["site"].choices = [(key, site.name) for key, site in self._sites.items()]  # type: ignore[attr-defined]
        labels = [(key, choice.label) for key, choice in self._warranties.items()]
        self.fields["warranty"].choices = [("", "—"), *labels, (NO_LABEL, said("Sans garantie label"))]  # type: ignore[attr-defined]
        self.fields["seller"].choices = [("", "—"), *((name, name) for name in sellers)]  # type: ignore[attr-defined]
        self._dress()

    def _dress(self) -> None:
        for name in ("plate", "model", "tax_power", "co2", "asking_vat", "agreed_vat", "discount"):
            self.fields[name].widget.attrs |= {"readonly": True, "tabindex": -1}
        for kind in PRICES:
            for part in (rules.NET, "vat", rules.GROSS, "master"):
                self.fields[f"{kind}_{part}"].widget.attrs["data-price"] = part
            rate = f"{self.vat_percent.normalize():f}".replace(".", ",")
            self.fields[f"{kind}_vat"].label = said("TVA ({rate}\u00a0%)").format(rate=rate)
            self.fields[f"{kind}_vat"].widget.attrs["class"] = "num"
        for line in FEE_LINES:
            label, amount = said("Libellé du frais {line}").format(line=line), said("Montant du frais {line}").format(line=line)
            self.fields[f"fee_label_{line}"] = LineField(label=label, most=80, required=False)
            self.fields[f"fee_amount_{line}"] = MoneyField(label=amount, required=False)
            self.fields[f"fee_kind_{line}"] = forms.CharField(widget=forms.HiddenInput, required=False)
            self.fields[f"fee_label_{line}"].widget.attrs["aria-label"] = label
            self.fields[f"fee_amount_{line}"].widget.attrs |= {"aria-label": amount, "data-sum": "fee", "placeholder": "0,00"}
        self.UNITS = {**self.UNITS, **{deposit_names(line)[0]: "€" for line in DEPOSIT_LINES}}  # type: ignore[misc]
        for line in DEPOSIT_LINES[1:]:
            named = zip(deposit_names(line), deposit_names(1), strict=True)
            for name, first in named:
                self.fields[name] = deepcopy(self.fields[first])
                self.fields[name].label = f"{self.fields[first].label} {line}"
        for line in DEPOSIT_LINES:
            self.fields[deposit_names(line)[0]].widget.attrs["data-sum"] = "deposit"
        for name, part in (("asking_gross", "asking"), ("agreed_gross", "price"), ("trade_in_value", "trade-in")):
            self.fields[name].widget.attrs["data-sum"] = part
        self.fields["discount"].widget.attrs |= {"class": "num", "data-total": "discount"}
        if not self.shows_vat:
            for kind in PRICES:
                for part in (rules.NET, "vat"):
                    del self.fields[f"{kind}_{part}"]

    @property
    def vat_percent(self) -> Decimal:
        return self.found_vehicle.vat_percent if self.found_vehicle else self.order.vat_percent if self.order else Decimal(20)

    @property
    def vat_rate(self) -> int:
        """As the page's script wants it: 20 % is 2000."""
        return int(self.vat_percent * 100)

    @property
    def vat_regime(self) -> str:
        return self.found_vehicle.vat_regime if self.found_vehicle else VatRegime.STANDARD

    @property
    def shows_vat(self) -> bool:
        return self.vat_regime == VatRegime.STANDARD

    @property
    def fee_lines(self) -> Iterator[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        for line in FEE_LINES:
            yield self[f"fee_label_{line}"], self[f"fee_amount_{line}"], self[f"fee_kind_{line}"]

    @property
    def more_deposits(self) -> list[tuple[int, list[forms.BoundField]]]:
        """The lines below the first: as far as something stands in them, or was asked for."""
        lines = [(line, [self[name] for name in deposit_names(line)]) for line in DEPOSIT_LINES]
        last = max([self.deposits_asked, *(line for line, bound in lines if any(one.value() or one.errors for one in bound))])
        return lines[1:last]

    @property
    def takes_more_deposits(self) -> bool:
        return len(self.more_deposits) + 1 < len(DEPOSIT_LINES)

    @property
    def chosen_site(self) -> Site:
        """The car's, where there is one: an order sells what stands there."""
        first = next(iter(self._sites.values()))
        return self.found_vehicle.site if self.found_vehicle else self._sites.get(self.cleaned_data.get("site", ""), first)

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        self._clean_vehicle(typed)
        self._clean_prices(typed)
        self._clean_delivery(typed)
        self._clean_lines(typed)
        if typed.get("siret") and typed.get("title") not in ("", Title.COMPANY):
            self.add_error("siret", said("Le SIRET est celui d’une société\u00a0: changez la civilité, ou effacez-le"))
        if not typed.get("financing") and (typed.get("financing_amount") or typed.get("lender")):
            typed["financing"] = Order.Financing.CREDIT
        self._look_twice(typed)
        return typed

    def _clean_vehicle(self, typed: dict[str, Any]) -> None:
        if typed.get("stock_number") and self.found_vehicle is None:
            self.add_error("stock_number", said("Aucun véhicule de vos sites ne porte ce n° de police\u00a0: choisissez-le dans la liste"))

    def _clean_prices(self, typed: dict[str, Any]) -> None:
        for kind in PRICES:
            if any(self.errors.get(f"{kind}_{part}") for part in (rules.NET, rules.GROSS)):
                continue
            net, gross = typed.get(f"{kind}_net"), typed.get(f"{kind}_gross")
            if not self.shows_vat:
                typed |= {f"{kind}_price": None, f"{kind}_master": rules.GROSS}
                continue
            master = self._last_typed(kind)
            typed[f"{kind}_price"] = rules.price_as_typed(net, gross, master=master, vat_percent=self.vat_percent)
            typed[f"{kind}_master"] = rules.NET if gross is None or master == rules.NET else rules.GROSS

    def _last_typed(self, kind: str) -> str:
        """Without the page's script: of a pair, the one that is not what we showed."""
        net, gross = f"{kind}_net" in self.changed_data, f"{kind}_gross" in self.changed_data
        if net != gross:
            return rules.NET if net else rules.GROSS
        return rules.NET if self.data.get(f"{kind}_master") == rules.NET else rules.GROSS

    def _clean_delivery(self, typed: dict[str, Any]) -> None:
        day, hour = typed.get("delivery_on"), typed.get("delivery_time")
        ordered_on = self.order.created_on if self.order else self.today
        typed["delivery_at"] = None
        if day and day < ordered_on:
            self.add_error(
                "delivery_on",
                said("Livraison avant la date du bon\u00a0: saisissez une date à partir du {day}").format(
                    day=french.printed_date(ordered_on)
                ),
            )
        if day and hour:
            try:
                typed["delivery_at"], self.ambiguous_hour = rules.delivery_instant(day, hour)
            except rules.NoSuchHour:
                self.add_error(
                    "delivery_time",
                    said("Cette heure n’existe pas le {day}\u00a0: les horloges passent de 2 h à 3 h").format(day=french.printed_date(day)),
                )
        elif hour and not self.errors.get("delivery_on"):
            self.add_error("delivery_on", said("Saisissez la date de livraison avec son heure"))

    def _clean_lines(self, typed: dict[str, Any]) -> None:
        for line in FEE_LINES:
            label, amount = typed.get(f"fee_label_{line}"), typed.get(f"fee_amount_{line}")
            if amount and not label and not self.errors.get(f"fee_label_{line}"):
                self.add_error(f"fee_label_{line}", said("Saisissez le libellé de ce frais"))
        total = (self._gross("agreed", typed) or Decimal(0)) + sum((fee.amount for fee in self.fees), Decimal(0))
        for line in DEPOSIT_LINES:
            amount, paid_by, paid_on = deposit_names(line)
            if (typed.get(paid_by) or typed.get(paid_on)) and not typed.get(amount) and not self.errors.get(amount):
                self.add_error(amount, said("Saisissez le montant de l’acompte, ou effacez son règlement"))
        paid = [amount for amount, _by, _on in map(deposit_names, DEPOSIT_LINES) if typed.get(amount)]
        if paid and self._gross("agreed", typed) and sum((typed[name] for name in paid), Decimal(0)) > total:
            words = (
                said("L’acompte dépasse le total du bon ({total})")
                if len(paid) == 1
                else said("Les acomptes dépassent le total du bon ({total})")
            )
            self.add_error(paid[-1], words.format(total=f"{french.grouped(total, 2)}\u00a0€"))

    def _look_twice(self, typed: dict[str, Any]) -> None:
        """Ambers: ticked once, they are kept with the order."""
        self.doubts = rules.doubts(
            postcode=typed.get("postcode") or "", city=typed.get("city") or "", country=typed.get("country") or "FR",
            mileage_km=typed.get("mileage_km"), known_mileage_km=self.found_vehicle.mileage_km if self.found_vehicle else None,
        )  # fmt: skip
        ticked = set(self.data.getlist("confirm"))  # type: ignore[attr-defined]
        before = set(self.order.confirmed_doubts) if self.order else set()
        self.to_confirm = [doubt for doubt in self.doubts if doubt.key not in before]
        self.newly_confirmed = [doubt for doubt in self.to_confirm if doubt.key in ticked]
        if open_doubts := [doubt for doubt in self.to_confirm if doubt.key not in ticked]:
            for doubt in open_doubts:
                self.add_error(doubt.field, said("{doubt}. Corrigez, ou confirmez en cochant la case").format(doubt=doubt_sentence(doubt)))

    to_confirm: Sequence[rules.Doubt] = ()
    newly_confirmed: Sequence[rules.Doubt] = ()

    @property
    def confirmations(self) -> list[tuple[str, str, bool]]:
        """Key, sentence, ticked: the boxes of the amber block."""
        ticked = {doubt.key for doubt in self.newly_confirmed}
        return [(doubt.key, doubt_sentence(doubt), doubt.key in ticked) for doubt in self.to_confirm]

    def _gross(self, kind: str, typed: Mapping[str, Any]) -> Decimal | None:
        price: Price | None = typed.get(f"{kind}_price")
        return price.gross if price else typed.get(f"{kind}_gross")

    @property
    def fees(self) -> list[Fee]:
        typed, found = self.cleaned_data, []
        for line in FEE_LINES:
            label, amount, kind = typed.get(f"fee_label_{line}"), typed.get(f"fee_amount_{line}"), typed.get(f"fee_kind_{line}")
            if label and amount is not None:
                found.append(Fee(label, amount, kind if kind in OrderFee.Kind.values else OrderFee.Kind.SERVICE))
        return found

    @property
    def deposits(self) -> list[Deposit]:
        lines = [[self.cleaned_data[name] for name in deposit_names(line)] for line in DEPOSIT_LINES]
        return [Deposit(amount, paid_by, paid_on) for amount, paid_by, paid_on in lines if amount]

    def typed(self) -> Typed:
        """For the actions. Only of a valid form."""
        typed = self.cleaned_data
        facts = {name: typed[name] for name in OWN_COLUMNS}
        facts |= {"warranty": self._warranties.get(typed["warranty"]), "without_label": typed["warranty"] == NO_LABEL}
        facts["delivery_at"] = typed["delivery_at"]
        facts |= {"vat_regime": self.vat_regime, "vat_percent": self.vat_percent}
        facts["made_at"] = typed["made_at"] or Order.MadeAt.SELLER
        for kind in PRICES:
            price: Price | None = typed.get(f"{kind}_price")
            facts |= {
                f"{kind}_net": price.net if price else None, f"{kind}_vat": price.tax if price else None,
                f"{kind}_gross": self._gross(kind, typed), f"{kind}_master": typed.get(f"{kind}_master") or rules.GROSS,
            }  # fmt: skip
        facts["confirmed_doubts"] = [doubt.key for doubt in self.doubts]
        buyer = {name: typed[name] for name in BUYER_FACTS} | {"country": typed["country"] or "FR"}
        return Typed(
            facts=facts, buyer=buyer, vehicle=self.found_vehicle, customer=self.found_customer, trade_in_vehicle=self.found_trade_in,
            fees=self.fees, deposits=self.deposits, newly_confirmed=[doubt_sentence(doubt) for doubt in self.newly_confirmed],
        )  # fmt: skip

    def refuse_closing(self, obstacles: Iterable[str]) -> None:
        for obstacle in obstacles:
            self.add_error(TO_CLOSE[obstacle][0], obstacle_sentence(obstacle, site=self.chosen_site, vehicle=self.found_vehicle))

    def refuse_vehicle(self) -> None:
        self.add_error("stock_number", said("Ce véhicule vient d’être pris dans un autre bon\u00a0: choisissez-en un autre"))

    def mark_what_is_missing(self) -> None:
        """What closing and declaring will ask for, from what the form shows now."""
        seen = Seen(self)
        missing = {TO_CLOSE[word][0]: str(TO_CLOSE[word][1]) for word in rules.obstacles_to_closing(seen)}
        if seen.has_label:
            missing |= {name: str(words) for name, words in TO_DECLARE.items() if not self[name].value()}
        self.want(missing)


class Seen:
    """The form as closing would look at it; what does not parse counts as blank."""

    def __init__(self, form: OrderForm) -> None:
        self.form, car = form, form.found_vehicle
        self.created_on = form.order.created_on if form.order else form.today
        self.delivery_on: date | None = self._value("delivery_on")
        gross, net = self._value("agreed_gross"), self._value("agreed_net")
        self.agreed_gross: Decimal | None = gross or net
        self.without_label = form["warranty"].value() == NO_LABEL
        self.buyer_is_company = str(form["title"].value() or "") == Title.COMPANY
        self.buyer_last_name = str(form["last_name"].value() or "")
        self.buyer_first_name = str(form["first_name"].value() or "")
        self.has_vehicle = car is not None
        self.warranty = form._warranties.get(str(form["warranty"].value() or ""))
        self.has_label = self.warranty is not None
        site = car.site if car else form._sites.get(str(form["site"].value() or ""))
        self.site_network_code = site.network_code if site else ""
        self.vehicle_plate, self.vehicle_vin = (car.plate, car.vin) if car else ("", "")
        self.vehicle_plate_country = car.plate_country if car else "FR"
        self.mileage_km: int | None = self._value("mileage_km")
        self.trade_in: Decimal | None = self._value("trade_in_value")
        self.deposits: list[Decimal] = [paid for line in DEPOSIT_LINES if (paid := self._value(deposit_names(line)[0]))]
        self.fees: list[Decimal] = [fee for line in FEE_LINES if (fee := self._value(f"fee_amount_{line}")) is not None]
        self.financing_amount: Decimal | None = self._value("financing_amount")

    def _value(self, name: str) -> Any:
        if name not in self.form.fields:
            return None
        try:
            return self.form.fields[name].to_python(self.form[name].value())
        except forms.ValidationError:
            return None

    def sums(self) -> rules.Sums:
        return rules.sums(self.agreed_gross, fees=self.fees, trade_in=self.trade_in, deposits=self.deposits)


def as_typed(order: Order) -> dict[str, Any]:
    """The order as its form shows it."""
    told: dict[str, Any] = {name: getattr(order, name) for name in OWN_COLUMNS}
    told |= {name: getattr(order.buyer, name) for name in BUYER_FACTS}
    told |= {
        "version": order.version, "site": str(order.site_id), "customer": order.customer_id,
        "warranty": NO_LABEL if order.without_label else str(order.warranty_id or ""),
        "delivery_time": paris(order.delivery_at).time() if order.delivery_at else None,
    }  # fmt: skip
    for kind in PRICES:
        told |= {f"{kind}_{part}": getattr(order, f"{kind}_{part}") for part in (rules.NET, rules.GROSS, "master")}
        told[f"{kind}_vat"] = _figures(getattr(order, f"{kind}_vat"))
    told["discount"] = _figures(order.discount)
    for line, fee in zip(FEE_LINES, order.fees.all(), strict=False):
        told |= {f"fee_label_{line}": fee.label, f"fee_amount_{line}": fee.amount, f"fee_kind_{line}": fee.kind}
    for line, deposit in zip_longest(DEPOSIT_LINES, order.deposits.all()):
        facts = (deposit.amount, deposit.paid_by, deposit.paid_on) if deposit else (None, "", None)
        told |= zip(deposit_names(line), facts, strict=True)
    if order.vehicle:
        told |= shown_vehicle(order.vehicle)
    told["trade_in_vehicle"] = order.trade_in_vehicle_id
    return told


def shown_vehicle(car: Vehicle) -> dict[str, Any]:
    """What the order repeats of the car, and cannot change. 0 is unknown: it is shown as a dash."""
    return {
        "vehicle": car.pk, "stock_number": car.stock_number, "plate": car.plate, "model": car.description,
        "tax_power": str(car.tax_power_cv or "—"), "co2": str(car.co2_g_km or "—"),
    }  # fmt: skip


def taken_from_vehicle(car: Vehicle) -> dict[str, Any]:
    """What choosing the car proposes: its kilometres and its price, asked and agreed alike."""
    told = shown_vehicle(car) | {"site": str(car.site_id), "mileage_km": car.mileage_km or None, "print_name": car.site.print_name}
    price = Price.from_gross(car.asking_gross, car.vat_percent) if car.asking_gross else None
    for kind in PRICES:
        told |= {
            f"{kind}_net": price.net if price else None, f"{kind}_vat": _figures(price.tax if price else None),
            f"{kind}_gross": price.gross if price else None, f"{kind}_master": rules.GROSS,
        }  # fmt: skip
    return told | {"discount": _figures(Decimal(0) if price else None)}


def taken_from_customer(customer: Customer) -> dict[str, Any]:
    return {name: getattr(customer, name) for name in BUYER_FACTS} | {"customer": customer.pk}


def taken_from_trade_in(car: Vehicle) -> dict[str, Any]:
    return {"trade_in_vehicle": car.pk, "trade_in_plate": car.plate, "trade_in_model": car.description}


def default_fees(site: Site) -> dict[str, Any]:
    """Recopier les frais par défaut: the site's lines; without any, its Frais fixes."""
    lines = [(fee.label, fee.amount, fee.kind) for fee in site.default_fees.all()[: len(FEE_LINES)]]
    if not lines and site.fixed_fees:
        lines = [(said("Frais fixes"), site.fixed_fees, OrderFee.Kind.SERVICE)]
    told: dict[str, Any] = {}
    for line in FEE_LINES:
        label, amount, kind = lines[line - 1] if line <= len(lines) else ("", None, "")
        told |= {f"fee_label_{line}": label, f"fee_amount_{line}": amount, f"fee_kind_{line}": kind}
    return told


def for_a_new_order(site: Site, *, seller: str, today: date) -> dict[str, Any]:
    return {
        "site": str(site.pk), "seller": seller, "print_name": site.print_name, "country": "FR", "edited_on": today, "made_at": Order.MadeAt.SELLER,
        "print_order": True, "print_terms": True,
    }  # fmt: skip


def as_posted(form: type[OrderForm], data: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed so far, for a form drawn again without judging it."""
    told = {name: data[name] for name in data if name not in ("csrfmiddlewaretoken", "act", "confirm")}
    boxes = [name for name, one in form.base_fields.items() if isinstance(one, forms.BooleanField)]
    return told | {name: name in data for name in boxes}


def without_deposit(told: Mapping[str, Any], gone: int) -> dict[str, Any]:
    """Those below it move up."""
    kept = [[told.get(name, "") for name in deposit_names(line)] for line in DEPOSIT_LINES if line != gone]
    kept += [["", "", ""]] * (len(DEPOSIT_LINES) - len(kept))
    return {
        name: value
        for line, values in zip(DEPOSIT_LINES, kept, strict=True)
        for name, value in zip(deposit_names(line), values, strict=True)
    }


def _figures(amount: Decimal | None) -> str:
    return "" if amount is None else french.grouped(amount, 2)


class ReasonForm(KitForm):
    """Annuler and Rouvrir are journalled with their reason."""

    reason = LineField(label=_("Motif"), most=500)
