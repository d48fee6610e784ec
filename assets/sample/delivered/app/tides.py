"""High and low water, computed from a harbour's constants.

A tide for a sample: the moon goes round, the water follows, and that is all there is to it.
"""

import struct
from dataclasses import dataclass
from datetime import date, datetime, timedelta

HEADER = struct.Struct("<4sHH")
RECORD = struct.Struct("<4sHHH12b")

FIRST_DAY = date(2025, 1, 1)
BETWEEN_HIGH_WATERS = timedelta(hours=12, minutes=25, seconds=14)


@dataclass(frozen=True)
class Constants:
    """What the tide of one harbour is computed from."""

    first_high_water: timedelta
    high_cm: int
    low_cm: int
    corrections: tuple


@dataclass(frozen=True)
class Water:
    """One high or low water."""

    time: datetime
    is_high: bool
    height_cm: int


def read_constants(path):
    """The constants of all harbours, by their codes."""
    data = path.read_bytes()
    magic, _, count = HEADER.unpack_from(data)
    if magic != b"TIDE":
        raise ValueError(f"{path} holds no tides")
    constants = {}
    for index in range(count):
        code, minutes, high, low, *corrections = RECORD.unpack_from(data, HEADER.size + index * RECORD.size)
        first = timedelta(minutes=minutes)
        constants[code.decode("ascii")] = Constants(first, high, low, tuple(corrections))
    return constants


def hours_ahead(day, changes):
    """How many hours the clock is ahead of UTC on this day."""
    hours = 1
    for changed_on, ahead in changes:
        if changed_on < day:
            hours = ahead
    return hours


def waters_of(day, constants, changes):
    """Every high and low water of the day, in the order in which they come."""
    correction = timedelta(minutes=constants.corrections[day.month - 1])
    offset = timedelta(hours=hours_ahead(day, changes))
    start = datetime.combine(FIRST_DAY, datetime.min.time()) + constants.first_high_water
    midnight = datetime.combine(day, datetime.min.time())

    rounds = (midnight - start) // BETWEEN_HIGH_WATERS
    waters = []
    for half in range(0, 6):
        is_high = half % 2 == 0
        time = start + rounds * BETWEEN_HIGH_WATERS + half * BETWEEN_HIGH_WATERS / 2
        time = time + offset + correction
        if time.date() == day:
            waters.append(Water(time, is_high, constants.high_cm if is_high else constants.low_cm))
    return waters
