"""Accounts: who is insured, and how the screens write their name."""

import uuid
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from jupiter.insurer.producers.models import OwnedSet, Producer, Reach
from jupiter.kit.history import kept
from jupiter.kit.searching import as_number_or_words, plain, squeezed
from jupiter.kit.walls import holds


class Title(models.TextChoices):
    MR = "MR", _("Monsieur")
    MRS = "MRS", _("Madame")
    COMPANY = "COMPANY", _("Société")


SHORT_TITLES = {Title.MR.value: "M.", Title.MRS.value: "Mme"}


class AccountSet(OwnedSet["Account"]):
    def matching(self, words: str) -> "AccountSet":
        return self.filter(holds(Account, *as_number_or_words(words)))

    def with_counts(self) -> "AccountSet":
        return self.annotate(quotes=_how_many("jobs"), held=_how_many("policies"))


def _how_many(name: str) -> Coalesce:
    """Asked for each account that a page shows; joined and grouped, all accounts would be counted for it."""
    there: Any = Account._meta.get_field(name).related_model
    rows = there.objects.filter(account=models.OuterRef("pk")).order_by().values("account")
    return Coalesce(models.Subquery(rows.annotate(count=models.Count("pk")).values("count")), 0)


@kept(besides=("search_text",))
class Account(models.Model):
    """The holder's words as the last declaration gave them. `uid` is its name for other software."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("numéro de compte"), max_length=10, unique=True)
    producer = models.ForeignKey(Producer, models.PROTECT, related_name="accounts")
    title = models.CharField(_("civilité"), max_length=10, choices=Title)
    last_name = models.CharField(_("nom"), max_length=200)
    first_name = models.CharField(_("prénom"), max_length=200, blank=True)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    phone = models.CharField(_("tél. fixe"), max_length=40, blank=True)
    mobile = models.CharField(_("tél. mobile"), max_length=40, blank=True)
    address = models.CharField(_("adresse"), max_length=200)
    address_2 = models.CharField(_("complément"), max_length=200, blank=True)
    address_3 = models.CharField(_("complément 2"), max_length=200, blank=True)
    postcode = models.CharField(_("code postal"), max_length=40)
    city = models.CharField(_("ville"), max_length=200)
    country = models.CharField(_("pays"), max_length=2)
    search_text = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = AccountSet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["producer", "-created_at", "-id"], name="account_by_producer"),
            models.Index(fields=["producer", "last_name", "first_name", "address"], name="account_of_holder"),  # each declaration asks
            GinIndex(fields=["producer", "search_text"], opclasses=["int8_ops", "gin_trgm_ops"], name="account_search"),
        ]

    def __str__(self) -> str:
        return self.list_name

    @classmethod
    def within(cls, reach: Reach) -> AccountSet:
        return cls.objects.within(reach)

    @property
    def public_id(self) -> str:
        return f"pc:{self.uid.hex}"

    @property
    def list_name(self) -> str:
        """« M. DUPONT DURANT », as lists write it."""
        return " ".join(part for part in (SHORT_TITLES.get(self.title, ""), self.last_name, self.first_name) if part)

    @property
    def head_name(self) -> str:
        """« DURANT DUPONT », as the heads of pages write it."""
        return " ".join(part for part in (self.first_name, self.last_name) if part)

    @property
    def place(self) -> str:
        return " ".join(part for part in (self.postcode, self.city) if part)

    @property
    def street(self) -> str:
        return ", ".join(part for part in (self.address, self.address_2, self.address_3) if part)

    def words_to_search(self) -> str:
        return " ".join(
            (plain(self.list_name), plain(self.head_name), self.number, plain(self.city), squeezed(self.postcode), plain(self.email))
        )
