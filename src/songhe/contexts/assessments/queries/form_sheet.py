"""A case as the assessor's device needs it, so that the form can be filled without a network."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from songhe.contexts.assessments.access import case_for, seat_for
from songhe.contexts.assessments.errors import ScaleUnknown
from songhe.contexts.assessments.models import Case, Form, Result
from songhe.contexts.assessments.queries.persons import AssessedPerson, persons
from songhe.contexts.assessments.queries.rules import form_fields
from songhe.contexts.assessments.queries.signatures import ElderSigned, elder_signature
from songhe.contexts.assessments.words import CaseState, FormState
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.assessing import FormField
from songhe.engines.scales.scale import Scale
from songhe.foundation.access import Actor


@dataclass(frozen=True, slots=True)
class OwnForm:
    """What the assessor has sent so far."""

    public_id: str
    state: FormState
    answers: Mapping[str, str]
    circumstances: Mapping[str, bool | int]
    particulars: Mapping[str, object]
    filled_from: dt.datetime
    filled_to: dt.datetime | None
    grade: int | None
    elder: ElderSigned | None


@dataclass(frozen=True, slots=True)
class FormSheet:
    """Case, person, scale (dimensions, items with options from best to worst, circumstances) and the other fields of the form.

    `other_done`: the other assessor has handed in; of the other's answers nothing is told. `own` is None before the first save.
    """

    case_id: int
    case_public_id: str
    state: CaseState
    person: AssessedPerson
    visit_at: dt.datetime | None
    visit_place: str
    lead: bool
    assessor_id: int
    scale: Scale
    fields: tuple[FormField, ...]
    own: OwnForm | None
    other_done: bool


def form_sheet(actor: Actor, *, case_id: int) -> FormSheet:
    """The sheet of one's own case; CaseNotFound or NotYourCase for anybody else."""
    row = case_for(actor, case_id)
    seat = seat_for(actor, row)
    own = Form.objects.filter(case=row, assessor_id=seat.assessor_id).first()
    done = Form.objects.filter(case=row, state=FormState.FINAL).exclude(assessor_id=seat.assessor_id).exists()
    return FormSheet(
        case_id=row.pk, case_public_id=str(row.public_id), state=CaseState(row.state), person=persons([row.person_id])[row.person_id],
        visit_at=row.visit_at, visit_place=row.visit_place, lead=seat.lead, assessor_id=seat.assessor_id, scale=scale_of_case(row),
        fields=tuple(form_fields().values()), own=_own(own) if own else None, other_done=done,
    )  # fmt: skip


def _own(form: Form) -> OwnForm:
    return OwnForm(
        str(form.public_id), FormState(form.state), form.answers, form.circumstances, form.particulars, form.filled_from, form.filled_to,
        form.grade, elder_signature(form),
    )  # fmt: skip


def scale_of_case(row: Case) -> Scale:
    """The case's scale as the pack in use has it; of a settled case as the version has it by which it was settled. Raises ScaleUnknown."""
    version = Result.objects.filter(case=row).values_list("pack_version_id", flat=True).first()
    found = (policy.scales_of(version) if version else policy.scales_in_use()[1]).get(row.scale)
    if found is None:
        raise ScaleUnknown("政策包里已经没有这份量表。", next_step="请撤回这次评估，用现在的量表重新申请。", field="scale")
    return found
