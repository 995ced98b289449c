"""What languages call themselves, for what is offered to their readers: a leaflet in French is found under Français."""

from __future__ import annotations

OWN_NAMES = {
    "en": "English",
    "fr": "Français",
    "ru": "Русский",
    "ar": "العربية",
    "es": "Español",
    "pt": "Português",
    "uk": "Українська",
}
"""Code → own name, in the order in which leaflets stand."""
