"""Letters as they were sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from songhe.contexts.entitlements.access import notices_visible_to
from songhe.contexts.entitlements.errors import GrantNotFound
from songhe.foundation import files, signing
from songhe.foundation.access import Actor


@dataclass(frozen=True, slots=True)
class LetterFile:
    """The kept letter of a notice: signed PDF, exactly the bytes that were sent."""

    notice_id: int
    grant_id: int
    area_path: str
    name: str
    content: bytes = field(repr=False)


def letter_file(actor: Actor, *, notice_id: int) -> LetterFile:
    """The letter; GrantNotFound where the actor sees no such notice or it has none. Raises Altered or SealBroken where a byte was changed."""
    row = notices_visible_to(actor).select_related("grant").filter(id=notice_id, letter__isnull=False).first()
    if row is None or row.letter_id is None:
        raise GrantNotFound("没有找到这份通知的信，或者不在您负责的区域。", next_step="还没有印过的，请先印出来。")
    content = signing.unaltered(files.read(row.letter_id))
    return LetterFile(row.id, row.grant_id, row.grant.area_path, files.describe(row.letter_id).name, content)


def letters_kept(actor: Actor, *, notice_ids: Collection[int]) -> Mapping[int, bytes]:
    """The kept letters of these notices, those that have one. Raises Altered or SealBroken."""
    rows = notices_visible_to(actor).filter(id__in=set(notice_ids), letter__isnull=False).values_list("id", "letter_id")
    return {pk: signing.unaltered(files.read(letter)) for pk, letter in rows if letter is not None}
