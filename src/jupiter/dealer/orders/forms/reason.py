"""Why an order is cancelled or opened again."""

from django.utils.translation import gettext_lazy as _

from jupiter.kit.web.forms import (
    KitForm,
    LineField,
)


class ReasonForm(KitForm):
    """Annuler and Rouvrir are journalled with their reason."""

    reason = LineField(label=_("Motif"), most=500)
