"""Layers point down, each with its own tools: no SQL above services, no Flask below the web, one clock, one committer."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.laws.source import (
    FILES,
    PACKAGE,
    calls,
    dotted,
    imported,
    parsed,
    stands_for,
    strings,
    whole_name,
)

BOTTOM = {"errors", "text", "clock"}
ALLOWED = {
    **dict.fromkeys(BOTTOM, BOTTOM),
    "rules": BOTTOM | {"rules"},
    "texts": BOTTOM | {"rules", "texts"},
    "rosters": BOTTOM | {"rules", "texts", "rosters"},
    "output": BOTTOM | {"rules", "texts", "rosters", "output"},
    "uploads": BOTTOM | {"rules", "uploads"},
    "db": BOTTOM,
    "models": BOTTOM | {"db", "models"},
    "policy": {"models"},
    "services": BOTTOM | {"rules", "texts", "rosters", "output", "uploads", "db", "models", "services"},
    "forms": {"errors", "rules", "texts", "models", "forms"},
    "web": BOTTOM
    | {
        "rules",
        "texts",
        "rosters",
        "output",
        "uploads",
        "db",
        "models",
        "policy",
        "services",
        "forms",
        "web",
    },
    "cli": BOTTOM | {"uploads", "db", "models", "services", "cli"},
    "app": BOTTOM | {"db", "models", "services", "web", "cli"},
}
"""What each layer may import of the others."""
ABOVE = ("web", "api", "cli")
"""Layers that speak with people and programs: they ask services, and hold no SQL."""
SQL_NAMES = {"Select", "OperationalError", "SQLAlchemyError"}
FROM_DB = {"db", "release", "roll_back"}
"""What they may take of ``training.db``."""
OF_DB = {"paginate"}
"""What they may ask of ``db``."""
ASKS_DB = re.compile(r"(?:^|\.)db\.(\w+)")
"""What a name with dots asks of ``db``, whatever it is reached by."""
FLASK = {"training.db": {"flask", "flask_migrate", "flask_sqlalchemy"}, "training.text": {"flask_babel"}}
"""The two modules below the web that know of Flask: the one that connects the database, and the one that translates."""
CLOCKS = {
    "datetime": {"now", "utcnow", "today"},
    "time": {"time", "time_ns", "localtime", "gmtime"},
    "sqlalchemy": {"now", "current_timestamp", "current_date", "current_time", "localtime", "localtimestamp"},
}
"""What reads a clock, by the library it comes from."""
CLOCK_IN_SQL = re.compile(
    r"\bnow\(\)|\bcurrent_(timestamp|date|time)\b|\blocaltime(stamp)?\b|\([^()]*'now'", re.I
)
"""How a statement reads the database's clock."""


def layer(module: str) -> str:
    return module.split(".")[1]


def upward(tree: ast.AST, module: str) -> list[str]:
    """What it imports of a layer that does not stand below it."""
    may = ALLOWED[layer(module)]
    own = [name for name in imported(tree, module) if name.startswith("training.")]
    return [name for name in own if layer(name) not in may]


def used(tree: ast.AST, module: str) -> set[str]:
    """All names that it uses, called or only passed on, whole: ``datetime.datetime.now`` for ``day.now``."""
    real = stands_for(tree, module)
    return {whole_name(node, real) for node in ast.walk(tree) if isinstance(node, ast.Name | ast.Attribute)}


def tools(tree: ast.AST, module: str) -> list[str]:
    """What it uses that belongs to another layer: SQL and the session above services, Flask below the web."""
    names, found = imported(tree, module), []
    if layer(module) in (*ABOVE, "forms"):
        found += [
            name
            for name in names
            if name.split(".")[0] == "sqlalchemy" and name.rpartition(".")[2] not in SQL_NAMES
        ]
        found += [
            name
            for name in names
            if name == "training.db"
            or (name.startswith("training.db.") and name.removeprefix("training.db.") not in FROM_DB)
        ]
        asked = [name.removeprefix("training.db.") for name in used(tree, module)]
        found += [name for name in asked if (of_db := ASKS_DB.search(name)) and of_db[1] not in OF_DB]
    if layer(module) not in (*ABOVE, "app"):
        may = {"flask_babel"} if layer(module) == "forms" else FLASK.get(module, set())
        roots = [name.split(".")[0] for name in names]
        found += [root for root in roots if root.startswith("flask") and root not in may]
    return found


def clocks(tree: ast.AST, module: str) -> list[str]:
    """Where it reads a clock itself, the database's included."""
    if module == "training.clock":
        return []
    names = {
        name for name in used(tree, module) if name.rpartition(".")[2] in CLOCKS.get(name.split(".")[0], ())
    }
    return sorted(name for name in names if "." in name) + [
        text for text in strings(tree) if CLOCK_IN_SQL.search(text)
    ]


def enders(tree: ast.AST, module: str) -> list[str]:
    """Where it ends a transaction itself."""
    if module == "training.db":
        return []
    return [
        ast.unparse(call.func)
        for call in calls(tree)
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"commit", "rollback"}
    ]


def silent_flushes(source: str) -> list[int]:
    """The lines on which a ``flush()`` does not say what it waits for."""
    lines = source.splitlines()
    return [
        call.end_lineno
        for call in calls(ast.parse(source))
        if isinstance(call.func, ast.Attribute)
        and call.func.attr == "flush"
        and not call.args
        and call.end_lineno
        and "#" not in lines[call.end_lineno - 1]
    ]


LAWS = {"upward": upward, "tools": tools, "clocks": clocks, "enders": enders}


@pytest.mark.parametrize("law", LAWS)
def test_every_module_keeps_the_law(law: str):
    found = {
        dotted(path): LAWS[law](parsed(path), dotted(path)) for path in FILES if dotted(path) != "training"
    }

    assert len(found) > 180
    assert {module: broken for module, broken in found.items() if broken} == {}


def test_a_flush_says_which_id_it_waits_for():
    services = [path for path in FILES if path.relative_to(PACKAGE).parts[0] == "services"]
    found = {dotted(path): silent_flushes(path.read_text()) for path in services}

    assert len(found) > 60
    assert {module: lines for module, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("law", "module", "source"),
    [
        ("upward", "training.models.x", "from training.services.trainings import changes"),
        ("upward", "training.models.x", "import training.services.audit as a"),
        ("upward", "training.models.x", "def f():\n    from ..services import audit"),
        (
            "upward",
            "training.services.x",
            "import importlib\nimportlib.import_module('training.web.kit.menu')",
        ),
        ("upward", "training.forms.x", "from training.services import audit"),
        ("tools", "training.web.x", "from training.db import db\ndb.session.get(1)"),
        (
            "tools",
            "training.web.x",
            "from training.db import db as database\ndatabase.session.get(1)",
        ),
        ("tools", "training.web.x", "from training.db import db\nkept = db\nkept.session.get(1)"),
        ("tools", "training.web.x", "from training.db import db\nwith db.engine.begin(): ..."),
        ("tools", "training.web.x", "from training import db as d\nd.db.session"),
        ("tools", "training.web.x", "import training.db\ntraining.db.db.session"),
        ("tools", "training.web.x", "import training.db as d"),
        ("tools", "training.web.x", "from ..db import insert_many"),
        ("tools", "training.web.x", "from ..db import db as d\nd.session"),
        ("tools", "training.web.x", "from training.web.kit import respond\nrespond.db.session"),
        (
            "tools",
            "training.web.x",
            "from training.db import atomic, insert_many\n@atomic\ndef f(): insert_many(X, [])",
        ),
        ("tools", "training.cli", "from training.db import atomic"),
        ("tools", "training.web.x", "from training.db import *"),
        ("tools", "training.web.x", "import sqlalchemy as sa"),
        ("tools", "training.web.x", "from sqlalchemy import select"),
        ("tools", "training.cli", "from sqlalchemy.orm import Session"),
        ("tools", "training.services.x", "import flask"),
        ("tools", "training.services.x", "import flask as f"),
        ("tools", "training.models.x", "from flask_login import current_user"),
        ("tools", "training.rules.x", "from flask.globals import g"),
        ("clocks", "training.services.x", "from datetime import datetime\ndatetime.now()"),
        ("clocks", "training.services.x", "import datetime as d\nd.datetime.now(d.UTC)"),
        ("clocks", "training.web.x", "from datetime import date as day\nday.today()"),
        ("clocks", "training.web.x", "import time\ntime.time()"),
        ("clocks", "training.web.x", "from time import time\ntime()"),
        ("clocks", "training.services.x", "from sqlalchemy import func\nfunc.now()"),
        (
            "clocks",
            "training.models.x",
            "from datetime import datetime\nmapped_column(default=datetime.utcnow)",
        ),
        ("clocks", "training.models.x", "import datetime\nnow = datetime.datetime.now\nnow()"),
        ("clocks", "training.models.x", "import datetime\nD = datetime.datetime\nD.now()"),
        ("clocks", "training.models.x", "from time import time as t\nmapped_column(default=t)"),
        ("clocks", "training.models.x", "from sqlalchemy import text\ntext('select now()')"),
        ("clocks", "training.models.x", "text(f'SELECT {x} WHERE at < CURRENT_TIMESTAMP')"),
        ("clocks", "training.models.x", "text(\"select datetime('now')\")"),
        (
            "clocks",
            "training.models.x",
            "import sqlalchemy as sa\nmapped_column(server_default=sa.func.now())",
        ),
        ("enders", "training.web.x", "from training.db import db\ndb.session.commit()"),
        ("enders", "training.services.x", "def f(session):\n    session.rollback()"),
    ],
)
def test_a_planted_violation_is_seen(law: str, module: str, source: str):
    assert LAWS[law](ast.parse(source), module)


def test_a_planted_flush_without_its_reason_is_seen():
    assert silent_flushes("db.session.flush()\ndb.session.flush()  # its id is needed\ns.flush(\n)\n") == [
        1,
        4,
    ]


@pytest.mark.parametrize(
    ("law", "module", "source"),
    [
        ("tools", "training.web.x", "from sqlalchemy import Select\nfrom flask import request"),
        ("tools", "training.web.x", "from training.db import db\ndb.paginate(found)"),
        ("tools", "training.web.x", "from ..db import db as d\nd.paginate(found)"),
        ("tools", "training.web.x", "from training.db import roll_back\nroll_back()"),
        ("tools", "training.web.x", "def f(record):\n    return record.session.title"),
        ("tools", "training.web.x", "from flask import session\nsession.get('x')"),
        ("tools", "training.services.x", "from training.db import atomic, db\ndb.session.get(1)"),
        ("clocks", "training.services.x", "from training import clock\nclock.now()"),
        ("clocks", "training.services.x", "from datetime import time\ntime(9)"),
        ("clocks", "training.services.x", "import time\ntime.sleep(1)\ntime.monotonic()"),
        ("clocks", "training.services.x", "from datetime import datetime\ndef f(x: datetime): x.now"),
        ("clocks", "training.services.x", "from training.rules import walltime\nnow = walltime.now('UTC')"),
        ("clocks", "training.services.x", "def f():\n    'Takes what ``clock.now()`` said.'"),
        ("clocks", "training.services.x", "msg('No seat is free now (or soon).')"),
        ("clocks", "training.services.x", "said['now']"),
        ("upward", "training.services.x", "from training.rules import seats"),
    ],
)
def test_what_is_allowed_is_not_taken_for_a_violation(law: str, module: str, source: str):
    assert LAWS[law](ast.parse(source), module) == []


def test_the_files_are_where_the_laws_look():
    assert Path(PACKAGE / "services").is_dir() and Path(PACKAGE / "web" / "kit").is_dir()
