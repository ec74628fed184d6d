"""The verbs of the desk: what was set aside is sent again."""

from django.db import transaction
from django.utils.translation import gettext_noop as _

from jupiter.kit.journal.actions import note
from jupiter.kit.transmissions.actions import send_all_again
from jupiter.kit.transmissions.models import Transmission


@transaction.atomic
def send_again(parcel: Transmission, *, by: str) -> int:
    """Renvoyer: with it goes all that is aside about the same quote for the same partner, each under its own key. How many went."""
    sent = send_all_again(parcel)
    for one in sent:
        note("send_again", "transmission", one.pk, who=by, owner_id=one.owner_id, sentence=_("Renvoyé"), kind=one.kind)
    return len(sent)
