"""Open one sensitive field of one person, with a reason that stays in the audit chain."""

from __future__ import annotations

from django.db import transaction

from songhe.contexts.people.access import person_for
from songhe.contexts.people.errors import ConsentMissing, ReasonMissing
from songhe.contexts.people.models import Person
from songhe.contexts.people.queries.contacts import opened
from songhe.contexts.people.queries.data_use import role_held
from songhe.contexts.people.queries.data_uses import data_uses, may_use
from songhe.contexts.people.queries.dictionary import find_variable, shown
from songhe.contexts.people.words import IDENTITY_LABELS, SEALED_FIELDS
from songhe.foundation import audit
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput

SHORTEST_REASON = 2


@transaction.atomic
def reveal(actor: Actor, *, person_id: int, field: str, reason: str, use: str = "") -> str:
    """The field in clear (empty where nothing is stored), and the audit chain says who looked at what, for which use and why.

    `field` is id_number, phone, address, bank_account, diagnosis, or a sensitive variable; `use` is one of `queries.data_uses` (empty
    where a caller without a page has none). Raises ReasonMissing, InvalidInput, ConsentMissing, PersonNotFound, AccessDenied; then
    nothing is revealed and nothing recorded.
    """
    person = person_for(actor, person_id, right=Right.REVEAL_SENSITIVE)
    if len(reason.strip()) < SHORTEST_REASON:
        raise ReasonMissing("请写明查看的理由。", next_step="例如：老人来电核对补贴发放账号。", field="reason")
    _check_use(person, use)
    label, text = _field(person, field)
    role = role_held(actor, person.area_path, Right.REVEAL_SENSITIVE)
    detail = {"field": field, "label": label, "reason": reason.strip(), "use": use, "role": role}
    audit.record(actor, "people.reveal", subject_type="person", subject_id=person.id, area_path=person.area_path, detail=detail)
    return text


def _check_use(person: Person, use: str) -> None:
    known = data_uses().get(use)
    if use and known is None:
        raise InvalidInput("没有这一项用途。", next_step="请从列出的用途里选择。", field="use")
    if known is not None and not may_use(person, known):
        raise ConsentMissing(
            f"老人没有同意“{known.title}”，不能为这个用途查看。",
            next_step="请先征得老人同意并登记，或者选择别的用途。",
            field="use",
        )


def _field(person: Person, field: str) -> tuple[str, str]:
    if field in SEALED_FIELDS:
        return IDENTITY_LABELS[field], opened(person, field)
    variable = find_variable(field)
    if variable is None or not variable.sensitive:
        raise InvalidInput("没有这个需要授权查看的项目。", next_step="请从页面上选择。", field="field")
    facts = person.household.facts if variable.entity == "household" else person.facts
    return variable.label, shown(variable, facts[field]) if field in facts else ""
