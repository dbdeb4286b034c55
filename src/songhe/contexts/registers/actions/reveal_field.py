"""Open one sensitive field of one entry, with a reason that stays in the audit chain."""

from __future__ import annotations

from django.db import transaction

from songhe.contexts.registers.access import entry_for
from songhe.contexts.registers.actions.write_entries import secrets_of
from songhe.contexts.registers.queries.field_values import shown
from songhe.contexts.registers.words import ENTRY
from songhe.foundation import audit
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput

SHORTEST_REASON = 2


@transaction.atomic
def reveal_field(actor: Actor, *, entry_id: int, field: str, reason: str) -> str:
    """The field in clear (empty where nothing is stored), and the audit chain says who looked at what and why.

    Raises InvalidInput without a reason or for a field that is not sensitive, EntryNotFound, AccessDenied; then nothing is shown or recorded.
    """
    entry, register = entry_for(actor, entry_id, right=Right.REVEAL_SENSITIVE)
    found = register.field(field)
    if found is None or not found.sensitive:
        raise InvalidInput("没有这个需要授权查看的项目。", next_step="请从页面上选择。", field="field")
    if len(reason.strip()) < SHORTEST_REASON:
        raise InvalidInput("请写明查看的理由。", next_step="例如：与帮扶人联系上门时间。", field="reason")
    detail = {"register": register.title, "field": field, "label": found.label, "reason": reason.strip()}
    audit.record(actor, "registers.reveal", subject_type=ENTRY, subject_id=entry.id, area_path=entry.area_path, detail=detail)
    return shown(found, secrets_of(entry).get(field))
