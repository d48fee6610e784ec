"""The days on which the clocks change."""

import csv
from datetime import date


def read_changes(path):
    """All clock changes in the table, oldest first: the day, and the hours ahead of UTC from then on."""
    with open(path, encoding="utf-8", newline="") as table:
        rows = csv.DictReader(table)
        return sorted((date.fromisoformat(row["day"]), int(row["hours"])) for row in rows)
