"""What the board looks like."""

WORDS = {True: "high", False: "low"}

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{name}: the water today</title>
<link rel="stylesheet" href="board.css">
<h1>{name}</h1>
<p class="day">{day}</p>
<table>
{rows}
</table>
</html>"""


def as_text(harbour, day, waters):
    """The board for a terminal."""
    lines = [f"{harbour.name}, {day:%A} {day.day} {day:%B %Y}"]
    for water in waters:
        height = water.height_cm / 100
        lines.append(f"  {water.time:%H:%M}  {WORDS[water.is_high]:<4}  {height} m")
    return "\n".join(lines)


def as_page(harbour, day, waters):
    """The board for the screen on the quay."""
    rows = [row(water) for water in waters]
    return PAGE.format(name=harbour.name, day=day.isoformat(), rows="\n".join(rows))


def row(water):
    """One line of the table."""
    word = WORDS[water.is_high]
    height = water.height_cm / 100
    return f'<tr class="{word}"><td>{water.time:%H:%M}</td><td>{word}</td><td>{height} m</td></tr>'
