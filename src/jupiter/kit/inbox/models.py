"""What was already answered, and which notices already came."""

from django.db import models
from django.db.models.functions import Now


class KeptAnswer(models.Model):
    """The answer given under a caller's key. Keys are the caller's own: two callers may use the same one."""

    client_id = models.CharField(max_length=100)
    key = models.CharField(max_length=255)
    route = models.CharField(max_length=200)
    words_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client_id", "key"], name="one_answer_per_key")]


class ReceivedNotice(models.Model):
    """Kept for ever: a notice that comes again has no second effect."""

    sender = models.CharField(max_length=100)
    notice_id = models.CharField(max_length=255)
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sender", "notice_id"], name="one_effect_per_notice")]
