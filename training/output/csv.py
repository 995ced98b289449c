"""CSV as a stream: UTF-8 with BOM, ISO dates, in pieces of some 64 kB."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from training.output.safe import csv_text

PIECE = 64 * 1024


def stream(
    header: Sequence[str], rows: Iterable[list[Any]], *, text_columns: Collection[int] = ()
) -> Iterator[bytes]:
    """The file in pieces; the columns at the positions ``text_columns`` hold what people typed and are made safe."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(header)
    typed = sorted(text_columns)
    for row in rows:
        for position in typed:
            value = row[position]
            if value and not value[0].isalnum():
                row[position] = csv_text(value)
        writer.writerow(row)
        if buffer.tell() > PIECE:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()
