"""Small files of each kind, whole ones and ones that must not be kept."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

from pypdf import PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    RectangleObject,
    TextStringObject,
)


def pdf(change: Callable[[PdfWriter], object] = lambda writer: None, pages: int = 1) -> bytes:
    """A PDF with blank pages; ``change`` does something to it before it is written."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def png(width: int = 3, height: int = 2, rest: bytes = b"") -> bytes:
    """A grey picture."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    lines = (b"\0" + b"\x80" * width) * height
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(lines)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(name, data) for name, data in parts) + rest


def _part(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def jpeg(
    width: int = 1, height: int = 1, scan: bytes = b"\x12\xff\x00\x34", end: bytes = b"\xff\xd9"
) -> bytes:
    """The parts of a JPEG in their order, with a scan that no decoder has to like."""
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    parts = [
        (0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
        (0xDB, b"\0" * 65),
        (0xC0, frame),
        (0xC4, b"\0" * 28),
        (0xDA, b"\1\1\0\0\x3f\0"),
    ]
    return (
        b"\xff\xd8"
        + b"".join(struct.pack(">BBH", 0xFF, kind, len(data) + 2) + data for kind, data in parts)
        + scan
        + end
    )


def with_script(writer: PdfWriter) -> None:
    action = {
        NameObject("/S"): NameObject("/JavaScript"),
        NameObject("/JS"): TextStringObject("app.alert(1)"),
    }
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)


def with_attachment(writer: PdfWriter) -> None:
    writer.add_attachment("a.txt", b"inside")


def with_launch(writer: PdfWriter) -> None:
    action = {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("calc.exe")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)


def with_password(writer: PdfWriter) -> None:
    writer.encrypt("secret", algorithm="RC4-128")


def with_owner_password(writer: PdfWriter) -> None:
    writer.encrypt("", "owner", algorithm="RC4-128")


def with_form_of_scripts(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/XFA"): ArrayObject()})


def with_video(writer: PdfWriter) -> None:
    annotation = FreeText(text="x", rect=(10, 10, 50, 50))
    annotation[NameObject("/Subtype")] = NameObject("/RichMedia")
    writer.add_annotation(0, annotation)


def with_link(writer: PdfWriter) -> None:
    """What is allowed: a link that somebody presses, and a page to begin with."""
    writer.add_uri(0, "https://example.org", RectangleObject((10, 10, 50, 50)))
    writer.add_outline_item(title="One", page_number=0)


def objects_packed() -> bytes:
    """A PDF by hand, with a stream of its table of objects, whose action lies packed in a stream of objects."""
    out = io.BytesIO()
    out.write(b"%PDF-1.5\n")
    places = {}

    def put(number: int, body: bytes) -> None:
        places[number] = out.tell()
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))

    put(1, b"<< /Type /Catalog /Pages 2 0 R /OpenAction 4 0 R >>")
    put(2, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
    put(3, b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>")
    inner = b"4 0 << /S /JavaScript /JS (app.alert(1)) >>"
    packed = zlib.compress(inner)
    put(
        5,
        b"<< /Type /ObjStm /N 1 /First 4 /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream"
        % (len(packed), packed),
    )
    at = out.tell()
    rows = [(0, 0, 65535)] + [(1, places[n], 0) if n != 4 else (2, 5, 0) for n in range(1, 6)] + [(1, at, 0)]
    table = zlib.compress(b"".join(struct.pack(">BIH", *row) for row in rows))
    head = b"<< /Type /XRef /Size 7 /W [1 4 2] /Root 1 0 R /Length %d /Filter /FlateDecode >>" % len(table)
    out.write(b"6 0 obj\n%s\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (head, table, at))
    return out.getvalue()
