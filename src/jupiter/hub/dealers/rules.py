"""Who may do what at a point of sale. One table; screens, API and documentation read it."""

from urllib.parse import SplitResult, urlsplit

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
    "see_state": frozenset({NETWORK}),
    "see_differences": frozenset({NETWORK}),  # Rapprochement
    "repair_difference": frozenset({NETWORK}),
}

LAUNCH_SECONDS = 120


def is_of_same_origin(address: str, registered: str) -> bool:
    """Scheme, host and port; an address that hides another host before an @ is of none."""
    try:
        asked, known = urlsplit(address), urlsplit(registered)
        same = (asked.scheme, asked.hostname, _port(asked)) == (known.scheme, known.hostname, _port(known))
    except ValueError:  # a port that is none
        return False
    return same and bool(asked.hostname) and "@" not in asked.netloc


def _port(address: SplitResult) -> int | None:
    return address.port or {"http": 80, "https": 443}.get(address.scheme)


def may(role: str, act: str) -> bool:
    return role in MAY[act]


def act_to_save_profile(*, saved: bool) -> str:
    return "change_profile" if saved else "configure_profile"
