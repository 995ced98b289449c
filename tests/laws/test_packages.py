"""Packages point down, stay small, and bear the same name in every layer."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from config import ROOT
from tests.laws.source import FILES, PACKAGE, dotted, imported, parsed, subjects
from training.services import GROUND, PACKAGES

MOST_MODULES, MOST_LINES = 14, 400
MOST_ON_THE_GROUND = 18
"""The ground holds what every package reads, one subject a module."""
ORDER = list(PACKAGES)
HELPERS = {"web": {"kit"}}
"""Packages that help the others of their layer: they are no subject and have no templates."""
NO_VIEWS = {"letters", "papers", "timetables", "demo"}
"""Subjects that no page is about."""
TEMPLATES_ALONE = {"ui", "errors"}
"""Folders of templates that are components of all pages, and the pages of refusals."""


def modules(folder: Path) -> list[Path]:
    """The modules of a package, without its ``__init__.py``."""
    return sorted(path for path in folder.glob("*.py") if path.stem != "__init__")


def wrong_way(tree: ast.AST, module: str) -> list[str]:
    """What a service imports of packages that stand after its own, of a package itself, or of a private module."""
    found = []
    own = module.split(".")[2]
    for name in imported(tree, module):
        parts = name.split(".")
        if parts[:2] == ["training", "services"] and len(parts) > 2 and parts[2] in PACKAGES:
            is_whole = len(parts) == 3
            is_later = parts[2] != own and (own in GROUND or ORDER.index(parts[2]) > ORDER.index(own))
            found += [name] if is_whole or is_later else []
        elif own in GROUND and parts[:2] == ["training", "services"] and parts[2] in GROUND:
            found += [name] if GROUND.index(parts[2]) > GROUND.index(own) else []
    return found


def private(tree: ast.AST, module: str) -> list[str]:
    """What a module imports that is another package's own: a module ``_x``, or a name ``_x`` of a module."""
    above, found = module.rpartition(".")[0], []
    for name in imported(tree, module):
        parts = name.split(".")
        hidden = [
            place for place, part in enumerate(parts) if part.startswith("_") and not part.startswith("__")
        ]
        if parts[0] == "training" and hidden and ".".join(parts[: hidden[0]]) != above:
            found.append(name)
    return found


def cycles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The groups of modules that import each other in a ring."""
    left, found = dict(graph), []
    while left:
        free = {one for one, others in left.items() if not others & left.keys()}
        if not free:
            return [*found, sorted(left)]
        left = {one: others for one, others in left.items() if one not in free}
    return found


def test_services_import_the_ground_and_earlier_packages_only():
    services = [path for path in (PACKAGE / "services").rglob("*.py") if path.stem != "__init__"]
    found = {dotted(path): wrong_way(parsed(path), dotted(path)) for path in services}

    assert len(found) > 60
    assert {module: names for module, names in found.items() if names} == {}


def test_every_service_has_its_place():
    ground = {path.stem for path in modules(PACKAGE / "services")}

    assert ground == set(GROUND)
    assert subjects(PACKAGE / "services") == set(PACKAGES)


def test_nobody_imports_a_private_module_of_another_package():
    found = {dotted(path): private(parsed(path), dotted(path)) for path in FILES}

    assert len(found) > 200
    assert {module: names for module, names in found.items() if names} == {}


def test_no_modules_import_each_other_in_a_ring():
    names = {dotted(path) for path in FILES}
    graph = {
        dotted(path): {
            part
            for name in imported(parsed(path), dotted(path))
            for part in (name, name.rpartition(".")[0])
            if part in names and part != dotted(path) and not part.endswith("training")
        }
        for path in FILES
        if path.stem != "__init__"
    }

    assert sum(map(len, graph.values())) > 700
    # a package's own file is a docstring, so it is in no ring
    assert cycles(graph) == []


@pytest.mark.parametrize("layer", ["services", "web"])
def test_a_package_is_a_docstring_that_names_its_modules(layer: str):
    wrong = {}
    folders = [path.parent for path in (PACKAGE / layer).glob("*/__init__.py")]
    for folder in folders:
        tree = parsed(folder / "__init__.py")
        said = ast.get_docstring(tree) or ""
        missing = [path.stem for path in modules(folder) if path.stem not in said]
        if missing or len(tree.body) > 1:
            wrong[folder.name] = missing
        assert folder.name not in {path.stem for path in modules(folder)}, "a module hides behind its package"

    assert len(folders) > 10
    assert wrong == {}


@pytest.mark.parametrize("layer", ["services", "forms", "web"])
def test_a_package_holds_as_many_modules_as_somebody_can_look_over(layer: str):
    folders = [PACKAGE / layer, *(path.parent for path in (PACKAGE / layer).glob("*/__init__.py"))]
    counts = {folder.name: len(modules(folder)) for folder in folders}

    assert sum(counts.values()) > 10
    most = {"services": MOST_ON_THE_GROUND}
    assert {name: count for name, count in counts.items() if count > most.get(name, MOST_MODULES)} == {}


@pytest.mark.parametrize("folder", ["training", "scripts", "migrations"])
def test_files_stay_small_and_say_what_they_own(folder: str):
    files = [
        path
        for path in (ROOT / folder).rglob("*.py")
        if path.read_text().strip() and path.parent.name != "versions"  # a migration is history
    ]
    long = {
        str(path.relative_to(ROOT)): lines
        for path in files
        if (lines := len(path.read_text().splitlines())) > MOST_LINES
    }
    silent = [
        str(path.relative_to(ROOT))
        for path in files
        if not ast.get_docstring(parsed(path)) and folder == "training"
    ]

    assert len(files) > 5
    assert (long, silent) == ({}, [])


def test_every_layer_has_the_same_subjects():
    web = subjects(PACKAGE / "web") - HELPERS["web"]
    templates = {path.name for path in (ROOT / "templates").iterdir() if path.is_dir()} - TEMPLATES_ALONE
    forms = {path.stem for path in modules(PACKAGE / "forms")} - {"base", "labels", "typed"}

    assert set(PACKAGES) - web == NO_VIEWS
    assert web - set(PACKAGES) == {"system"}
    assert templates == web | (NO_VIEWS - {"demo", "timetables"})
    assert forms <= web


def test_a_planted_violation_is_seen():
    def seen(source: str, module: str) -> list[str]:
        return wrong_way(ast.parse(source), module)

    late = "from training.services.trainings import changes"
    assert seen(late, "training.services.registrations.x") == ["training.services.trainings.changes"]
    assert seen("import training.services.demo.build as b", "training.services.home.x")
    assert seen("from training.services import letters", "training.services.trainings.x")
    assert seen("from training.services.letters import outbox", "training.services.audit")
    assert seen("from training.services import seat_counts", "training.services.audit")
    assert seen(late, "training.services.attendance.x") == []
    own = ast.parse("from training.services.imports import _rows")
    assert private(own, "training.services.imports.x") == []
    assert private(own, "training.services.reports.x") == ["training.services.imports._rows"]
    assert private(ast.parse("from training.services.imports._rows import f"), "training.web.x")
    assert cycles({"a": {"b"}, "b": {"a"}, "c": {"a"}}) == [["a", "b", "c"]]
    assert cycles({"a": {"b"}, "b": set()}) == []
