"""Sheets that the pages print, from `templates/`; see `foundation.printing`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.conf import settings

from songhe.foundation.printing import NoChineseFont, compile_pdf, font

__all__ = ["SHEETS", "NoChineseFont", "font", "is_demo", "pdf_of"]

SHEETS = Path(__file__).resolve().parent / "templates"


def pdf_of(sheet: str, data: object, *, made_on: dt.date) -> bytes:
    """The sheet `templates/<sheet>` filled with the data as PDF/A-2b; the same data of the same day give the same bytes."""
    return compile_pdf((SHEETS / sheet).read_bytes(), data, made_on=made_on)


def is_demo() -> bool:
    """Whether the sheet has to say that nobody on it exists."""
    return bool(getattr(settings, "SONGHE_DEMO", True))
