"""Tells what a file is that holds no table, by its first bytes, and says what to do instead."""

import re

__all__ = ["foreign_kind"]

_BINARY = (
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook or another spreadsheet: save the sheet as CSV (UTF-8) or as .xlsx"),
    (b"%PDF", "a PDF, from which no table can be read: export the products as CSV from the shop"),
    (b"\x89PNG", "a picture: export the products as CSV from the shop"),
    (b"\xff\xd8\xff", "a picture: export the products as CSV from the shop"),
    (b"GIF8", "a picture: export the products as CSV from the shop"),
    (
        b"SQLite format 3",
        "a SQLite database: export the table as CSV (`.mode csv`, `.headers on`, `.once products.csv`)",
    ),
    (b"7z\xbc\xaf", "a 7-Zip archive: unpack it, or pack the file as zip or gzip"),
    (b"Rar!", "a RAR archive: unpack it, or pack the file as zip or gzip"),
    (b"{\\rtf", "a text document (RTF): save the table in it as CSV (UTF-8)"),
)
_TEXT = (
    (
        r"<!doctype\s+html|<html[\s>]",
        (
            "a web page and no table; a download that needs a login ends so, and some programs' .xls are pages: "
            "download it again, or open it in a spreadsheet and save the sheet as CSV (UTF-8)"
        ),
    ),
    (
        r"(?:--[^\n]*\n|/\*.*?\*/|\s)*+(?:insert\s+into|create\s+table|drop\s+table|set\s+names|lock\s+tables)\b",
        "a dump of a database (SQL): export the table as CSV instead (phpMyAdmin: Export > CSV, with column names)",
    ),
    (
        r'\s*\{\s*"(?:url|doc_id)"\s*:\s*"[^"]*"',
        "a link to a Google document and not the document: in Google Sheets, File > Download > CSV",
    ),
)
_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE | re.DOTALL), what) for pattern, what in _TEXT)


def foreign_kind(start: bytes, name: str) -> str | None:
    """Say what a file is that begins with `start` and holds no table, and what to do; None for any other.

    >>> foreign_kind(b"%PDF-1.7", "products.pdf")
    'a PDF, from which no table can be read: export the products as CSV from the shop'
    >>> foreign_kind(b"sku,name", "products.csv") is None
    True
    """
    if found := next((what for magic, what in _BINARY if start.startswith(magic)), None):
        return found
    text = start.decode("latin-1").removeprefix("\xef\xbb\xbf").lstrip()
    page, dump, link = _PATTERNS
    for pattern, what in (page, dump, *([link] if name.lower().endswith((".gsheet", ".gdoc")) else [])):
        if pattern.match(text):
            return what
    return None
