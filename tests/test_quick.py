"""The quick loop picks the laws, what changed, and what needs it, the nearest first; what nobody can tell is said."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts import quick

SOURCES = {
    "training/models/__init__.py": "from training.models.hall import Hall\nfrom training.models.car import Car",
    "training/models/hall.py": "",
    "training/models/car.py": "",
    "training/services/places/halls.py": "from training.models import Hall",
    "training/services/plans/days.py": "from training.services.places import halls",
    "training/services/cars/cars.py": "from training.models import Car",
    "training/web/places/halls.py": "from training.services.places import halls\nhalls('places/hall.html')",
    "templates/places/hall.html": '{% from "ui/table.html" import table %}',
    "templates/ui/table.html": "",
    "tests/make.py": "".join(f"from training.services.{one} import x\n" for one in "abcd")
    + "from training.services.places import halls",
    "tests/conftest.py": "from tests import databases",
    "tests/databases.py": "from training.services.places import halls",
    "tests/services/plans/conftest.py": "",
    "tests/laws/test_layers.py": "def test_one(): pass",
    "tests/browser/test_page.py": "'/halls'",
    "tests/services/places/test_halls.py": "from training.services.places import halls\ndef test_one(): pass",
    "tests/services/plans/test_days.py": "from training.services.plans import days, gone\ndef test_one(): pass",
    "tests/services/cars/test_cars.py": "from tests import make\nfrom training.services.cars import cars\n"
    "patch('training.services.plans.gone.now')",
    "tests/web/places/test_page.py": "f'/halls/{1}/edit?x=1'\ndef test_one(): pass",
    "migrations/versions/0001_first.py": "",
    "tests/test_migrations.py": "from flask_migrate import upgrade",
    "tests/model/world.py": "",
    "tests/model/test_lists.py": "from tests.model import world\ndef test_one(): pass",
    "config.py": "",
    "training/db.py": "import config",
    "scripts/serve.py": "import training.db",
    "tests/test_serving.py": "from scripts import serve",
}
ROUTES = {"/halls/<int:number>/edit": "training/web/places/halls.py", "/cars": "training/web/cars.py"}
LAW = "tests/laws/test_layers.py"
OTHERS = [
    "tests/services/cars/test_cars.py", "tests/services/places/test_halls.py", "tests/services/plans/test_days.py",
    "tests/test_migrations.py", "tests/test_serving.py", "tests/web/places/test_page.py",
]  # fmt: skip
WHOLE = {"browser": 1, "model": 1}


@pytest.fixture
def tree(tmp_path: Path) -> quick.Tree:
    for path, text in SOURCES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    for room in "abcd":
        (tmp_path / f"training/services/{room}").mkdir()
        (tmp_path / f"training/services/{room}/x.py").write_text("")
    return quick.Tree(tmp_path, ROUTES)


@pytest.mark.parametrize(
    ("changed", "picked"),
    [
        ("training/services/places/halls.py",
         ["tests/services/places/test_halls.py", "tests/web/places/test_page.py", "tests/services/plans/test_days.py"]),
        ("training/services/plans/days.py", ["tests/services/plans/test_days.py"]),
        ("training/models/car.py", ["tests/services/cars/test_cars.py"]),
        ("training/web/places/halls.py", ["tests/web/places/test_page.py"]),
        ("templates/ui/table.html", ["tests/web/places/test_page.py"]),
        ("tests/services/plans/test_days.py", ["tests/services/plans/test_days.py"]),
        ("tests/make.py", ["tests/services/cars/test_cars.py"]),
        ("migrations/versions/0001_first.py", ["tests/test_migrations.py"]),
        ("tests/conftest.py", OTHERS),
        ("tests/databases.py", OTHERS),
        ("tests/services/plans/conftest.py", ["tests/services/plans/test_days.py"]),
        ("config.py", ["tests/test_serving.py"]),
        ("training/services/plans/gone.py", ["tests/services/plans/test_days.py", "tests/services/cars/test_cars.py"]),
        ("tests/services/plans/test_gone.py", []),
        ("training/services/plans/never.py", []),
    ],
)  # fmt: skip
def test_what_needs_the_change_is_picked_the_nearest_first(tree, changed: str, picked: list[str]):
    choice = quick.choose(tree, [changed], {})

    assert choice.picked == [LAW, *picked]
    assert (choice.too_long, choice.of_the_whole, choice.far) == ({}, WHOLE, len(OTHERS) - len(picked))
    assert choice.unknown == []


def test_builders_that_know_all_make_nothing_near(tree, monkeypatch: pytest.MonkeyPatch):
    assert tree.knows_all("tests/make.py")
    assert "tests/services/cars/test_cars.py" not in tree.distances(["training/services/a/x.py"])

    monkeypatch.setattr(quick, "KNOWS_ALL", 6)
    assert "tests/services/cars/test_cars.py" in tree.distances(["training/services/a/x.py"])


def test_what_takes_too_long_is_left_out_and_named_but_never_what_changed(tree):
    near, far = "tests/services/places/test_halls.py", "tests/services/plans/test_days.py"
    seconds = {near: 50.0, "tests/web/places/test_page.py": 60.0, far: 30.0}

    choice = quick.choose(
        tree, ["training/services/places/halls.py", "training/services/plans/days.py"], seconds
    )
    of_a_test = quick.choose(tree, [near], {near: 1000.0})

    assert choice.picked == [LAW, near, far]
    assert choice.too_long == {"tests/web/places/test_page.py": 2}
    assert of_a_test.picked == [LAW, near]


def test_what_is_near_to_everything_keeps_the_budget(tree):
    choice = quick.choose(tree, ["tests/conftest.py"], dict.fromkeys(OTHERS, 40.0))

    assert choice.picked == [LAW, *OTHERS[:2]]
    assert choice.too_long == dict.fromkeys(OTHERS[2:], 1) and choice.far == 0


def test_what_looks_at_the_whole_is_near_to_its_own_folder_and_runs_where_its_time_is_known(tree):
    lists = "tests/model/test_lists.py"

    unmeasured = quick.choose(tree, ["tests/model/world.py"], {})
    measured = quick.choose(tree, ["tests/model/world.py"], {lists: 20.0})

    assert (unmeasured.picked, unmeasured.too_long) == ([LAW], {lists: 1})
    assert (measured.picked, measured.too_long) == ([LAW, lists], {})
    assert measured.of_the_whole == unmeasured.of_the_whole == {"browser": 1}


UNKNOWN = ["README.md", "pyproject.toml", "scripts/test.sh", "static/app.css", "translations/ru/messages.po"]


@pytest.mark.parametrize("path", UNKNOWN)
def test_what_no_import_tells_of_is_said_and_no_test_is_called_unaffected(tree, capsys, path: str):
    choice = quick.choose(tree, [path, "training/services/cars/cars.py"], {})
    quick.say("then", {path}, choice)
    said = capsys.readouterr().out

    assert (choice.picked, choice.unknown) == ([LAW, OTHERS[0]], [path])
    assert f"Nobody can tell what needs these: {path}.\n" in said
    assert "5 files that may need them" in said and "do not need" not in said


def test_where_imports_tell_of_all_nothing_is_said_of_what_nobody_can_tell(tree, capsys):
    quick.say("then", {"config.py"}, quick.choose(tree, ["config.py"], {}))
    said = capsys.readouterr().out

    assert "Nobody can tell" not in said and "5 files that do not need what changed" in said


def run(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def commit(folder: Path, name: str) -> None:
    (folder / name).write_text(name)
    run(folder, "add", name)
    run(folder, "commit", "-m", name)


def test_the_change_is_what_differs_from_main_or_on_main_from_what_was_stored_last(tmp_path: Path):
    run(tmp_path, "init", "--initial-branch", "main")
    commit(tmp_path, "a")
    commit(tmp_path, "b")
    assert quick.changed(tmp_path) == ("the commit before the last", {"b"})

    (tmp_path / "a").write_text("changed")
    (tmp_path / "new").write_text("")
    assert quick.changed(tmp_path) == ("the last commit", {"a", "new"})

    run(tmp_path, "switch", "--create", "branch")
    commit(tmp_path, "c")
    assert quick.changed(tmp_path) == ("it left main", {"a", "c", "new"})


def test_the_tree_as_it_is_knows_who_needs_whom():
    tree = quick.Tree()

    assert len(tree.tests()) > 50
    assert tree.knows_all("tests/make.py") and tree.knows_all("training/app.py")
    assert not [path for path in tree.tests() if tree.knows_all(path)]
    for path in ("config.py", "tests/databases.py", "tests/conftest.py"):
        assert set(tree.tests()) <= tree.distances([path]).keys()
    assert (
        "tests/test_quick.py" in tree.distances(["scripts/quick.py"])
        or "scripts/quick.py" not in tree.sources
    )
