"""The quick loop: format, lint, types, the laws, and the tests nearest to the change, on SQLite.

What is near is computed from the imports: a test that imports what changed is at distance 1, one that imports what
imports it at distance 2. A template counts as imported by who names it, and the code behind an address by the tests that
ask for the address. Every test needs the ``conftest.py`` of its folders. What was deleted counts as imported by who still
names it. Modules that know everything (the application, the builders of tests) make nothing near, unless they or what
helps the tests changed. What the imports do not know is said by name. ``SINCE=HEAD`` looks at what is not committed.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 90
"""The sum of seconds that all picked tests may take. Two processes share the tests."""
SECONDS_A_TEST = 0.6
"""The seconds for a test that no run has measured yet (``.cache/seconds.json`` holds the measured ones)."""
KNOWS_ALL = 5
"""A module that imports from so many packages of services or web knows everything and brings nothing near."""
LAWS = "tests/laws/"
TAKES = ("real_commit", "browser")
SOURCES = (
    ("training", "py"), ("tests", "py"), ("tests", "txt"), ("scripts", "py"), ("migrations", "py"), ("templates", "html"),
    ("docs", "md"),
)  # fmt: skip
HELPS = ("tests/", "scripts/")
"""What stands here, or beside all folders, helps the tests: who needs it needs it whatever else it knows."""
IN_BROWSER = "tests/browser/"
REFERS = re.compile(r"{%-?\s*(?:extends|include|import|from)\s+[\"']([^\"']+)[\"']")
Graph = dict[str, set[str]]
"""Path → the paths that it needs."""


def git(*arguments: str, root: Path = ROOT) -> list[str]:
    """The lines of git's answer. Empty when git refuses."""
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True)
    return done.stdout.splitlines() if done.returncode == 0 else []


def changed(root: Path = ROOT, since: str = "") -> tuple[str, set[str]]:
    """Words for the commit to compare with, and the paths that differ from it.

    On a branch, this is the commit at which it left ``main``. On ``main`` it is the last commit, or the one
    before when nothing is uncommitted. ``since`` names another commit.
    """
    head = git("rev-parse", "HEAD", root=root)
    fork = git("merge-base", "HEAD", "main", root=root) or git("merge-base", "HEAD", "origin/main", root=root)
    new = set(git("ls-files", "--others", "--exclude-standard", root=root))
    if since:
        return since, new | set(git("diff", "--name-only", "--no-renames", since, root=root))
    if fork and fork != head:
        return "it left main", new | set(git("diff", "--name-only", "--no-renames", fork[0], root=root))
    at_work = new | set(git("diff", "--name-only", "--no-renames", "HEAD", root=root))
    if at_work:
        return "the last commit", at_work
    return "the commit before the last", set(git("diff", "--name-only", "--no-renames", "HEAD~1", root=root))


class Tree:
    """The sources below a folder, and which of them need which."""

    def __init__(self, root: Path = ROOT, routes: Mapping[str, str] | None = None) -> None:
        self.root = root
        paths = [
            *root.glob("*.py"),
            *(path for folder, ending in SOURCES for path in sorted((root / folder).rglob(f"*.{ending}"))),
        ]
        self.sources = {
            path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
            for path in paths
            if path.is_file()
        }
        self.gone: set[str] = set()
        self.routes = {
            re.compile(re.sub(r"<[^>]*>", "[^/]+", rule) + "$"): path for rule, path in (routes or {}).items()
        }
        self._link()

    def remember(self, paths: Iterable[str]) -> None:
        """Know the sources among ``paths`` that were deleted: as empty ones, which others may still name."""
        gone = {
            path
            for path in set(paths) - set(self.sources)
            if not (self.root / path).exists()
            and any(
                path.startswith(f"{folder}/") and path.endswith(f".{ending}") for folder, ending in SOURCES
            )
        }
        if gone:
            self.gone |= gone
            self.sources |= dict.fromkeys(gone, "")
            self._link()

    def _link(self) -> None:
        self.trees = {path: ast.parse(text) for path, text in self.sources.items() if path.endswith(".py")}
        self.modules = {_module(path): path for path in self.trees}
        self.named: Graph = {}
        for path in self.sources.keys() - self.trees.keys():
            self.named.setdefault(Path(path).name, set()).add(path)
        self.given = {path: self._given(path) for path in self.trees if path.endswith("__init__.py")}
        self.needs: Graph = {path: self._needs(path) - {path} for path in self.sources}

    def tests(self) -> list[str]:
        """The files of tests."""
        return [path for path in self.trees if _is_test(path) and path not in self.gone]

    def is_of_a_part(self, path: str) -> bool:
        """Whether a test is of one part of the code (``tests/services/…``), of the laws, or in no folder."""
        part = Path(path).parts[1]
        return (
            path.count("/") == 1
            or path.startswith(LAWS)
            or any(one.startswith((f"training/{part}/", f"{part}/")) for one in self.sources)
        )

    def knows_all(self, path: str) -> bool:
        """Whether it needs so much that it is near to everything; a test itself never counts as that."""
        if _is_test(path):
            return False
        rooms = {re.match(r"training/(services|web)/\w+/", one) for one in self.needs[path]}
        return Path(path).name == "conftest.py" or len({one[0] for one in rooms if one}) >= KNOWS_ALL

    def distances(self, start: Iterable[str]) -> dict[str, int]:
        """The shortest distance of each path that needs one of ``start``."""
        needed_by: Graph = {}
        for path, needs in self.needs.items():
            for one in needs:
                needed_by.setdefault(one, set()).add(path)
        start = [path for path in start if path in self.sources]
        helps = [path for path in start if path.startswith(HELPS) or "/" not in path]
        found = self._spread(needed_by, set(start) - set(helps), through_all=False)
        for path, distance in self._spread(needed_by, helps, through_all=True).items():
            found[path] = min(distance, found.get(path, distance))
        return found

    def _spread(self, needed_by: Graph, start: Iterable[str], *, through_all: bool) -> dict[str, int]:
        found = dict.fromkeys(start, 0)
        last = list(found)
        while last:
            near = {
                who for path in last for who in needed_by.get(path, ())
                if through_all or found[path] == 0 or not self.knows_all(path)
            }  # fmt: skip
            step = found[last[0]] + 1
            last = sorted(near - set(found))
            found |= dict.fromkeys(last, step)
        return found

    def _given(self, path: str) -> dict[str, str]:
        """Name in a package → the module that defines it.

        An import of one model then needs only its module.
        """
        return {
            alias.asname or alias.name: self.modules[node.module]
            for node in ast.walk(self.trees[path])
            if isinstance(node, ast.ImportFrom) and node.module in self.modules
            for alias in node.names
        }

    def _needs(self, path: str) -> set[str]:
        if path not in self.trees:
            return {f"templates/{name}" for name in REFERS.findall(self.sources[path])} & set(self.sources)
        found = set(self._imported(path))
        if _is_test(path):
            found |= {f"{folder}/conftest.py" for folder in Path(path).parents} & set(self.sources)
        for text in _texts(self.trees[path]):
            if text.startswith("/") and path.startswith("tests/"):
                address = text.partition("?")[0]
                found |= {where for rule, where in self.routes.items() if rule.match(address)}
            elif f"templates/{text}" in self.sources:
                found.add(f"templates/{text}")
            elif "." in text:
                found |= self.named.get(text, set()) | self._patched(text)
        if "flask_migrate" in self.sources[path]:
            found |= {one for one in self.trees if one.startswith("migrations/")}
        return found

    def _patched(self, text: str) -> set[str]:
        """The module that a text names, with a name in it or without: ``training.services.audit.record``."""
        return {
            self.modules[name]
            for name in (text, text.rpartition(".")[0])
            if "." in name and name in self.modules
        }

    def _imported(self, path: str) -> Iterator[str]:
        for node in ast.walk(self.trees[path]):
            if isinstance(node, ast.Import):
                yield from (self.modules[alias.name] for alias in node.names if alias.name in self.modules)
            elif isinstance(node, ast.ImportFrom) and node.module:
                package = self.modules.get(node.module)
                for alias in node.names:
                    module = self.modules.get(f"{node.module}.{alias.name}")
                    if module or package:
                        yield module or self.given.get(package or "", {}).get(alias.name) or package or ""


def _is_test(path: str) -> bool:
    return Path(path).name.startswith("test_") and path.endswith(".py")


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _texts(tree: ast.AST) -> Iterator[str]:
    """The strings of a module. An ``x`` stands for each value in an f-string."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 300:
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(one.value) if isinstance(one, ast.Constant) else "x" for one in node.values)


@dataclass
class Choice:
    """The files of tests to run, and those left out."""

    picked: list[str] = field(default_factory=list)
    too_long: dict[str, int] = field(default_factory=dict)
    """Files of tests that are near but would take too long, each with its distance."""
    of_the_whole: dict[str, int] = field(default_factory=dict)
    """Folders of tests that look at the whole and take long, with how many files they have."""
    unknown: list[str] = field(default_factory=list)
    """What changed and no import tells of: styles, settings, translations."""
    far: int = 0
    """How many files of tests have nothing to do with what changed, as far as imports tell; of ``unknown`` they do not."""


def choose(tree: Tree, paths: Iterable[str], seconds: Mapping[str, float], budget: float = SECONDS) -> Choice:
    """Pick the laws, the changed tests, and as many of the nearest tests as there is time for.

    Of two that are equally near, the one that stands in the folder of the subject comes first. Tests that look at the
    whole are among them where something in their own folder changed, and somebody has measured how long they take.
    """
    paths = set(paths)
    tree.remember(paths)
    found, choice, left = tree.distances(paths), Choice(), budget
    choice.unknown = sorted(paths - set(tree.sources))
    touched = {Path(path).parts[1] for path in paths if path.startswith("tests/") and path.count("/") > 1}
    tests = [
        path
        for path in tree.tests()
        if path in paths
        or tree.is_of_a_part(path)
        or (path in found and Path(path).parts[1] in touched and not path.startswith(IN_BROWSER))
    ]
    whole = Counter(Path(path).parts[1] for path in tree.tests() if path not in tests)
    choice.of_the_whole = dict(sorted(whole.items()))
    choice.picked = [path for path in tests if path.startswith(LAWS)]
    subjects = {part for path in paths for part in Path(path).parts[2:-1]}
    near = sorted(
        (distance, subjects.isdisjoint(Path(path).parts), path)
        for path, distance in found.items()
        if path in tests and path not in choice.picked
    )
    for distance, _, path in near:
        guessed = _guessed(tree.trees[path]) if tree.is_of_a_part(path) else float("inf")
        takes = seconds.get(path, guessed)
        if takes <= left or distance == 0:
            left -= takes
            choice.picked.append(path)
        else:
            choice.too_long[path] = distance
    choice.far = len(tests) - len(choice.picked) - len(choice.too_long)
    return choice


def _guessed(tree: ast.Module) -> float:
    """The guessed seconds of a file that was never measured.

    Tests with real commits or a browser take ten times more.
    """
    count = sum(
        isinstance(node, ast.FunctionDef) and node.name.startswith("test_") for node in ast.walk(tree)
    )
    is_long = any(isinstance(node, ast.Attribute) and node.attr in TAKES for node in ast.walk(tree))
    return count * SECONDS_A_TEST * (10 if is_long else 1)


def routes() -> dict[str, str]:
    """Rule of an address → the path of the module with its view.

    Empty when the application does not start.
    """
    code = (
        "import json, tempfile; from pathlib import Path; from config import Config; from training.app import create_app\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    app = create_app(Config(secret_key='x' * 40, local=True, instance_dir=Path(folder)))\n"
        "print(json.dumps({r.rule: app.view_functions[r.endpoint].__module__ for r in app.url_map.iter_rules()}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        return {}
    return {rule: f"{module.replace('.', '/')}.py" for rule, module in json.loads(done.stdout).items()}


def say(since: str, paths: set[str], choice: Choice) -> None:
    """Print what changed, which tests run, and which are left out."""
    folders = sorted({Path(path).parent.as_posix() for path in paths})
    print(
        f"Changed since {since}: {len(paths)} files, in {', '.join(folders[:6]) or 'no folder'}{' …' if folders[6:] else ''}."
    )
    print(f"Run: the laws and the nearest tests, {len(choice.picked)} files, on SQLite.")
    left = sorted(choice.too_long, key=lambda path: (choice.too_long[path], path))
    if left:
        print(
            f"LEFT OUT: {len(left)} files that need what changed, but there is no time for them: {', '.join(left[:5])}{' …' if left[5:] else ''}."
        )
    whole = ", ".join(f"{name} ({count})" for name, count in choice.of_the_whole.items())
    print(f"LEFT OUT: what looks at the whole, by folder and number of files: {whole}.")
    if choice.unknown:
        print(
            f"Nobody can tell what needs these: {', '.join(choice.unknown[:6])}{' …' if choice.unknown[6:] else ''}."
        )
        rest = f"{choice.far} files that may need them"
    else:
        rest = f"{choice.far} files that do not need what changed, as far as imports tell"
    print(f"LEFT OUT: PostgreSQL, coverage, and {rest}. `make test` runs all.")


def main() -> int:
    """Look at the change, run what is near, and say how long it took."""
    begun = time.monotonic()
    bin_ = Path(sys.executable).parent
    types = subprocess.Popen(
        [bin_ / "mypy"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    failed = [
        name
        for name, command in (("format", ["ruff", "format", "--check", "--quiet", "."]), ("lint", ["ruff", "check", "--quiet", "."]))
        if subprocess.run([bin_ / command[0], *command[1:]], cwd=ROOT).returncode
    ]  # fmt: skip
    since, paths = changed(since=os.environ.get("SINCE", ""))
    known = ROOT / ".cache" / "seconds.json"
    seconds = json.loads(known.read_text()) if known.exists() else {}
    choice = choose(Tree(routes=routes()), paths, seconds)
    say(since, paths, choice)
    sys.stdout.flush()
    env = {**os.environ, "TEST_DATABASE": "sqlite", "PYTHONPYCACHEPREFIX": str(ROOT / ".cache" / "pycache")}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [
        str(bin_ / "pytest"),
        "-n",
        env.get("TEST_PROCESSES", "2"),
        "--dist",
        "worksteal",
        "-m",
        "not browser",
    ]
    if subprocess.run([*command, *choice.picked], cwd=ROOT, env=env).returncode:
        failed.append("tests")
    said, _ = types.communicate()
    if types.returncode:
        failed.append("types")
        print(said)
    print(f"{'FAILED: ' + ', '.join(failed) if failed else 'Good'}, after {time.monotonic() - begun:.0f} s.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
