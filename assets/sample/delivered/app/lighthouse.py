"""The board: when the water is high and low today, as text or as a page."""

import argparse
import csv
import sys
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

sys.dont_write_bytecode = True  # nothing but the product belongs in its folder

from board import as_page, as_text
from calendar import read_changes
from tides import read_constants, waters_of

HOME = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Harbour:
    """A harbour on the board."""

    code: str
    name: str


def read_harbours():
    """All harbours, by their codes."""
    with open(HOME / "data" / "harbours.csv", encoding="utf-8", newline="") as table:
        return {row["code"]: Harbour(row["code"], row["name"]) for row in csv.DictReader(table)}


def read_settings():
    """What the harbour master has set."""
    with open(HOME / "conf" / "lighthouse.toml", "rb") as settings:
        return tomllib.load(settings)


def main():
    """Shows the board of one harbour and one day."""
    settings = read_settings()
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--harbour", default=settings["board"]["harbour"], help="the harbour's code")
    arguments.add_argument("--day", default=date.today().isoformat(), help="such as 2026-07-04")
    arguments.add_argument("--page", action="store_true", help="write HTML")
    asked = arguments.parse_args()

    harbour = read_harbours().get(asked.harbour)
    if harbour is None:
        sys.exit(f"there is no harbour {asked.harbour!r} on the board")
    day = date.fromisoformat(asked.day)
    constants = read_constants(HOME / "data" / "tides.dat")[harbour.code]
    changes = read_changes(HOME / "data" / "clock-changes.csv")
    waters = waters_of(day, constants, changes)
    print(as_page(harbour, day, waters) if asked.page else as_text(harbour, day, waters))


if __name__ == "__main__":
    main()
