"""Customers of a group. Closed orders keep their own frozen copy."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from jupiter.dealer.sites.models import Group
from jupiter.kit import searching
from jupiter.kit.history import kept
from jupiter.kit.walls import holds


class Title(models.TextChoices):
    MR = "MR", _("Monsieur")
    MRS = "MRS", _("Madame")
    COMPANY = "COMPANY", _("Société")


class Party(models.Model):
    """Who someone is and where they live: the same fields on a customer and on an order's frozen buyer."""

    title = models.CharField(_("Civilité"), max_length=10, choices=Title, blank=True)
    last_name = models.CharField(_("Nom"), max_length=100, blank=True)  # of a company: its name
    first_name = models.CharField(_("Prénom"), max_length=100, blank=True)
    siret = models.CharField(_("SIRET"), max_length=14, blank=True)
    address = models.CharField(_("Adresse"), max_length=200, blank=True)
    address_2 = models.CharField(_("Complément"), max_length=200, blank=True)
    address_3 = models.CharField(_("Complément 2"), max_length=200, blank=True)
    postcode = models.CharField(_("Code postal"), max_length=10, blank=True)
    city = models.CharField(_("Ville"), max_length=100, blank=True)
    country = models.CharField(_("Pays"), max_length=2, default="FR")
    email = models.CharField(_("E-mail"), max_length=254, blank=True)
    phone = models.CharField(_("Tél. fixe"), max_length=20, blank=True)  # E.164
    mobile = models.CharField(_("Tél. mobile"), max_length=20, blank=True)
    born_on = models.DateField(_("Date de naissance"), null=True, blank=True)
    born_in = models.CharField(_("Ville de naissance"), max_length=100, blank=True)
    profession = models.CharField(_("Profession"), max_length=100, blank=True)

    class Meta:
        abstract = True

    @property
    def list_name(self) -> str:
        """« M. DUPONT DURANT », as lists write it."""
        short = {Title.MR: "M.", Title.MRS: "Mme"}.get(self.title, "")  # type: ignore[call-overload]
        return " ".join(part for part in (short, self.last_name, self.first_name) if part)

    @property
    def sheet_name(self) -> str:
        """« Mme DUPONT.Stephane-68460 LUTTERBACH », as the vehicle sheet writes it."""
        short = {Title.MR: "M.", Title.MRS: "Mme"}.get(self.title, "")  # type: ignore[call-overload]
        name = ".".join(part for part in (self.last_name, self.first_name) if part)
        place = " ".join(part for part in (self.postcode, self.city) if part)
        return " ".join(part for part in (short, name) if part) + (f"-{place}" if place else "")


class CustomerSet(models.QuerySet["Customer"]):
    def matching(self, typed: str) -> "CustomerSet":
        """A number however it is typed, or every word of it, in any order."""
        wanted = searching.as_number_or_words(typed)
        return self.filter(holds(Customer, *wanted)) if wanted else self.none()


@kept(besides=("search_text",))
class Customer(Party):
    group = models.ForeignKey(Group, models.PROTECT, related_name="customers")
    search_text = models.TextField(blank=True)  # as kit.searching compares; written by the actions
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CustomerSet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["group", "last_name", "first_name"], name="customer_by_name"),
            GinIndex(fields=["group", "search_text"], opclasses=["int8_ops", "gin_trgm_ops"], name="customer_search"),
        ]

    def __str__(self) -> str:
        return self.list_name
