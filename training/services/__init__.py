"""What happens, as functions. Services stand in ``ORDER``: each may call only those before it."""

ORDER = (
    "audit",
    "mail",
    "organisations",
    "people",
    "themes",
    "agencies",
    "programmes",
    "venues",
    "trainers",
    "trainings",
    "sessions",
    "trainees",
    "registrations",
    "imports",
    "attendance",
    "reports",
    "dashboards",
    "calendars",
    "backups",
    "demo",
)
