"""The catalogue and its tariff, as dated rows: changing a row changes the next quote, never one already priced."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

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


class EditionSet(models.QuerySet["Edition"]):
    def for_sale(self, product: Product, *, delivery_on: date, today: date) -> "Edition | None":
        """The newest edition that is active today and covers cars delivered that day."""
        fitting = self.filter(product=product, effective_from__lte=delivery_on, activated_on__lte=today)
        return fitting.order_by("-effective_from", "-activated_on").first()


@kept()
class Edition(models.Model):
    """A rate book. Once active it is history: a new price is a new edition."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="editions")
    code = models.CharField(max_length=20)
    effective_from = models.DateField()  # of delivery
    activated_on = models.DateField()  # of pricing
    note = models.CharField(max_length=200, blank=True)

    objects = EditionSet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "code"], name="one_edition_per_code")]

    def __str__(self) -> str:
        return self.code


class TermSet(models.QuerySet["Term"]):
    def of(self, edition: Edition, *, declared_level: str, declared_months: int) -> "TermSet":
        """With their offering, and whether a declaration of this level and duration stands for them."""
        levels = DeclaredLevel.objects.filter(
            edition=edition, level=declared_level, months=declared_months, offering=models.OuterRef("offering")
        )
        declared = Q(models.Exists(levels), months=declared_months)
        is_declared = models.Case(models.When(declared, then=True), default=False, output_field=models.BooleanField())
        return self.filter(edition=edition).select_related("offering").annotate(is_declared=is_declared)


@kept()
class Term(models.Model):
    """A duration in which an edition sells an offering, and the months before its guarantee begins."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="terms")
    offering = models.ForeignKey(Offering, models.PROTECT, related_name="terms")
    months = models.PositiveSmallIntegerField()
    waiting_months = models.PositiveSmallIntegerField(default=0)

    objects = TermSet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "offering", "months"], name="one_term_per_duration")]


@kept()
class DeclaredLevel(models.Model):
    """Which offering the declaration's level and duration stand for."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="levels")
    level = models.CharField(max_length=30)
    months = models.PositiveSmallIntegerField()
    offering = models.ForeignKey(Offering, models.PROTECT, related_name="declared_as")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "level", "months"], name="one_offering_per_level")]


class RateSet(models.QuerySet["RateRow"]):
    def for_power(self, edition: Edition, hp: int) -> "RateSet":
        fitting = self.filter(edition=edition, power_from__lte=hp, power_to__gte=hp)
        return fitting.select_related("coverage").order_by("coverage__rank")


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

    objects = RateSet.as_manager()

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


def _period() -> Func:
    return Func(F("valid_from"), F("valid_until"), function="daterange")


class DatedSet(models.QuerySet["TaxRate"]):
    def percents_on(self, day: date) -> dict[str, Decimal]:
        return {row.kind: row.percent for row in self.filter(valid_from__lte=day).filter(_not_over(day))}


def _not_over(day: date) -> Q:
    return Q(valid_until=None) | Q(valid_until__gt=day)


@kept()
class TaxRate(models.Model):
    """A rate of tax by kind, from a day to another (half-open), with the text it follows."""

    kind = models.CharField(max_length=20)
    label = models.CharField(max_length=80)
    percent = models.DecimalField(max_digits=6, decimal_places=3)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    article = models.CharField(max_length=120, blank=True)

    objects = DatedSet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_tax_rate_a_day",
                expressions=[("kind", RangeOperators.EQUAL), (_period(), RangeOperators.OVERLAPS)],
            ),
        ]


class ParameterSet(models.QuerySet["Parameter"]):
    def on(self, day: date) -> dict[str, "Parameter"]:
        return {row.code: row for row in self.filter(valid_from__lte=day).filter(_not_over(day))}

    def numbers_on(self, day: date) -> dict[str, int]:
        return {code: row.number for code, row in self.on(day).items() if row.number is not None}

    def number(self, code: str, day: date) -> int:
        found = self.filter(code=code, valid_from__lte=day).filter(_not_over(day)).values_list("number", flat=True).first()
        return found or 0


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

    objects = ParameterSet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_parameter_a_day",
                expressions=[("code", RangeOperators.EQUAL), (_period(), RangeOperators.OVERLAPS)],
            ),
        ]


def number_in(parameters: Mapping[str, Parameter], code: str) -> int:
    found = parameters.get(code)
    return (found.number if found else None) or 0


def lines_of(rates: Iterable[RateRow]) -> list[rules.Line]:
    return [rules.Line(rate.coverage.code, rate.coverage.label, rate.coverage.tax_kind, rate.net) for rate in rates]
