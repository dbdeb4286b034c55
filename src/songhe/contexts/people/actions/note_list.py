"""A list of people was opened, not one person's field: the audit chain says who opened which list for which use, and how many it showed."""

from __future__ import annotations

from django.db import transaction

from songhe.contexts.people.queries.data_use import role_held
from songhe.contexts.people.queries.data_uses import data_uses
from songhe.foundation import audit
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput


@transaction.atomic
def note_list(
    actor: Actor, *, use: str, label: str, subject: tuple[str, str], right: Right, area_path: str, people: int, **told: str | int | bool
) -> None:  # fmt: skip
    """The look stands in the audit chain and is counted by `queries.data_use`. A step of the action that shows the list.

    `label` says in Chinese what was opened; `subject` is its kind and id; `people` were shown by name; `told` is kept beside. `use` is one
    of `queries.data_uses` that asks nobody's consent, for a list cannot ask each. Raises InvalidInput, AccessDenied; then nothing is recorded.
    """
    require(actor, right, area_path)
    known = data_uses().get(use)
    if known is None or known.needs_consent:
        raise InvalidInput("看名单不能用于这一项用途。", next_step="请从列出的用途里选择。", field="use")
    detail = {"use": use, "label": label, "role": role_held(actor, area_path, right), "people": people, **told}
    audit.record(actor, "people.open_list", subject_type=subject[0], subject_id=subject[1], area_path=area_path, detail=detail)
