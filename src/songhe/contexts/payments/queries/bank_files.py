"""The files of a run for its banks."""

from __future__ import annotations

from dataclasses import dataclass

from songhe.contexts.payments.models import BankFile


@dataclass(frozen=True, slots=True)
class BankFileMade:
    """A file for a bank. `name` is what it is called there, `amount` in fen."""

    id: int
    layout: str
    number: int
    name: str
    lines: int
    amount: int
    sha256: str


def bank_files_of(run_id: int) -> tuple[BankFileMade, ...]:
    """The files of a run in their order."""
    rows = BankFile.objects.filter(run_id=run_id).select_related("file").order_by("number")
    return tuple(BankFileMade(r.pk, r.layout, r.number, r.file.name, r.lines, r.amount, r.sha256) for r in rows)
