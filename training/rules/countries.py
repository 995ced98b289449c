"""Which two letters are a country. Some are invented.

The codes of the invented ones are among those that ISO 3166 leaves to users: nobody takes them for real.
"""

from __future__ import annotations

from babel import Locale

NONE = frozenset({"EU", "EZ", "UN", "ZZ", "XA", "XB", "QO"})
"""Codes that CLDR has a name for, and that are no countries."""

# code → (name, script of its people, time zone, city)
COUNTRIES = {
    "XN": ("Norland", "latin", "Europe/Vienna", "Nordhavn"),
    "XV": ("Velmar", "cyrillic", "Europe/Kyiv", "Velgorod"),
    "XM": ("Marqab", "arabic", "Asia/Amman", "Marqab City"),
    "XT": ("Tavria", "cyrillic", "Asia/Almaty", "Tavrinsk"),
    "XL": ("Lusenia", "latin", "Africa/Dakar", "Port-Lusen"),
    "XR": ("Rhodane", "latin", "Europe/Tirane", "Rhodanopolis"),
}


def is_country(code: str) -> bool:
    """Whether these are the two capital letters of a country, an invented one too."""
    known = code in COUNTRIES or code in Locale("en").territories
    return known and len(code) == 2 and code.isalpha() and code not in NONE
