"""Who may do what at a point of sale. One table; screens, API and documentation read it."""

import re

SELLER, MANAGER, NETWORK = "seller", "manager", "network_admin"
EVERYBODY = frozenset({SELLER, MANAGER, NETWORK})

MAY: dict[str, frozenset[str]] = {
    "see_home": EVERYBODY,
    "see_support": EVERYBODY,
    "see_sale": EVERYBODY,
    "see_policy": EVERYBODY,
    "complete_sale": frozenset({SELLER, MANAGER}),  # step 1, step 2, the form
    "declare_sale": frozenset({SELLER, MANAGER}),
    "send_again": EVERYBODY,  # Renvoyer
    "see_profile": EVERYBODY,
    "configure_profile": EVERYBODY,  # the first time: until then nothing can be declared
    "change_profile": frozenset({MANAGER, NETWORK}),  # once it is saved
    "see_transmissions": frozenset({MANAGER, NETWORK}),
}

POINT_OF_SALE_CODE = re.compile(r"[0-9]{6}[A-Z]")
LAUNCH_SECONDS = 120


def may(role: str, act: str) -> bool:
    return role in MAY[act]


def act_to_save_profile(*, saved: bool) -> str:
    return "change_profile" if saved else "configure_profile"
