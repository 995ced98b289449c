"""The process that opens a file that somebody sent. It is small and limited, gets only a path, and answers in JSON.

It runs as a script and loads nothing of the application. An attacker's file can harm only this process.
"""

import json
import re
import resource
import struct
import sys
import zlib
from collections.abc import Iterator
from typing import Any

MEMORY, CPU_SECONDS = 768 * 1024 * 1024, 10
MOST_OBJECTS, DEEPEST = 300_000, 50
MOST_PIXELS = 100_000_000
SCRIPTS = {"/JS", "/JavaScript", "/XFA"}
"""Keys of a PDF's dictionaries that hold a script, or a form that may hold one."""
LAUNCHES = {"/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/GoToR", "/Rendition"}
"""Actions that leave the document, besides the links that people press."""
ATTACHED = {"/EmbeddedFiles", "/EF", "/RichMediaContent", "/RichMediaSettings"}
INSIDE = {"/EmbeddedFile", "/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"}
"""Types and subtypes of objects that carry another file or media."""
HIDDEN = (
    (re.compile(rb"/(?:JavaScript|XFA)(?=[\s/<>\[\]()])"), "script"),
    (re.compile(rb"/(?:Launch|ImportData|SubmitForm)(?=[\s/<>\[\]()])"), "launch"),
    (re.compile(rb"/(?:EmbeddedFiles?|RichMedia|FileAttachment)(?=[\s/<>\[\]()])"), "attachments"),
)
"""The same in the bytes: an object that the table of objects leaves out is found by some readers all the same."""
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}


FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
SCAN = 0xDA
AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


class Refused(Exception):
    """The file may not be kept. ``code`` names the sentence for the person."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def main(path: str, kind: str) -> None:
    """Read the file and print ``{"refused": code}``; the code is empty if the file may be kept."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    for nothing in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(nothing, (0, 0))
    with open(path, "rb") as file:
        content = file.read()
    refused = ""
    try:
        {"PDF": look_at_pdf, "JPEG": look_at_jpeg, "PNG": look_at_png}[kind](content)
    except Refused as refusal:
        refused = refusal.code
    except (MemoryError, RecursionError):
        refused = "too_large"
    print(json.dumps({"refused": refused}))


def look_at_pdf(content: bytes) -> None:
    """Refuse a PDF that is encrypted, runs or starts something, carries other files, or has no page."""
    import io  # noqa: PLC0415 -- not needed for pictures
    import logging  # noqa: PLC0415 -- not needed for pictures

    from pypdf import PdfReader  # noqa: PLC0415 -- slow import

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it says of a broken file helps nobody
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise Refused("encrypted")
        judge_all(reader)
        for pattern, code in HIDDEN:
            if pattern.search(content):
                raise Refused(code)
        if not [page.mediabox for page in reader.pages]:  # a page without a size is none
            raise Refused("unreadable")
    except (Refused, MemoryError, RecursionError):
        raise
    except Exception:  # noqa: BLE001 -- whatever the library stumbles over, the file is not read
        raise Refused("unreadable") from None


def judge_all(reader: Any) -> None:
    """Refuse what any dictionary of any object says."""
    for count, thing in enumerate(objects(reader)):
        if count > MOST_OBJECTS:
            raise Refused("too_large")
        for one in parts(thing, DEEPEST):
            judge(one)


def objects(reader: Any) -> Iterator[Any]:
    """The trailer, and every object that the tables of objects name, streams of objects included."""
    from pypdf.generic import IndirectObject  # noqa: PLC0415 -- slow import

    yield reader.trailer
    numbers = {(number, generation) for generation, known in reader.xref.items() for number in known}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    for number, generation in sorted(numbers):
        if number:
            yield reader.get_object(IndirectObject(number, generation, reader))


def parts(thing: Any, left: int) -> Iterator[dict[str, Any]]:
    """Every dictionary in an object, itself included; what it only refers to is an object of its own."""
    if not left:
        raise Refused("too_large")
    if isinstance(thing, dict):
        yield thing
        for value in thing.values():
            if isinstance(value, dict | list):
                yield from parts(value, left - 1)
    elif isinstance(thing, list):
        for value in thing:
            if isinstance(value, dict | list):
                yield from parts(value, left - 1)


def judge(one: dict[str, Any]) -> None:
    """Refuse a dictionary that runs, starts or carries something."""
    keys, action = set(one), str(one.get("/S", ""))
    if keys & SCRIPTS or action in SCRIPTS:
        raise Refused("script")
    if action in LAUNCHES:
        raise Refused("launch")
    if keys & ATTACHED or {str(one.get("/Type", "")), str(one.get("/Subtype", ""))} & INSIDE:
        raise Refused("attachments")


def look_at_png(content: bytes) -> None:
    """Refuse a PNG whose parts or whose picture are not whole. Nothing may stand behind its end."""
    at, pixels, total = 8, 0, 0
    unpacker = zlib.decompressobj()
    names: list[bytes] = []
    while at + 12 <= len(content):
        size, name = struct.unpack_from(">I4s", content, at)
        data = content[at + 8 : at + 8 + size]
        if content[at + 8 + size : at + 12 + size] != struct.pack(">I", zlib.crc32(name + data)):
            raise Refused("unreadable")
        if (name == b"IHDR") == bool(names):
            raise Refused("unreadable")
        if name == b"IHDR":
            pixels = pixels_of_png(data)
        if name == b"IDAT":
            total += unpacked(unpacker, data, pixels * 8 + 10_000_000)
        names.append(name)
        at += 12 + size
        if name == b"IEND":
            break
    if not names or names[-1] != b"IEND" or at != len(content) or not total or not unpacker.eof:
        raise Refused("unreadable")


def pixels_of_png(data: bytes) -> int:
    """How many pixels its head tells of."""
    if len(data) != 13:
        raise Refused("unreadable")
    width, height, depth, colour = struct.unpack(">IIBB", data[:10])
    if not width or not height or depth not in DEPTHS.get(colour, set()):
        raise Refused("unreadable")
    return pixels_of(width, height)


def pixels_of(width: int, height: int) -> int:
    """How many pixels a picture has; refused when they are too many for a page to show."""
    if width * height > MOST_PIXELS:
        raise Refused("too_large")
    return width * height


def unpacked(unpacker: Any, data: bytes, most: int) -> int:
    """How many bytes this part unpacks to. Unpacked bytes are counted and dropped."""
    total = 0
    try:
        while data and not unpacker.eof:
            total += len(unpacker.decompress(data, 1 << 20))
            data = unpacker.unconsumed_tail
            if total > most:
                raise Refused("too_large")
    except zlib.error:
        raise Refused("unreadable") from None
    return total


def look_at_jpeg(content: bytes) -> None:
    """Refuse a JPEG without a frame, a picture in it and an end. A camera may write more behind the end."""
    at, has_frame, has_scan = 2, False, False
    while content[at : at + 2] != b"\xff\xd9":
        kind, size = part_of_jpeg(content, at)
        if kind in FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            has_frame = pixels_of(width, height) > 0
        at += 2 + size
        if kind == SCAN:
            has_scan = True
            marker = AFTER_SCAN.search(content, at)
            at = marker.start() if marker else len(content)
        while content[at : at + 2] == b"\xff\xff":  # filling between two parts
            at += 1
    if not (has_frame and has_scan):
        raise Refused("unreadable")


def part_of_jpeg(content: bytes, at: int) -> tuple[int, int]:
    """The kind of the part that begins here, and its size; refused unless the whole part is there."""
    if at + 10 > len(content) or content[at] != 0xFF:
        raise Refused("unreadable")
    size = int.from_bytes(content[at + 2 : at + 4])
    if size < 2 or at + 2 + size > len(content):
        raise Refused("unreadable")
    return content[at + 1], size


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
