"""What the worker carries for the sales: the sale, its withdrawal, the policy's paper, a grant given back."""

from functools import partial
from uuid import UUID

from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import gettext_noop as _

from jupiter.dealer.sites.models import HubLink
from jupiter.kit.compiled import Compiled, Given
from jupiter.kit.partners import Answer, GiveUp
from jupiter.kit.transmissions.carriers import Call, Carrier, register
from jupiter.kit.transmissions.models import Transmission

from . import actions, client
from .models import HubGrant

LINK = Compiled(lambda: HubLink.objects.filter(group__orders__sale_reference=Given("reference")))


def _link_of_sale(parcel: Transmission) -> HubLink:
    return _known(LINK.first(reference=UUID(parcel.subject)))


def _known(link: HubLink | None) -> HubLink:
    if link is None:
        raise GiveUp(_("Le lien avec le Centralisateur n’est pas configuré pour ce groupe"))
    return link


def put_sale(parcel: Transmission) -> Call:
    return partial(client.put_sale, _link_of_sale(parcel), parcel.subject, parcel.words, parcel.key)


def withdraw_sale(parcel: Transmission) -> Call:
    return partial(client.delete_sale, _link_of_sale(parcel), parcel.subject, parcel.key)


def fetch_document(parcel: Transmission) -> Call:
    words = parcel.words
    return partial(client.get_document, _link_of_sale(parcel), parcel.subject, href=words["href"], sha256=words["sha256"])


def give_grant_back(parcel: Transmission) -> Call:
    grant = HubGrant.objects.select_related("site").get(pk=int(parcel.subject.removeprefix("grant:")))
    return partial(client.revoke_grant, _known(actions.link_of(grant.site.group_id)), grant.grant)


def nothing_more(parcel: Transmission, answer: Answer) -> None:
    """The transmission's own row says enough."""


register(
    Carrier(actions.SALE_PUT, lazy("Vente vers le Centralisateur"), put_sale, actions.record_sale_received, actions.record_sale_refused)
)
register(Carrier(actions.SALE_DELETE, lazy("Retrait d’une vente"), withdraw_sale, actions.record_withdrawal, actions.record_sale_refused))
register(Carrier(actions.DOCUMENT_FETCH, lazy("Document de la police"), fetch_document, actions.record_document))
register(Carrier(actions.GRANT_DELETE, lazy("Accès rendu au Centralisateur"), give_grant_back, nothing_more))
actions.follow_orders()
