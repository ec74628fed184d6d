"""Who carries what: the hub's transmissions, registered with the kit's one task."""

from django.utils.translation import gettext_lazy as lazy

from jupiter.kit.transmissions.carriers import Carrier, reads_nothing, register

from . import actions, client

register(
    Carrier(
        kind=actions.COVER,
        label=lazy("Demande de devis au garantisseur"),
        prepare=reads_nothing(client.ask_for_cover),
        accept=actions.record_quote,
        refuse=actions.record_cover_refusal,
    )
)
register(
    Carrier(
        kind=actions.FETCH,
        label=lazy("Document de la police"),
        prepare=reads_nothing(client.fetch_document),
        accept=actions.keep_document,
        refuse=actions.record_document_trouble,
    )
)
register(
    Carrier(
        kind=actions.NOTICE,
        label=lazy("Nouvelles de la vente au logiciel du point de vente"),
        prepare=client.prepare_notice,
        accept=lambda parcel, answer: None,
    )
)
