"""The number of a bank file and of each line in it, by which the bank's answer is told to what it belongs."""

from __future__ import annotations

import datetime as dt

from songhe.contexts.payments.words import REFERENCE_DIGITS, Purpose

_PURPOSES = {Purpose.GRANTS.value: "1", Purpose.AWARDS.value: "2"}


def file_number(month: dt.date, purpose: str, sequence: int, number: int) -> str:
    """Thirteen digits: month, purpose, run of the month, file of the run."""
    return f"{month:%Y%m}{_PURPOSES[purpose]}{sequence:03d}{number:03d}"


def reference(file: str, line: int) -> str:
    """The file's number and the line's."""
    return f"{file}{line:0{REFERENCE_DIGITS}d}"


def line_of(found: str, file: str) -> int | None:
    """The line that a reference names in this file; None where it is of another file or none at all."""
    tail = found.removeprefix(file)
    return int(tail) if found.startswith(file) and len(tail) == REFERENCE_DIGITS and tail.isascii() and tail.isdigit() else None
