"""Sheets that the pages print, from `templates/`; see `foundation.printing`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pypdfium2 as pdfium
from django.conf import settings

from songhe.foundation.printing import NoChineseFont, compile_pdf, font

__all__ = ["SHEETS", "NoChineseFont", "font", "is_demo", "one_file", "pdf_of"]

SHEETS = Path(__file__).resolve().parent / "templates"


def pdf_of(sheet: str, data: object, *, made_on: dt.date) -> bytes:
    """The sheet `templates/<sheet>` filled with the data as PDF/A-2b; the same data of the same day give the same bytes."""
    return compile_pdf((SHEETS / sheet).read_bytes(), data, made_on=made_on)


def one_file(papers: Sequence[bytes]) -> bytes:
    """The pages of all papers in their order, for the printer; one paper stays as it is. The signatures stand in the papers themselves, not here."""
    if len(papers) == 1:
        return papers[0]
    with closing(pdfium.PdfDocument.new()) as bundle:
        for content in papers:
            with closing(pdfium.PdfDocument(content)) as paper:
                bundle.import_pages(paper)
        out = BytesIO()
        bundle.save(out)
    return out.getvalue()


def is_demo() -> bool:
    """Whether the sheet has to say that nobody on it exists."""
    return bool(getattr(settings, "SONGHE_DEMO", True))
