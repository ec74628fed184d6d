"""What a person may type on a bon de commande."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.functional import cached_property
from django.utils.text import format_lazy
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from jupiter.dealer.customers.models import Customer, Title
from jupiter.dealer.orders import rules
from jupiter.dealer.orders.actions import BUYER_FACTS, Deposit, Fee, Typed
from jupiter.dealer.orders.models import Order, OrderDeposit, OrderFee, WarrantyChoice
from jupiter.dealer.sites.models import Site
from jupiter.dealer.vehicles.models import VatRegime, Vehicle
from jupiter.kit import french
from jupiter.kit.clock import business_today
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
from jupiter.kit.words import COUNTRIES, in_french

from .lines import DEPOSIT_LINES, FEE_LINES, deposit_names
from .sentences import TO_CLOSE, doubt_sentence, obstacle_sentence

OLDEST_BIRTH = date(1900, 1, 1)
PRICES = ("asking", "agreed")
NO_LABEL = "none"  # in the list *Garantie*: said, not left out
OWN_COLUMNS = (  # written as typed
    "seller", "print_name", "mileage_km", "trade_in_plate", "trade_in_model", "trade_in_value", "financing",
    "financing_from", "financing_months", "financing_reference", "financing_amount", "lender", "delivery_on", "delivery_place", "made_at",
    "edited_on", "print_order", "print_logo", "print_big_logo", "print_terms", "print_discount", "print_export",
)  # fmt: skip


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
            ("asking_net", "asking_vat", "asking_gross", "agreed_net", "agreed_vat", "agreed_gross", "discount",
             "trade_in_value", "financing_amount", *(deposit_names(line)[0] for line in DEPOSIT_LINES)), "€"),
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
    country = PickField(label=_("Pays"), choices=COUNTRIES, required=False)
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
        warranties: Callable[[], Iterable[WarrantyChoice]],
        sellers: Callable[[], Iterable[str]],
        me: str,
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
        self._read_warranties = warranties
        self.doubts: list[rules.Doubt] = []
        self.ambiguous_hour = False
        self.deposits_asked = 1  # lines shown though nothing stands in them
        self.fields["site"].choices = [(key, site.name) for key, site in self._sites.items()]  # type: ignore[attr-defined]
        # read only when drawn, or when something else is chosen than what stood there
        self.fields["warranty"].choices = self._warranty_choices  # type: ignore[attr-defined]
        self.fields["warranty"].surely = {"", NO_LABEL, *self._standing}  # type: ignore[attr-defined]
        self.fields["seller"].choices = lambda: [("", "—"), *((name, name) for name in sellers())]  # type: ignore[attr-defined]
        self.fields["seller"].surely = {"", me, order.seller if order else ""}  # type: ignore[attr-defined]
        self._show_vat()

    @cached_property
    def _standing(self) -> dict[str, WarrantyChoice]:
        return {str(self.order.warranty_id): self.order.warranty} if self.order and self.order.warranty else {}

    @cached_property
    def _warranties(self) -> dict[str, WarrantyChoice]:
        return {str(choice.pk): choice for choice in self._read_warranties()}

    def _warranty_choices(self) -> list[tuple[str, str]]:
        labels = [(key, choice.label) for key, choice in self._warranties.items()]
        return [("", "—"), *labels, (NO_LABEL, said("Sans garantie label"))]

    def warranty_named(self, key: str) -> WarrantyChoice | None:
        if not key or key == NO_LABEL:
            return None
        return self._standing.get(key) or self._warranties.get(key)

    def _show_vat(self) -> None:
        """The one thing that differs from car to car; the rest is dressed once, for all forms."""
        if not self.shows_vat:
            for kind in PRICES:
                for part in (rules.NET, "vat"):
                    del self.fields[f"{kind}_{part}"]
            return
        rate = f"{self.vat_percent.normalize():f}".replace(".", ",")
        for kind in PRICES:
            self.fields[f"{kind}_vat"].label = said("TVA ({rate}\u00a0%)").format(rate=rate)

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
        net, gross = self._differs(f"{kind}_net"), self._differs(f"{kind}_gross")
        if net != gross:
            return rules.NET if net else rules.GROSS
        return rules.NET if self.data.get(f"{kind}_master") == rules.NET else rules.GROSS

    def _differs(self, name: str) -> bool:
        """From what we showed. Not by `changed_data`, which compares all of the hundred fields."""
        return self[name].field.has_changed(self[name].initial, self[name].data)

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
        facts |= {"warranty": self.warranty_named(typed["warranty"]), "without_label": typed["warranty"] == NO_LABEL}
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
            fees=self.fees, deposits=self.deposits, newly_confirmed=[in_french(doubt_sentence)(doubt) for doubt in self.newly_confirmed],
        )  # fmt: skip

    def refuse_closing(self, obstacles: Iterable[str]) -> None:
        for obstacle in obstacles:
            self.add_error(TO_CLOSE[obstacle][0], obstacle_sentence(obstacle, site=self.chosen_site, vehicle=self.found_vehicle))

    def refuse_vehicle(self) -> None:
        self.add_error("stock_number", said("Ce véhicule vient d’être pris dans un autre bon\u00a0: choisissez-en un autre"))


def _numbered_lines() -> dict[str, forms.Field]:
    """The fees, and the deposits below the first."""
    fields: dict[str, forms.Field] = {}
    for line in FEE_LINES:
        label, amount = format_lazy(_("Libellé du frais {line}"), line=line), format_lazy(_("Montant du frais {line}"), line=line)
        fields[f"fee_label_{line}"] = LineField(label=label, most=80, required=False)
        fields[f"fee_amount_{line}"] = MoneyField(label=amount, required=False)
        fields[f"fee_kind_{line}"] = forms.CharField(widget=forms.HiddenInput, required=False)
        fields[f"fee_label_{line}"].widget.attrs["aria-label"] = label
        fields[f"fee_amount_{line}"].widget.attrs |= {"aria-label": amount, "data-sum": "fee", "placeholder": "0,00"}
    for line in DEPOSIT_LINES[1:]:
        for name, first in zip(deposit_names(line), deposit_names(1), strict=True):
            fields[name] = deepcopy(OrderForm.base_fields[first])
            fields[name].label = format_lazy("{label} {line}", label=OrderForm.base_fields[first].label, line=line)
    return fields


def _dress(fields: Mapping[str, forms.Field]) -> None:
    for name in ("plate", "model", "tax_power", "co2", "asking_vat", "agreed_vat", "discount"):
        fields[name].widget.attrs |= {"readonly": True, "tabindex": -1}
    for kind in PRICES:
        for part in (rules.NET, "vat", rules.GROSS, "master"):
            fields[f"{kind}_{part}"].widget.attrs["data-price"] = part
        fields[f"{kind}_vat"].widget.attrs["class"] = "num"
    for line in DEPOSIT_LINES:
        fields[deposit_names(line)[0]].widget.attrs["data-sum"] = "deposit"
    for name, part in (("asking_gross", "asking"), ("agreed_gross", "price"), ("trade_in_value", "trade-in")):
        fields[name].widget.attrs["data-sum"] = part
    fields["discount"].widget.attrs |= {"class": "num", "data-total": "discount"}


OrderForm.base_fields |= _numbered_lines()
_dress(OrderForm.base_fields)
