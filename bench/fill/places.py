"""Where the filled sales were made: the demonstration's first group, which makes three in ten of them, and many smaller ones.

A place is one site at the dealer, one point of sale at the hub and one producer at the insurer.
"""

import math
from dataclasses import dataclass, field
from typing import Any

import psycopg

BIG_GROUP_SHARE = 0.3
OTHER_GROUPS, SITES_OF_A_GROUP = 40, 3
FIRST_SITE_SHARE = 0.4  # of its group: at the first site of the big group the demonstration's seller works
CODE_LETTERS = "ABCDEFGHJKLMNPRSTVWXYZ"


@dataclass
class Place:
    key: int
    weight: float
    group: int  # at the dealer
    site: int
    site_name: str
    site_code: str
    network_code: str
    point: int
    point_code: str
    client: int  # the group's software, at the hub
    producer: int
    producer_code: str
    sellers: list[str] = field(default_factory=list)


Door = psycopg.Connection[dict[str, Any]]


def open_places(dealer: Door, hub: Door, insurer: Door) -> list[Place]:
    """Made as far as they are missing; the same ones again the next time."""
    places: list[Place] = []
    big = one(dealer, "SELECT min(id) AS id FROM sites_group")["id"]
    sites = dealer.execute("SELECT * FROM sites_site WHERE group_id = %s ORDER BY code = 'PE64' DESC, code = 'FO28' DESC, id", [big])
    shares = falling(BIG_GROUP_SHARE, len(found := sites.fetchall()))
    first_client = one(hub, "SELECT min(id) AS id FROM dealers_apiclient")["id"]
    hub_group = one(hub, "SELECT group_id FROM dealers_apiclient WHERE id = %s", first_client)["group_id"]
    for row, share in zip(found, shares, strict=True):
        places.append(place(len(places), share, row, hub_group, first_client, hub, insurer, ["HAKIM AB", "M. PIERRE"]))
    for group, group_share in enumerate(zipf(1 - BIG_GROUP_SHARE, OTHER_GROUPS), start=1):
        at_dealer = upsert(dealer, "sites_group", "name", f"GROUPE FICTIF {group:02d}")
        at_hub = upsert(hub, "dealers_group", "name", f"Groupe fictif {group:02d}")
        client = software(hub, at_hub, first_client, f"Logiciel du groupe fictif {group:02d}")
        sellers = [f"VENDEUR {letter} DU GROUPE {group:02d}" for letter in "ABCDEF"]
        for site, share in enumerate(falling(group_share, SITES_OF_A_GROUP), start=1):
            row = new_site(dealer, at_dealer, group, site)
            places.append(place(len(places), share, row, at_hub, client, hub, insurer, sellers))
        member(dealer, at_dealer, f"fictif-{group:02d}")
    return places


def falling(share: float, count: int) -> list[float]:
    """The first gets FIRST_SITE_SHARE, the others what is left, each less than the one before."""
    return [share * FIRST_SITE_SHARE, *zipf(share * (1 - FIRST_SITE_SHARE), count - 1)] if count > 1 else [share]


def zipf(share: float, count: int) -> list[float]:
    total = math.fsum(1 / rank for rank in range(1, count + 1))
    return [share / rank / total for rank in range(1, count + 1)]


def place(key: int, share: float, row: dict[str, Any], hub_group: int, client: int, hub: Door, insurer: Door, sellers: list[str]) -> Place:
    code, network = f"7{key:05d}{CODE_LETTERS[key % 22]}", row["network_code"] or f"FR7{key:04d}"
    known = hub.execute("SELECT id, code FROM dealers_pointofsale WHERE network_code = %s", [network]).fetchone()
    if known is None:
        hub.execute(
            "INSERT INTO dealers_pointofsale (code, network_code, name, address, postcode, city, group_id)"
            " VALUES (%s, %s, %s, '1, RUE DE LA DÉMONSTRATION', '64000', 'PAU', %s)",
            [code, network, row["name"], hub_group],
        )
        known = one(hub, "SELECT id, code FROM dealers_pointofsale WHERE network_code = %s", network)
        hub.execute("INSERT INTO dealers_profile (point_of_sale_id, saved_at, saved_by) VALUES (%s, now(), 'REMPLISSAGE')", [known["id"]])
        hub.execute(
            "INSERT INTO dealers_guarantoraccount (profile_id, guarantor, chosen, identifier, handling)"
            " SELECT id, 'stellantis', true, %s, '' FROM dealers_profile WHERE point_of_sale_id = %s",
            [code, known["id"]],
        )
    identifier = one(
        hub,
        "SELECT identifier FROM dealers_guarantoraccount JOIN dealers_profile ON dealers_profile.id = profile_id"
        " WHERE guarantor = 'stellantis' AND point_of_sale_id = %s",
        known["id"],
    )["identifier"]
    producer_code = identifier or code
    insurer.execute(
        "INSERT INTO producers_producer (code, name, address, postcode, city, is_active)"
        " VALUES (%s, %s, '1, RUE DE LA DÉMONSTRATION', '64000', 'PAU', true) ON CONFLICT (code) DO NOTHING",
        [producer_code, row["name"]],
    )
    producer = one(insurer, "SELECT id FROM producers_producer WHERE code = %s", producer_code)["id"]
    return Place(
        key, share, row["group_id"], row["id"], row["name"], row["code"], network, known["id"], known["code"], client, producer,
        producer_code, sellers,
    )  # fmt: skip


def new_site(dealer: Door, group_id: int, group: int, site: int) -> dict[str, Any]:
    code = f"F{group:02d}{site}"
    dealer.execute(
        copied(dealer, "sites_site", code=code, name=f"SITE FICTIF {group:02d}.{site}", legal_name=f"SITE FICTIF {group:02d}.{site}",
               network_code=f"FR8{group:02d}{site:02d}", group_id=group_id, legacy_id=80000 + group * 10 + site)
        + " ORDER BY code = 'PE64' DESC LIMIT 1 ON CONFLICT (group_id, code) DO NOTHING"
    )  # fmt: skip
    return one(dealer, "SELECT * FROM sites_site WHERE group_id = %s AND code = %s", group_id, code)


def software(hub: Door, group_id: int, model: int, name: str) -> int:
    """The group's line to the hub. It wants no notices: nobody would answer them."""
    known = hub.execute("SELECT id FROM dealers_apiclient WHERE group_id = %s", [group_id]).fetchone()
    if known is None:
        app = one(hub, "SELECT application_id AS id FROM dealers_apiclient WHERE id = %s", model)["id"]
        hub.execute(copied(hub, "oauth2_provider_application", client_id=name, name=name) + f" WHERE id = {int(app)}")
        app = one(hub, "SELECT id FROM oauth2_provider_application WHERE client_id = %s", name)["id"]
        hub.execute(
            copied(hub, "dealers_apiclient", name=name, notice_url="", notice_secret="", group_id=group_id, application_id=app)
            + f" WHERE id = {int(model)}"
        )
        known = one(hub, "SELECT id FROM dealers_apiclient WHERE group_id = %s", group_id)
    return int(known["id"])


def member(dealer: Door, group_id: int, username: str) -> None:
    """An administrator of the group, with the password of the demonstration's."""
    dealer.execute(
        copied(dealer, "accounts_user", username=username, full_name=username.upper(), email=f"{username}@example.org")
        + " WHERE username = 'administrateur' ON CONFLICT (username) DO NOTHING"
    )
    dealer.execute(
        "INSERT INTO sites_membership (user_id, site_id, role)"
        " SELECT accounts_user.id, sites_site.id, 'admin' FROM accounts_user, sites_site WHERE username = %s AND group_id = %s"
        " ON CONFLICT DO NOTHING",
        [username, group_id],
    )


def copied(door: Door, table: str, **changed: Any) -> str:
    """INSERT … SELECT of a row that there is, with these columns changed."""
    columns = [row["name"] for row in door.execute(
        "SELECT attname AS name FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'id'", [table]
    )]  # fmt: skip
    values = [psycopg.sql.Literal(changed[name]).as_string(door) if name in changed else f'"{name}"' for name in columns]
    named = ", ".join(f'"{name}"' for name in columns)
    return f'INSERT INTO "{table}" ({named}) SELECT {", ".join(values)} FROM "{table}"'


def upsert(door: Door, table: str, column: str, value: str) -> int:
    door.execute(f'INSERT INTO "{table}" ("{column}") VALUES (%s) ON CONFLICT ("{column}") DO NOTHING', [value])
    return int(one(door, f'SELECT id FROM "{table}" WHERE "{column}" = %s', value)["id"])


def one(door: Door, question: str, *values: Any) -> dict[str, Any]:
    row = door.execute(question, values).fetchone()
    if row is None:
        raise LookupError(question)
    return row
