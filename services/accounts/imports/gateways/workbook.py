"""Read a workbook's first sheet in a process of its own: this file is the program, and knows nothing of the platform.

A workbook is an archive that its sender wrote: a hundred kilobytes expand to gigabytes, one cell may stand in the last
of a million rows. Here the archive's sizes, rows, columns and texts are bounded, the process has bounds on memory and
processor time from the kernel, and whoever started it kills it when it takes too long.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import zipfile

EXPANDED_BYTES_MAX = 16 * 2**20
PARTS_MAX = 200
COLUMNS_MAX = 64
CELL_TEXT_MAX = 2_000
MEMORY_BYTES_MAX = 256 * 2**20
PROCESSOR_SECONDS_MAX = 10
UNREADABLE = 3


def main() -> None:
    """Write the rows of the workbook on standard input as JSON; argument 1 is how many rows there may be."""
    rows_max = int(sys.argv[1])
    _bound_process()
    try:
        rows = read(sys.stdin.buffer.read(), rows_max=rows_max)
    except Exception as error:  # noqa: BLE001 - whatever the sender made of it, it is no workbook that we read
        sys.stderr.write(str(error)[:200])
        sys.exit(UNREADABLE)
    sys.stdout.write(json.dumps(rows, ensure_ascii=True))


def read(content: bytes, *, rows_max: int) -> list[list[str]]:
    """Return the texts of the cells, row by row, one row more than may be so that who asked sees it.

    Raises:
        ValueError: it expands to more than it may.
        Exception: whatever openpyxl says of what is no workbook.
    """
    _refuse_large(content)
    from openpyxl import load_workbook

    sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets[0]
    rows = sheet.iter_rows(values_only=True, max_row=rows_max + 2, max_col=COLUMNS_MAX)
    return [[_text(value) for value in row] for row in rows]


def _refuse_large(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
    if len(parts) > PARTS_MAX or sum(part.file_size for part in parts) > EXPANDED_BYTES_MAX:
        raise ValueError("the workbook is too large when it is expanded")


def _text(value: object) -> str:
    if value is None:
        return ""
    if hasattr(value, "date") and callable(value.date):
        return str(value.date())
    return str(value).strip()[:CELL_TEXT_MAX]


def _bound_process() -> None:
    for what, most in (
        (resource.RLIMIT_DATA, MEMORY_BYTES_MAX),
        (resource.RLIMIT_CPU, PROCESSOR_SECONDS_MAX),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    main()
