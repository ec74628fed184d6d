"""The catalogue and its tariff, as dated rows: changing a row changes the next quote, never one already priced."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from jupiter.kit.compiled import Compiled, Given
from jupiter.kit.history import kept

from . import rules


@kept()
class Product(models.Model):
    code = models.CharField(max_length=20, unique=True)  # GVO_FR
    name = models.CharField(max_length=80)  # GVO France, in lists
    policy_title = models.CharField(max_length=120)  # PSA Used Vehicle Warranty, at the head of a policy
    is_sample = models.BooleanField(default=True)  # « tarif de démonstration » on screens and papers

    def __str__(self) -> str:
        return self.name


@kept()
class Coverage(models.Model):
    """A part of the cover with a price of its own, taxed by its kind."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="coverages")
    code = models.CharField(max_length=30)
    label = models.CharField(max_length=80)
    tax_kind = models.CharField(max_length=20)
    rank = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "code"], name="one_coverage_per_code")]

    def __str__(self) -> str:
        return self.label


@kept()
class Offering(models.Model):
    """« GVO Premium 7 / 150 »: for cars of 7 years and 150 000 km at most."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="offerings")
    code = models.CharField(max_length=30)
    name = models.CharField(max_length=80)
    level = models.CharField(max_length=30)
    max_age_months = models.PositiveSmallIntegerField()
    max_km = models.PositiveIntegerField()
    kinds = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    makes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    fuels = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    rank = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "code"], name="one_offering_per_code")]

    def __str__(self) -> str:
        return self.name

    @property
    def limits(self) -> rules.Limits:
        return rules.Limits(
            max_age_months=self.max_age_months,
            max_km=self.max_km,
            kinds=frozenset(self.kinds),
            makes=frozenset(make.upper() for make in self.makes),
            fuels=frozenset(self.fuels),
        )


@kept()
class Edition(models.Model):
    """A rate book. Once active it is history: a new price is a new edition."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="editions")
    code = models.CharField(max_length=20)
    effective_from = models.DateField()  # of delivery
    activated_on = models.DateField()  # of pricing
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "code"], name="one_edition_per_code")]

    def __str__(self) -> str:
        return self.code

    @classmethod
    def for_sale(cls, product: Product, *, delivery_on: date, today: date) -> "Edition | None":
        """The newest edition that is active today and covers cars delivered that day."""
        return FOR_SALE.first(product=product.pk, delivery_on=delivery_on, today=today)


FOR_SALE = Compiled(
    lambda: Edition.objects.filter(
        product=Given("product"), effective_from__lte=Given("delivery_on"), activated_on__lte=Given("today")
    ).order_by("-effective_from", "-activated_on")[:1]
)


@kept()
class Term(models.Model):
    """A duration in which an edition sells an offering, and the months before its guarantee begins."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="terms")
    offering = models.ForeignKey(Offering, models.PROTECT, related_name="terms")
    months = models.PositiveSmallIntegerField()
    waiting_months = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "offering", "months"], name="one_term_per_duration")]

    @classmethod
    def of(cls, edition: Edition, *, declared_level: str, declared_months: int) -> "list[Term]":
        """With their offering, and whether a declaration of this level and duration stands for them."""
        return TERMS.rows(edition=edition.pk, level=declared_level, months=declared_months)


def _terms() -> "models.QuerySet[Term]":
    levels = DeclaredLevel.objects.filter(
        edition=Given("edition"), level=Given("level"), months=Given("months"), offering=models.OuterRef("offering")
    )
    declared = Q(models.Exists(levels), months=Given("months"))
    is_declared = models.Case(models.When(declared, then=True), default=False, output_field=models.BooleanField())
    return Term.objects.filter(edition=Given("edition")).select_related("offering").annotate(is_declared=is_declared)


TERMS = Compiled(_terms)


@kept()
class DeclaredLevel(models.Model):
    """Which offering the declaration's level and duration stand for."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="levels")
    level = models.CharField(max_length=30)
    months = models.PositiveSmallIntegerField()
    offering = models.ForeignKey(Offering, models.PROTECT, related_name="declared_as")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "level", "months"], name="one_offering_per_level")]


@kept()
class RateRow(models.Model):
    """The net premium of one coverage, in one band of power (ch DIN). Energy is no criterion: petrol costs what diesel costs."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="rates")
    offering = models.ForeignKey(Offering, models.PROTECT, related_name="rates")
    coverage = models.ForeignKey(Coverage, models.PROTECT, related_name="rates")
    months = models.PositiveSmallIntegerField()
    power_from = models.PositiveSmallIntegerField()
    power_to = models.PositiveSmallIntegerField()
    net = models.DecimalField(max_digits=10, decimal_places=2)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(net__gte=0), name="rate_is_no_gift"),
            models.CheckConstraint(condition=Q(power_to__gte=F("power_from")), name="rate_band_has_an_order"),
            ExclusionConstraint(
                name="rate_bands_do_not_overlap",
                expressions=[
                    ("edition", RangeOperators.EQUAL),
                    ("offering", RangeOperators.EQUAL),
                    ("coverage", RangeOperators.EQUAL),
                    ("months", RangeOperators.EQUAL),
                    (
                        Func(F("power_from"), F("power_to"), models.Value("[]"), function="int4range"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    @classmethod
    def for_power(cls, edition: Edition, hp: int) -> dict[tuple[int, int], list[rules.Line]]:
        """What each offering costs in each duration (its key, months), in the order of the coverages."""
        lines: dict[tuple[int, int], list[rules.Line]] = {}
        for offering, months, code, label, tax_kind, net in RATES.rows(edition=edition.pk, hp=hp):
            lines.setdefault((offering, months), []).append(rules.Line(code, label, tax_kind, net))
        return lines


RATES = Compiled(
    lambda: (
        RateRow.objects.filter(edition=Given("edition"), power_from__lte=Given("hp"), power_to__gte=Given("hp"))
        .order_by("coverage__rank")
        .values_list("offering_id", "months", "coverage__code", "coverage__label", "coverage__tax_kind", "net")
    )
)


def _period() -> Func:
    return Func(F("valid_from"), F("valid_until"), function="daterange")


def _stands() -> Q:
    """On the given day."""
    return Q(valid_from__lte=Given("day")) & (Q(valid_until=None) | Q(valid_until__gt=Given("day")))


@kept()
class TaxRate(models.Model):
    """A rate of tax by kind, from a day to another (half-open), with the text it follows."""

    kind = models.CharField(max_length=20)
    label = models.CharField(max_length=80)
    percent = models.DecimalField(max_digits=6, decimal_places=3)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    article = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_tax_rate_a_day",
                expressions=[("kind", RangeOperators.EQUAL), (_period(), RangeOperators.OVERLAPS)],
            ),
        ]

    @classmethod
    def percents_on(cls, day: date) -> dict[str, Decimal]:
        return {row.kind: row.percent for row in TAXES.rows(day=day)}


TAXES = Compiled(lambda: TaxRate.objects.filter(_stands()))


@kept()
class Parameter(models.Model):
    """A delay, a limit or a legal mention, dated. Until somebody has verified it, papers say so."""

    code = models.CharField(max_length=60)
    number = models.IntegerField(null=True, blank=True)
    text = models.TextField(blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    article = models.CharField(_("article"), max_length=120, blank=True)
    is_verified = models.BooleanField(default=False)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_parameter_a_day",
                expressions=[("code", RangeOperators.EQUAL), (_period(), RangeOperators.OVERLAPS)],
            ),
        ]

    @classmethod
    def on(cls, day: date) -> dict[str, "Parameter"]:
        return {row.code: row for row in PARAMETERS.rows(day=day)}

    @classmethod
    def numbers_on(cls, day: date) -> dict[str, int]:
        return {row.code: row.number or 0 for row in NUMBERS.rows(day=day)}


PARAMETERS = Compiled(lambda: Parameter.objects.filter(_stands()))
NUMBERS = Compiled(lambda: Parameter.objects.filter(_stands(), number__isnull=False).only("code", "number"))  # without the long mentions


def number_in(parameters: Mapping[str, Parameter], code: str) -> int:
    found = parameters.get(code)
    return (found.number if found else None) or 0
