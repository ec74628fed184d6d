"""Tell subscribers what became of their quotes; let quotes expire."""

import json
import logging
from functools import cache, partial
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from jupiter.insurer.producers.models import NoticeSubscriber
from jupiter.kit import state
from jupiter.kit.clock import business_today
from jupiter.kit.compiled import Compiled, Given
from jupiter.kit.jobs import UPKEEP
from jupiter.kit.notices import signed_headers
from jupiter.kit.partners import Answer, GiveUp, Line
from jupiter.kit.transmissions.carriers import Call, Carrier, register
from jupiter.kit.transmissions.models import Transmission

from . import actions

log = logging.getLogger(__name__)


SUBSCRIBER = Compiled(lambda: NoticeSubscriber.objects.filter(partner=Given("partner")))


def prepare_notice(parcel: Transmission) -> Call:
    subscriber = SUBSCRIBER.first(partner=parcel.partner)
    if subscriber is None:
        raise GiveUp(str(_("Plus aucun abonné de ce nom\u00a0: %(name)s") % {"name": parcel.partner}))
    return partial(_tell, subscriber, parcel)


def _tell(subscriber: NoticeSubscriber, parcel: Transmission) -> Answer:
    """Signed anew at each attempt, under the same id."""
    where = urlsplit(subscriber.url)
    body = json.dumps(parcel.words, ensure_ascii=False).encode()
    headers = signed_headers(subscriber.secrets, notice_id=str(parcel.key), body=body, now=timezone.now())
    return _line(subscriber.label, f"{where.scheme}://{where.netloc}").ask("POST", where.path or "/", body=body, headers=headers)


def nothing_to_record(parcel: Transmission, answer: Answer) -> None:
    """The row of the transmission says it all."""


register(Carrier(kind="notice.job", label=str(_("Avis de devis")), prepare=prepare_notice, accept=nothing_to_record))


@cache
def _line(name: str, base_url: str) -> Line:
    return Line(name=name, base_url=base_url)


@app.periodic(cron="5 * * * *")
@app.task(name="expire_quotes", queue=UPKEEP, queueing_lock="expire_quotes")
def expire_quotes(timestamp: int) -> None:
    """Each hour, so that a quote ends with its day in Paris whatever the machine's zone; not by a clock that is wrong: it ends for good."""
    if not state.work().clock_is_right:
        log.error("the clock is wrong: no quote expires by it")
        return
    actions.expire_overdue(today=business_today(), now=timezone.now())
