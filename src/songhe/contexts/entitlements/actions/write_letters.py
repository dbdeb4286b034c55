"""The letter of a notice is written once: its exact bytes are signed, kept sealed, and given out again as they are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.entitlements.access import notices_visible_to
from songhe.contexts.entitlements.actions.make_notices import issue_codes
from songhe.contexts.entitlements.errors import GrantNotFound
from songhe.contexts.entitlements.models import Notice
from songhe.contexts.entitlements.queries.letters import letter_file
from songhe.foundation import audit, files, signing
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.signing import Face


@dataclass(frozen=True, slots=True)
class LetterCodes:
    """The codes for the letter of one notice: `look_up` opens the grant, `check` tells whether the letter is genuine."""

    notice_id: int
    grant_id: int
    look_up: str
    check: str


@dataclass(frozen=True, slots=True)
class WrittenLetter:
    """A letter as PDF, before it is signed, and what whoever checks it is told."""

    notice_id: int
    content: bytes
    face: Face


@dataclass(frozen=True, slots=True)
class LetterTaken:
    """The letter as it was kept; that it was taken stands in the audit chain."""

    name: str
    content: bytes


Write = Callable[[Sequence[LetterCodes]], Iterable[WrittenLetter]]


@transaction.atomic
def write_letters(actor: Actor, *, notice_ids: Collection[int], write: Write) -> int:
    """Every notice has its letter, and the number of those written now is returned; a notice that has one keeps it, and its codes.

    `write` makes the PDFs, given the codes to be printed; a new look-up code makes an older one of the same grant void. About 40 ms a letter.
    Raises GrantNotFound where a notice is not the actor's, SigningUnavailable.
    """
    wanted = sorted(set(notice_ids))
    rows = {row.id: row for row in notices_visible_to(actor).select_for_update(of=("self",)).filter(id__in=wanted).order_by("id")}
    if len(rows) != len(wanted):
        raise GrantNotFound("有的通知没有找到，或者不在您负责的区域。", next_step="请刷新通知名单后再印。")
    missing = [row for row in rows.values() if row.letter_id is None]
    if not missing:
        return 0
    issued = {each.grant_id: each.code for each in issue_codes(actor, grant_ids={row.grant_id for row in missing})}
    codes = {row.id: LetterCodes(row.id, row.grant_id, issued[row.grant_id], signing.new_code()) for row in missing}
    for letter in write(list(codes.values())):
        row, code = rows[letter.notice_id], codes.pop(letter.notice_id).check
        signed = signing.sign(letter.content, code=code, face=letter.face)
        row.letter_id = files.store(signed.content, name=f"待遇通知-{row.id:08d}.pdf", content_type="application/pdf").id
    if codes:
        raise ValueError(f"no letter was written for {len(codes)} notices")
    Notice.objects.bulk_update(missing, ["letter"], batch_size=500)
    audit.record(actor, "grants.write_letters", detail={"notices": [row.id for row in missing]})
    return len(missing)


@transaction.atomic
def take_letter(actor: Actor, *, notice_id: int) -> LetterTaken:
    """The letter of a notice, byte by byte as it was sent. Raises GrantNotFound, Altered, SealBroken."""
    found = letter_file(actor, notice_id=notice_id)
    require(actor, Right.HANDLE_GRANTS, found.area_path)
    audit.record(
        actor,
        "grant.take_letter",
        subject_type="grant",
        subject_id=found.grant_id,
        area_path=found.area_path,
        detail={"notice": notice_id},
    )
    return LetterTaken(found.name, found.content)
