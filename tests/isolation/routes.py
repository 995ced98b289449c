"""Every route: what it lets do, and of which kind the thing is that its address names. ``python -m`` writes the list."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

LIST = Path(__file__).with_name("routes.txt")
KINDS = {
    "agencies": "agency", "countries": "country", "colleagues": "colleague", "imports": "batch", "mail": "mail", "programmes": "programme",
    "registrations": "registration", "registers": "session", "sessions": "session", "trainees": "trainee",
    "trainers": "trainer", "trainings": "training", "announcements": "training", "users": "user", "venues": "venue", "seats": "training",
    "decisions": "training", "clashes": "training", "holidays": "holiday", "themes": "theme", "leaflets": "leaflet", "duplicates": "pair", "my": "token", "reports": "file",
    "static": "file", "public_pages": "page", "timetable": "training", "plan_steps": "plan_step",
    "places": "training",
    "courses": "course", "planner": "training", "repeating": "training",
}  # fmt: skip
BY_RULE = (
    ("/imports/for/", "training"), ("/registrations/for/", "training"), ("/sessions/of/", "training"),
    ("/series/", "series"), ("/trainings/seat-requests/", "seat_request"), ("/venues/rooms/", "room"), ("/venues/blocks/", "block"),
    ("/trainees/duplicates/merges/", "merge"), ("/set-password/", "link"), ("/files/leaflets/of/", "theme"),
)  # fmt: skip


def kind_of(rule: str, endpoint: str) -> str:
    """Of which kind the thing is that the address names; ``none`` where it names none."""
    if "<" not in rule:
        return "none"
    return next(
        (kind for start, kind in BY_RULE if rule.startswith(start)),
        KINDS.get(endpoint.partition(".")[0], "?"),
    )


def lines(app: Flask) -> list[str]:
    """Rule, methods, endpoint, action and kind of every route of the application."""
    found = []
    for rule in app.url_map.iter_rules():
        access = getattr(app.view_functions[rule.endpoint], "access", None)
        action = "NOT DECLARED" if access is None else str(access.action.value) if access.action else "public"
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        found.append(f"{rule.rule} {methods} {rule.endpoint} {action} {kind_of(rule.rule, rule.endpoint)}")
    return sorted(found)
