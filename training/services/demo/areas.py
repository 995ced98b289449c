"""What the demo says of its areas: texts, contacts, and leaflets that are made on the spot."""

from __future__ import annotations

import hashlib

from training.db import atomic
from training.models import Theme
from training.output import pdf
from training.rules.languages import OWN_NAMES
from training.services import audit, organisations
from training.services.programmes import leaflets, themes
from training.services.stored_files import Taken
from training.texts import areas
from training.uploads.check import PDF, Checked
from training.uploads.store import Store

HOLDS = ()
"""A leaflet of the demo names nobody: its text and its contact are invented."""
COLOURS = {
    "IMR": "#9a3412",
    "THB": "#9d174d",
    "BMV": "#1d4ed8",
    "ASY": "#047857",
    "MD": "#6d28d9",
    "LMI": "#0e7490",
}
OF_SEVERAL = "#854d0e"


@atomic
def describe(store: Store) -> None:
    """Give each area its text in three languages, its contact and its leaflets."""
    for theme in themes.every():
        if theme.code in areas.TEXTS:
            text, contact = areas.TEXTS[theme.code], areas.CONTACTS[theme.code]
            theme.text_en, theme.text_fr, theme.text_ru = ("\n\n".join(said) for said in text)
            theme.contact_name, theme.contact_function, theme.contact_email, theme.contact_phone = contact
            for language in text._fields:
                leaflets.put(theme, by=None, language=language, file=_leaflet(store, theme, language))
    audit.record(by=None, action="demo.describe_areas")


def _leaflet(store: Store, theme: Theme, language: str) -> Taken:
    """A leaflet as PDF. It is our own, so nothing in it has to be checked."""
    demo, contact_word = areas.ON_LEAFLETS[language]
    content = pdf.render(
        "papers/leaflet",
        {
            "lang": language,
            "code": theme.code,
            "colour": COLOURS.get(theme.code, OF_SEVERAL),
            "title": theme.name_in(language),
            "paragraphs": getattr(areas.TEXTS[theme.code], language),
            "contact_word": contact_word,
            "contact": areas.CONTACTS[theme.code],
            "organisation": organisations.get().name,
            "demo": demo,
        },
    )
    store.put(content)
    name = f"{theme.code} {OWN_NAMES[language]}.pdf"
    return Taken(store, Checked(name, PDF.media_type, hashlib.sha256(content).hexdigest(), content))
