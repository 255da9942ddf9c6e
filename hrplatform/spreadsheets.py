"""Tables as files that a spreadsheet opens, in which nothing that somebody wrote can act as a formula."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO

import xlsxwriter

Cell = str | int | Decimal | date | None

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """CSV in UTF-8 with a byte order mark, which spreadsheets need to read every script."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([_harmless(column) for column in columns])
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A workbook with one sheet. Words stay words, numbers are numbers, days are days."""
    content = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(content, options) as workbook:
        sheet = workbook.add_worksheet()
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, columns, workbook.add_format({"bold": True}))
        for line, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(line, place, cell, day)
                elif isinstance(cell, int | Decimal):
                    sheet.write_number(line, place, cell)
                else:
                    sheet.write_string(line, place, cell or "")
        sheet.freeze_panes(1, 0)
        sheet.autofit()
    return content.getvalue()


def _harmless(cell: Cell) -> str:
    """A word that a spreadsheet would take for a formula gets an apostrophe before it. Numbers stay numbers."""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(_STARTS_A_FORMULA):
        return f"'{cell}"
    return "" if cell is None else str(cell)
