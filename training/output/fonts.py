"""Which fonts a paper takes: those that hold its text, and no others.

Keeps true that no paper shows a box in place of a letter: what no installed font holds is written in Latin letters.
``make fonts-cjk`` installs the fonts of Chinese, Japanese and Korean, which are large.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import typst
from anyascii import anyascii

from config import ROOT
from training.text import Message, msg

FOLDER = ROOT / "static" / "dist" / "fonts"
FIRST = ("Noto Sans", "Noto Naskh Arabic")
"""The families that are asked before the others: they hold Latin, Cyrillic, Greek, Devanagari and Arabic."""
HAN = ("Noto Sans SC", "Noto Sans JP", "Noto Sans KR")
"""The families that hold Chinese characters. A paper with Japanese syllables asks the Japanese one before them."""
SCRIPTS = {
    "ARABIC": msg("Arabic"),
    "ARMENIAN": msg("Armenian"),
    "BENGALI": msg("Bengali"),
    "CJK": msg("Chinese"),
    "ETHIOPIC": msg("Ethiopic"),
    "GEORGIAN": msg("Georgian"),
    "HANGUL": msg("Korean"),
    "HEBREW": msg("Hebrew"),
    "HIRAGANA": msg("Japanese"),
    "KATAKANA": msg("Japanese"),
    "KHMER": msg("Khmer"),
    "LAO": msg("Lao"),
    "MONGOLIAN": msg("Mongolian"),
    "MYANMAR": msg("Burmese"),
    "SINHALA": msg("Sinhala"),
    "TAMIL": msg("Tamil"),
    "THAANA": msg("Thaana"),
    "THAI": msg("Thai"),
    "TIBETAN": msg("Tibetan"),
}
"""What a script is called, by the first word of its characters' names in Unicode."""
OTHERS = msg("other letters")
KANA = range(0x3040, 0x3100)
UNSEEN = frozenset(
    [0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0]
    + [*range(0x180B, 0x1810), *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)]
    + [*range(0xFE00, 0xFE10), *range(0xE0000, 0xE1000)]
)
"""The characters that a font may lack without a box: a shaper leaves them out (Default_Ignorable_Code_Point)."""


class FontsMissing(RuntimeError):
    """The fonts of the papers were not built."""


@dataclass(frozen=True)
class Family:
    """One font in its weights: where it lies and which characters it holds."""

    name: str
    folder: Path
    characters: frozenset[int]

    def holds(self, cluster: str) -> bool:
        """Whether the font draws a letter with its marks, written as one character or as several."""
        return any(
            all(ord(c) in self.characters for c in unicodedata.normalize(form, cluster) if not _is_unseen(c))
            for form in ("NFC", "NFD")
        )


@dataclass
class Text:
    """What the texts of one paper need. ``printable`` is asked for each of them, then ``families``."""

    is_japanese: bool
    used: set[str]

    def printable(self, text: str) -> str:
        """``text``, in Latin letters where no font holds it."""
        return text if text.isascii() else "".join(self._drawn(cluster) for cluster in _clusters(text))

    def families(self) -> list[Family]:
        """The fonts of the paper, in the order in which they are asked for a letter."""
        return [one for one in _ordered(FOLDER, is_japanese=self.is_japanese) if one.name in self.used]

    def _drawn(self, cluster: str) -> str:
        if all(_is_unseen(c) for c in cluster):
            return cluster
        family = _holder(FOLDER, cluster, is_japanese=self.is_japanese)
        if family is None:
            return anyascii(cluster) or "?"
        self.used.add(family.name)
        return cluster


def of(texts: Iterable[str]) -> Text:
    """What a paper with ``texts`` starts with: the font of all that is no name."""
    return Text(any(_is_japanese(text) for text in texts), {FIRST[0]})


def holds(text: str) -> bool:
    """Whether every letter of ``text`` can be printed."""
    return text.isascii() or all(_holder(FOLDER, cluster, is_japanese=False) for cluster in _clusters(text))


@dataclass(frozen=True)
class InLatin:
    """How many names a paper prints in Latin letters, and for want of which fonts."""

    count: int
    scripts: tuple[Message, ...]


def in_latin(names: Iterable[str]) -> InLatin:
    """What a page says of a paper with ``names``."""
    missing = [name for name in names if not holds(name)]
    scripts = dict.fromkeys(script for name in missing for script in _not_held(name))
    return InLatin(len(missing), tuple(scripts))


def _not_held(name: str) -> Iterator[Message]:
    is_japanese = _is_japanese(name)
    for cluster in _clusters(name):
        if _holder(FOLDER, cluster, is_japanese=is_japanese) is None:
            word = unicodedata.name(cluster[0], "").partition(" ")[0]
            yield (
                SCRIPTS["HIRAGANA" if word == "CJK" and is_japanese else word] if word in SCRIPTS else OTHERS
            )


def _is_japanese(text: str) -> bool:
    """Whether ``text`` has Japanese syllables, so that Chinese characters in it are Japanese too."""
    return any(ord(c) in KANA for c in text)


def _clusters(text: str) -> Iterator[str]:
    """The letters of ``text``, each with the marks and invisible characters that follow it."""
    begin = 0
    for place, c in enumerate(text):
        if place > begin and not (unicodedata.category(c).startswith("M") or _is_unseen(c)):
            yield text[begin:place]
            begin = place
    if text:
        yield text[begin:]


def _is_unseen(c: str) -> bool:
    """Whether ``c`` leaves no ink, so that it needs no font."""
    return ord(c) in UNSEEN or unicodedata.category(c) in {"Cc", "Zs", "Zl", "Zp"}


@lru_cache(maxsize=20_000)
def _holder(folder: Path, cluster: str, *, is_japanese: bool) -> Family | None:
    """The first font that draws ``cluster`` whole."""
    return next(
        (family for family in _ordered(folder, is_japanese=is_japanese) if family.holds(cluster)), None
    )


@cache
def _ordered(folder: Path, *, is_japanese: bool) -> tuple[Family, ...]:
    """The installed fonts in the order in which they are asked."""
    last = (HAN[1], HAN[0], HAN[2]) if is_japanese else HAN

    def place(family: Family) -> tuple[int, str]:
        if family.name in FIRST:
            return FIRST.index(family.name) - len(FIRST), ""
        return (1 + last.index(family.name), "") if family.name in last else (0, family.name)

    return tuple(sorted(_installed(folder), key=place))


@cache
def _installed(folder: Path) -> tuple[Family, ...]:
    """All fonts below ``folder``. Their files are read as far as the tables of their characters."""
    found = {
        one.family: Path(one.path)
        for one in typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)]
        ).fonts()
        if one.path is not None
    }
    if FIRST[0] not in found:
        raise FontsMissing("The fonts are not built yet: run `make setup`.")
    return tuple(Family(name, path.parent, _characters(path)) for name, path in found.items())


def _characters(path: Path) -> frozenset[int]:
    """The characters that a font file draws, by its ``cmap`` table (OpenType 1.9.1, formats 4 and 12)."""
    with path.open("rb") as file:
        head = file.read(12)
        tables = file.read(16 * struct.unpack(">4xH", head[:6])[0])
        for at in range(0, len(tables), 16):
            if tables[at : at + 4] == b"cmap":
                offset, length = struct.unpack(">8x2L", tables[at : at + 16])
                file.seek(offset)
                return frozenset(_of_cmap(file.read(length)))
    return frozenset()


def _of_cmap(cmap: bytes) -> Iterator[int]:
    """The characters of every Unicode part of a ``cmap`` table."""
    for number in range(struct.unpack_from(">2xH", cmap)[0]):
        platform, encoding, at = struct.unpack_from(">HHL", cmap, 4 + 8 * number)
        if platform == 0 or (platform, encoding) in {(3, 1), (3, 10)}:
            match struct.unpack_from(">H", cmap, at)[0]:
                case 4:
                    yield from _of_segments(cmap[at:])
                case 12:
                    for group in range(struct.unpack_from(">L", cmap, at + 12)[0]):
                        first, last, glyph = struct.unpack_from(">3L", cmap, at + 16 + 12 * group)
                        yield from range(first + (glyph == 0), last + 1)


def _of_segments(part: bytes) -> Iterator[int]:
    """The characters of a part of format 4: segments with an end, a start, a shift and a place of their glyphs."""
    count = struct.unpack_from(">6xH", part)[0] // 2
    ends, starts, shifts, places = (
        struct.unpack_from(f">{count}H", part, at)
        for at in (14, 16 + 2 * count, 16 + 4 * count, 16 + 6 * count)
    )
    for number, (end, start, shift, place) in enumerate(zip(ends, starts, shifts, places, strict=True)):
        for c in range(start, min(end, 0xFFFE) + 1):
            glyph = c
            if place:
                at = 16 + 6 * count + 2 * number + place + 2 * (c - start)
                glyph = struct.unpack_from(">H", part, at)[0]
                if not glyph:
                    continue
            if (glyph + shift) % 0x10000:
                yield c
