"""Who lies where: the berths of a harbour, and how many are free tonight."""

import csv
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent


def read_berths():
    """The number of berths of each harbour, by its code."""
    with open(HOME / "data" / "harbours.csv", encoding="utf-8", newline="") as table:
        return {row["code"]: int(row["berths"]) for row in csv.DictReader(table)}


def read_boats():
    """The boats that have announced themselves for tonight: harbour and name."""
    with open(HOME / "data" / "boats.csv", encoding="utf-8", newline="") as table:
        return [(row["harbour"], row["boat"]) for row in csv.DictReader(table)]


def main():
    """Lists all harbours, or the boats of the one that is asked for."""
    berths, boats = read_berths(), read_boats()
    for code in sys.argv[1:] or sorted(berths):
        if code not in berths:
            sys.exit(f"there is no harbour {code!r} on the board")
        here = sorted(boat for harbour, boat in boats if harbour == code)
        print(f"{code}  {berths[code] - len(here):>3} of {berths[code]:>3} free  {', '.join(here)}".rstrip())


if __name__ == "__main__":
    main()
