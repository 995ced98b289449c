"""Invented countries.

Their codes are among those that ISO 3166 leaves to users: nobody takes them for real.
"""

from __future__ import annotations

# code → (name, script of its people, time zone, city)
COUNTRIES = {
    "XN": ("Norland", "latin", "Europe/Vienna", "Nordhavn"),
    "XV": ("Velmar", "cyrillic", "Europe/Kyiv", "Velgorod"),
    "XM": ("Marqab", "arabic", "Asia/Amman", "Marqab City"),
    "XT": ("Tavria", "cyrillic", "Asia/Almaty", "Tavrinsk"),
    "XL": ("Lusenia", "latin", "Africa/Dakar", "Port-Lusen"),
    "XR": ("Rhodane", "latin", "Europe/Tirane", "Rhodanopolis"),
}
