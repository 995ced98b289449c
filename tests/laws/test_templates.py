"""The laws of templates and of the style sheet, each with a planted violation that it must see."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config import ROOT

MOST = 140
"""Characters a line; most lines are half as long."""
CELL = re.compile(r"<t[dh][\s>]")
MACRO = re.compile(r"{%-?\s*macro\b")
PAGE = re.compile(r"{%-?\s*(?:extends|block)\b")


def long_lines(source: str) -> list[str]:
    """Lines that a person cannot take in at once."""
    return [line for line in source.splitlines() if len(line) > MOST]


def lines_of_several_cells(source: str) -> list[str]:
    """Lines that open more than one cell of a table."""
    return [line for line in source.splitlines() if len(CELL.findall(line)) > 1]


def macros_in_a_page(source: str) -> list[str]:
    """Macros of a file that is a page: they stand in ``ui/``, or in a file of their own."""
    return MACRO.findall(source) if PAGE.search(source) else []


def crowded_lines(source: str) -> list[str]:
    """Lines of a style sheet with more than one declaration, or with a rule and what it declares."""
    plain = re.sub(r"/\*.*?\*/|\"[^\"]*\"|'[^']*'", "", source, flags=re.S)
    return [
        line
        for line in plain.splitlines()
        if line.count(";") > 1 or line.count("{") > 1 or re.search(r"{\s*\S|[^\s}]\s*}|}\s*\S", line)
    ]


TOKENS = "tokens.css"
MEASURED = re.compile(
    r"^\s*(padding|margin|gap|row-gap|column-gap|border-radius|font-size|font-weight)(?:-\w+)*:\s*([^;]*);",
    re.M,
)
BARE = re.compile(r"(?<![\w-])(?:\d*\.)?\d+(?:px|rem|em)|\b[1-9]00\b")
COLOUR = re.compile(
    r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|rgba|hsl|oklch)\(|:\s*(?:white|black|red|green|blue|gr[ae]y)\b"
)


def values_outside_the_tokens(source: str) -> list[str]:
    """Colours, type sizes and weights, spaces and radii that a style sheet writes itself."""
    plain = re.sub(r"/\*.*?\*/", "", source, flags=re.S)
    sizes = [match[0].strip() for match in MEASURED.finditer(plain) if BARE.search(match[2])]
    return sizes + [line.strip() for line in plain.splitlines() if COLOUR.search(line)]


LAWS = [
    (long_lines, "*.html"),
    (long_lines, "*.typ"),
    (lines_of_several_cells, "*.html"),
    (macros_in_a_page, "*.html"),
    (crowded_lines, "*.css"),
    (long_lines, "*.css"),
]
LEAST = {"*.html": 95, "*.typ": 3, "*.css": 1}
"""How many files there are at least: a law that sees none keeps nothing."""


def files(pattern: str) -> list[Path]:
    """The sources that a law is about, wherever they stand below the templates and the assets."""
    return sorted(path for folder in ("templates", "assets") for path in (ROOT / folder).rglob(pattern))


@pytest.mark.parametrize(("law", "pattern"), LAWS)
def test_every_file_keeps_the_law(law, pattern):
    seen = files(pattern)

    assert len(seen) >= LEAST[pattern]
    broken = {str(path.relative_to(ROOT)): law(path.read_text(encoding="utf-8")) for path in seen}
    assert {path: found for path, found in broken.items() if found} == {}


def test_colours_and_sizes_stand_in_the_tokens_alone():
    sheets = [path for path in files("*.css") if path.name != TOKENS]

    assert len(sheets) > 8
    assert {
        path.name: found for path in sheets if (found := values_outside_the_tokens(path.read_text()))
    } == {}


@pytest.mark.parametrize(
    ("law", "good", "bad"),
    [
        (values_outside_the_tokens, "a {\n  color: var(--ink);\n}", "a {\n  color: #fff;\n}"),
        (values_outside_the_tokens, "a {\n  margin: 0 auto;\n}", "a {\n  margin-top: 3px;\n}"),
        (values_outside_the_tokens, "a {\n  width: 12rem;\n}", "a {\n  font-size: 12px;\n}"),
        (values_outside_the_tokens, "a {\n  font-weight: var(--w-text);\n}", "a {\n  font-weight: 700;\n}"),
        (long_lines, "x" * MOST, "<p>\n" + "x" * (MOST + 1)),
        (lines_of_several_cells, "<tr>\n<td>1</td>\n<td>2</td>", "<tr>\n<td>1</td><td>2</td>"),
        (lines_of_several_cells, "<thead><tr><th>1</th>", '<tr><th class="num">1</th><th>2</th>'),
        (macros_in_a_page, "{% macro names(of) %}", '{% extends "base.html" %}\n{% macro names(of) %}'),
        (macros_in_a_page, "{% block main %}", "{% block main %}\n{%- macro names(of) %}"),
        (crowded_lines, "a {\n  color: red;\n  margin: 0;\n}", "a {\n  color: red; margin: 0;\n}"),
        (crowded_lines, "@media print {\n  a {\n    color: red;\n  }\n}", "a { color: red; }"),
        (crowded_lines, "/* a { b: c; d: e; } */\na {\n}", "a {\n  color: red; }"),
        (crowded_lines, 'a {\n  content: "{;}";\n}', "a {\n} b {\n}"),
    ],
)
def test_each_law_sees_a_violation(law, good, bad):
    assert law(good) == []
    assert len(law(bad)) == 1
