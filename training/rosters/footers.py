"""Rows below a list, or in the middle of it, that hold no person: sums, signatures, remarks."""

from __future__ import annotations

from training.rosters.headers import Mapping
from training.rules.names import fold

TELLING = ("family_name", "given_names", "full_name", "passport_name", "native_name", "email", "phone")
SUMS = {
    fold(word)
    for word in (
        "total",
        "sum",
        "всего",
        "итого",
        "человек",
        "المجموع",
        "الإجمالي",
        "en",
        "tout",
        "persons",
        "people",
        "personnes",
        "number",
        "of",
        "participants",
        "nombre",
        "de",
        "شخص",
    )
}


def is_footer(cells: list[str], mapping: Mapping, filled: int) -> bool:
    """Whether a row holds no person: a sum, a single cell that is no name, or no name, address and number."""
    places = mapping.columns
    if _is_sum(cells):
        return True
    if len(places) < 2:
        return False
    if filled == 1:
        place = next(n for n, cell in enumerate(cells) if cell.strip())
        named = {places[name] for name in ("family_name", "full_name", "passport_name") if name in places}
        return place not in named or len(cells[place].split()) > 4
    said = [cells[places[name]] for name in TELLING if name in places and places[name] < len(cells)]
    return not any(cell.strip() for cell in said)


def _is_sum(cells: list[str]) -> bool:
    """Whether the row is a sum like “Total: 12”, in any number of cells."""
    words = fold(" ".join(cells)[:200]).split()
    return (
        len(words) > 1
        and any(word.isdecimal() for word in words)
        and all(word in SUMS or word.isdecimal() for word in words)
    )
