"""`jupiter run`."""


def main(arguments: list[str]) -> int:
    raise SystemExit("not yet")
