"""How the hub is known by a guarantor's service, and by which secrets that service signs its notices."""

from django.db import models

from jupiter.kit.crypto import SealedField
from jupiter.kit.history import kept


@kept(besides=("client_secret", "notice_secret", "next_notice_secret"))
class GuarantorLink(models.Model):
    """The address comes from the settings; two secrets may live during a rotation."""

    guarantor = models.CharField(max_length=20, unique=True)
    client_id = models.CharField(max_length=100)
    client_secret = SealedField()
    notice_secret = SealedField(blank=True)
    next_notice_secret = SealedField(blank=True)

    def __str__(self) -> str:
        return self.guarantor

    @property
    def notice_secrets(self) -> list[str]:
        return [secret for secret in (self.notice_secret, self.next_notice_secret) if secret]
