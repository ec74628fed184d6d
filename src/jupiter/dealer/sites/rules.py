"""Who may do what at a site. One table: screens, buttons and the permission tests read it."""

from jupiter.kit import french

SELLER, MANAGER, ADMIN = "seller", "manager", "admin"
EVERYONE = frozenset({SELLER, MANAGER, ADMIN})
LEADS = frozenset({MANAGER, ADMIN})

MAY: dict[str, frozenset[str]] = {
    "use_desk": EVERYONE,
    "search": EVERYONE,
    "read_customer": EVERYONE,
    "read_vehicle": EVERYONE,
    "edit_vehicle": EVERYONE,
    "read_order": EVERYONE,
    "edit_order": EVERYONE,
    "close_order": EVERYONE,
    "cancel_order": EVERYONE,
    "delete_order": EVERYONE,
    "print_order": EVERYONE,
    "export_orders": EVERYONE,
    "reopen_order": LEADS,
    "cover_sale": EVERYONE,
    "read_transmission": EVERYONE,
    "send_again": EVERYONE,
    "read_site": EVERYONE,
    "edit_site": LEADS,
    "see_state": frozenset({ADMIN}),
    "see_differences": LEADS,
    "repair_difference": LEADS,
}


def may(role: str, act: str) -> bool:
    return role in MAY[act]


def clears_network_code(before: str, after: str) -> bool:
    """A site that the network knows keeps a code."""
    return bool(before) and not after


def doubtful_town(country: str, postcode: str, city: str) -> bool:
    """A French postcode beside a known town of another department."""
    return country == "FR" and bool(postcode and city) and french.doubtful_town(postcode, city)
