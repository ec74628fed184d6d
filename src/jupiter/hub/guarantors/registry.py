"""Every guarantor the network knows, in the order the screens list them."""

from django.utils.translation import gettext_lazy as lazy

from .autogarantie.guarantor import AutoGarantie
from .cirano.guarantor import Cirano
from .icare.guarantor import Icare
from .port import Guarantor
from .stellantis.guarantor import Stellantis

GUARANTORS: dict[str, Guarantor] = {guarantor.key: guarantor for guarantor in (Stellantis(), AutoGarantie(), Cirano(), Icare())}
CANNOT_YET = lazy("{label} ne peut pas encore recevoir de déclaration par le Centralisateur.")


def why_not(key: str) -> str:
    """The sentence of a guarantor without transport; empty for one that can be declared to."""
    guarantor = GUARANTORS[key]
    return "" if guarantor.transmits else str(CANNOT_YET).format(label=guarantor.label)
