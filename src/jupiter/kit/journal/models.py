"""The journal's rows. A trigger refuses to change or remove them (migration 0002)."""

from django.db import models
from django.db.models.functions import Now


class Entry(models.Model):
    """`what` is a verb of the glossary; `thing` and `thing_key` name the object; `owner_id` says whose it is."""

    at = models.DateTimeField(db_default=Now())
    who = models.CharField(max_length=150)
    owner_id = models.BigIntegerField()
    thing = models.CharField(max_length=40)
    thing_key = models.CharField(max_length=80)
    what = models.CharField(max_length=60)
    sentence = models.TextField(blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["thing", "thing_key", "id"], name="journal_by_thing")]

    def __str__(self) -> str:
        return f"{self.at} {self.who} {self.what} {self.thing} {self.thing_key}"
