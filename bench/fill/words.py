"""What varies from one filled sale to the next: buyers, cars, prices, days. All of it is made up, and the same for the same number."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from .places import Place

CHUNK = 10_000  # sales whose words are drawn together
DAYS = 730  # how far back the oldest lies
FRESH, FRESH_DAYS = 500, 10  # so many sales at least are so young: what waits for somebody fills a page however few there are
RARE, BEARERS = "VILVAL", 150  # how the last names begin that so many buyers bear, of a thousand or of a million
COMMON = "BARBAR"  # and one in seven
SYLLABLES = (
    "BAR", "BEL", "BIN", "BOR", "CAL", "CHAN", "COR", "DAL", "DEM", "DOR", "FAL", "FER", "GAL", "GRI", "JAL", "LAN", "LOR", "MAL",
    "MAR", "MER", "NAL", "NOR", "PAL", "PER", "RAV", "ROL", "SAL", "SER", "TAL", "VAL", "VER", "VIL",
)  # fmt: skip
ENDINGS = ("ARD", "ATEAU", "EAU", "ELLE", "EMONT", "ENNE", "ERIE", "ET", "IER", "IN", "OIS", "ON", "OT", "OUX", "U", "Y")
LAST_NAMES = tuple(
    f"{first}{second}{end}" for first in SYLLABLES for second in SYLLABLES[::3] if f"{first}{second}" != RARE for end in ENDINGS
)
FIRST_NAMES = (
    "JEAN", "MARIE", "PIERRE", "ANNE", "LUC", "JULIE", "MARC", "CLAIRE", "PAUL", "LEA", "HUGO", "EMMA", "LOUIS", "ALICE", "JULES",
    "CAMILLE", "ADAM", "MANON", "NATHAN", "SARAH", "THEO", "LAURA", "NOE", "INES", "RAPHAEL", "JADE", "ARTHUR", "LOLA", "GABIN", "NINA",
)  # fmt: skip
CITIES = (
    ("PAU", "64000"), ("CHARTRES", "28000"), ("LYON", "69003"), ("AMIENS", "80000"), ("REIMS", "51100"), ("MULHOUSE", "68100"),
    ("BORDEAUX", "33000"), ("NANTES", "44000"), ("RENNES", "35000"), ("LILLE", "59000"), ("TOULOUSE", "31000"), ("NICE", "06000"),
    ("DIJON", "21000"), ("TOURS", "37000"), ("METZ", "57000"), ("BREST", "29200"), ("CAEN", "14000"), ("NIMES", "30000"),
    ("LIMOGES", "87000"), ("ANNECY", "74000"),
)  # fmt: skip
CARS = (  # make, model, version; what is sold most stands first
    ("PEUGEOT", "208", "1.2 PureTech 75"), ("PEUGEOT", "3008", "1.5 BlueHDi 130"), ("CITROEN", "C3", "1.2 PureTech 83"),
    ("PEUGEOT", "308", "1.2 PureTech 130"), ("OPEL", "CORSA", "1.2 Turbo 100"), ("CITROEN", "C4", "1.5 BlueHDi 110"),
    ("PEUGEOT", "5008", "1.5 BlueHDi 130"), ("DS", "DS3", "1.2 PureTech 110"), ("OPEL", "MOKKA", "1.2 Turbo 130"),
    ("CITROEN", "BERLINGO", "1.5 BlueHDi 100"), ("PEUGEOT", "RIFTER", "1.5 BlueHDi 100"), ("DS", "DS7", "2.0 BlueHDi 180"),
)  # fmt: skip
LETTERS = "ABCDEFGHJKLMNPQRSTVXYZ"  # of plates, and no SS, WW or U among them
PRIME = 2_654_435_761  # spreads consecutive numbers over 32 bits, each once


def days(model_days: dict[str, date]) -> list[dict[str, str]]:
    """For each age in days, how the model's dates are written then."""
    told = []
    for age in range(DAYS):
        moved = {name: day - timedelta(days=age) for name, day in model_days.items()}
        told.append(
            {name: day.isoformat() for name, day in moved.items()} | {f"{name}c": day.strftime("%Y%m%d") for name, day in moved.items()}
        )
    return told


def plate(number: int) -> str:
    """A different one for each number below 230 millions; those of the demonstration begin with A to E, these do not."""
    number, figures = divmod(number, 999)
    number, a = divmod(number, len(LETTERS))
    number, b = divmod(number, len(LETTERS))
    number, c = divmod(number, len(LETTERS))
    return f"{LETTERS[number % 16 + 6]}{LETTERS[c]}-{figures + 1:03d}-{LETTERS[b]}{LETTERS[a]}".replace("SS", "ST")


def age_of(newer: int, total: int) -> int:
    """In days, of a sale that so many followed."""
    age = newer * DAYS // total
    return min(age, newer * FRESH_DAYS // FRESH) if newer < FRESH else age


def last_name(at: int, total: int, chance: float) -> str:
    if at % max(total // BEARERS, 1) == 0:
        return RARE + ENDINGS[at % len(ENDINGS)]
    return LAST_NAMES[int(chance**3 * len(LAST_NAMES))]


def draw(places: list[Place], total: int) -> Iterator[list[dict[str, Any]]]:
    """The words of all sales, oldest first, chunk by chunk."""
    weights: list[float] = []
    for place in places:
        weights.append((weights[-1] if weights else 0.0) + place.weight)
    taken = {place.key: 0 for place in places}
    ordered = {place.group: 0 for place in places}
    for start in range(0, total, CHUNK):
        chance = random.Random(start)
        count = min(CHUNK, total - start)
        some = []
        for at, place in enumerate(chance.choices(places, cum_weights=weights, k=count), start):
            spread = at * PRIME % 2**32
            make, model, version = CARS[int(chance.random() ** 2 * len(CARS))]
            city, postcode = CITIES[int(chance.random() ** 2 * len(CITIES))]
            price = 4000 + int(chance.random() ** 2 * 460) * 50
            taken[place.key] += 1
            ordered[place.group] += 1
            some.append(
                {
                    "n": at,
                    "age": age_of(total - 1 - at, total),
                    "clock": f"{7 + spread % 10:02d}:{spread // 10 % 60:02d}:{spread // 600 % 60:02d}",
                    "spread": f"{spread:08x}",
                    "tail": f"{at:012x}",
                    "place": place,
                    "last": last_name(at, total, chance.random()),
                    "first": FIRST_NAMES[int(chance.random() ** 2 * len(FIRST_NAMES))],
                    "phone": f"19900{spread % 10_000:04d}",
                    "city": city,
                    "postcode": postcode,
                    "street": f"{1 + spread % 98} RUE DE LA DEMONSTRATION",
                    "make": make,
                    "model": model,
                    "version": version,
                    "plain_version": version.replace(".", " ").upper(),
                    "plate": plate(at),
                    "vin": f"VR3F1CT{spread:010d}",
                    "mileage": str(3000 + spread % 120_000),
                    "price": f"{price}.00",
                    "seller": place.sellers[spread % len(place.sellers)],
                    "nth_of_group": ordered[place.group],
                    "nth_of_place": taken[place.key],
                }
            )
        yield some
