"""What the hub says to others: a declaration to its guarantor, a document asked back, a notice to the dealer's software."""

import hashlib
import json
from functools import cache, partial
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.translation import gettext_noop as _

from jupiter.hub.dealers.models import ApiClient
from jupiter.hub.guarantors.port import Guarantor
from jupiter.hub.guarantors.registry import GUARANTORS
from jupiter.kit.compiled import Compiled, Given
from jupiter.kit.notices import signed_headers
from jupiter.kit.partners import Answer, GiveUp, Line
from jupiter.kit.transmissions.carriers import Call
from jupiter.kit.transmissions.models import Transmission

CLIENT = Compiled(lambda: ApiClient.objects.filter(pk=Given("pk")))


def ask_for_cover(parcel: Transmission) -> Answer:
    return _guarantor(parcel).ask(parcel.words, key=str(parcel.key))


def fetch_document(parcel: Transmission) -> Answer:
    """Bytes of another digest than announced are not kept: a person must look."""
    guarantor = _guarantor(parcel)
    answer = guarantor.fetch(parcel.words["href"])
    if hashlib.sha256(answer.body).hexdigest() != parcel.words["sha256"] or len(answer.body) != parcel.words["size"]:
        raise GiveUp(
            _("Le document reçu de %(source)s n’est pas celui qui était annoncé") % {"source": guarantor.source},
            status=answer.status,
            answer=answer.shown,
        )
    return answer


def prepare_notice(parcel: Transmission) -> Call:
    client = CLIENT.get(pk=int(parcel.partner.removeprefix("dealer:")))
    if not client.wants_notices:
        raise GiveUp(_("%(client)s n’a pas d’adresse pour les nouvelles") % {"client": client.name})
    return partial(_post_notice, client, parcel)


def _post_notice(client: ApiClient, parcel: Transmission) -> Answer:
    """Signed anew at each attempt, under the same id."""
    body = json.dumps(parcel.words, ensure_ascii=False).encode()
    headers = signed_headers(client.notice_secrets, notice_id=str(parcel.key), body=body, now=timezone.now())
    address = urlsplit(client.notice_url)
    path = address.path + (f"?{address.query}" if address.query else "")
    return _line(client.name, f"{address.scheme}://{address.netloc}").ask("POST", path, body=body, headers=headers)


def _guarantor(parcel: Transmission) -> Guarantor:
    return next(guarantor for guarantor in GUARANTORS.values() if guarantor.partner == parcel.partner)


@cache
def _line(name: str, base_url: str) -> Line:
    return Line(name, base_url)
