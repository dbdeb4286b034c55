"""An assessor signs by the own account, having just shown again who they are; and the elder's side signs on the form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.assessments.actions.form_checking import own_case
from songhe.contexts.assessments.errors import FormProblem, NotProven, NotSigned
from songhe.contexts.assessments.models import Assessor, CaseAssessor, ElderSignature, Form, Result, Signature
from songhe.contexts.assessments.queries.signatures import (
    HEIGHT,
    WIDTH,
    ElderSigned,
    digest_of_form,
    digest_of_result,
    sealed,
)
from songhe.contexts.assessments.words import ElderSigns, FormState, SignedBy
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Proof

GOOD_FOR = dt.timedelta(minutes=5)
LONGEST_NAME, LONGEST_REASON = 60, 100
MOST_STROKES, MOST_POINTS = 150, 4000


@dataclass(frozen=True, slots=True)
class FormSigned:
    """The form bears its assessor's signature. `digest` is the hash of exactly what was signed."""

    form_id: int
    digest: str
    signed_at: dt.datetime
    both_signed: bool


@transaction.atomic
def sign_form(actor: Actor, *, case_id: int, proof: Proof | None = None, certificate_no: str = "") -> FormSigned:
    """One's own final form is signed; it is signed once and never anew.

    `proof`: how the person has just shown again that it is them; software of the body signs as itself, for the assessor of the certificate.
    Raises CaseNotFound, NotYourCase, NotProven, NotSigned.
    """
    case, seat = own_case(actor, case_id, certificate_no)
    form = (
        Form.objects.select_related("case", "assessor").filter(case=case, assessor=seat.assessor, state=FormState.FINAL).first()
    )
    if form is None:
        raise NotSigned("您的评估表还没有提交，不能签名。", next_step="请先填完提交，再签名。")
    if Signature.objects.filter(form=form).exists():
        raise NotSigned("这张表您已经签过名了。", next_step="请刷新页面。")
    row = put_under_form(actor, form, proof)
    detail = {"form": str(form.public_id), "means": row.means, "digest": row.digest}
    audit.record(
        actor,
        "assessments.sign_form",
        subject_type="assessment_case",
        subject_id=case.pk,
        area_path=case.area_path,
        detail=detail,
    )
    return FormSigned(form.pk, row.digest, row.signed_at, unsigned(case.pk) == 0)


def put_under_form(actor: Actor, form: Form, proof: Proof | None) -> Signature:
    """The signature under a final form. A step inside an action that has checked whose form it is."""
    means = proven(actor, proof)
    return Signature.objects.create(
        form=form, assessor=form.assessor, signed_by=actor.id, signed_by_name=actor.name, means=means, signed_at=clock.now(),
        digest=digest_of_form(form),
    )  # fmt: skip


def put_under_result(actor: Actor, result: Result, assessor: Assessor, means: SignedBy) -> Signature:
    """The lead's signature under the result. A step inside `settle_case`."""
    return Signature.objects.create(
        result=result, assessor=assessor, signed_by=actor.id, signed_by_name=actor.name, means=means, signed_at=clock.now(),
        digest=digest_of_result(result),
    )  # fmt: skip


def proven(actor: Actor, proof: Proof | None) -> SignedBy:
    """How the actor has just shown who they are; raises NotProven for a person who has not."""
    if actor.kind == "consumer":
        return SignedBy.SYSTEM
    now = clock.now()
    if proof is None or proof.actor_id != actor.id or not now - GOOD_FOR <= proof.at <= now + GOOD_FOR:
        raise NotProven("签名前要再输一次密码或者动态口令。", next_step="请输入您自己的登录密码，或者动态口令。", field="secret")
    return SignedBy(proof.means)


def unsigned(case_id: int) -> int:
    """How many of the two seats have no signed final form yet."""
    signed = Signature.objects.filter(form__case_id=case_id, form__state=FormState.FINAL).count()
    return CaseAssessor.objects.filter(case_id=case_id).count() - signed


def keep_elder(form: Form, said: ElderSigned | None) -> None:
    """The elder's signature on a draft is as sent last. A step inside an action."""
    ElderSignature.objects.filter(form=form).delete()
    if said is not None:
        ElderSignature.objects.create(form=form, way=said.way, sealed=sealed(form, said))


def elder_problems(said: ElderSigned | None) -> Iterator[FormProblem]:
    """What is wrong with how the elder's side signed; an open field is nothing wrong."""
    if said is None:
        return
    longest = {"signer": LONGEST_NAME, "reason": LONGEST_REASON, "witness": LONGEST_NAME}
    for field, most in longest.items():
        text = getattr(said, field)
        if len(text) > most or "\0" in text:
            yield FormProblem(f"elder_{field}", "老人这边的签名", "签名这一栏写得太长", f"请写在{most}字以内", "error")
    if said.way is ElderSigns.UNABLE:
        if len(said.reason.strip()) < 2:
            yield FormProblem("elder_reason", "不能签名的原因", "没有写为什么不能签名", "请写原因，例如：手不能动", "error")
        if len(said.witness.strip()) < 2:
            yield FormProblem("elder_witness", "见证人", "没有写见证人", "请写在场见证人的姓名和关系", "error")
        return
    if not said.signer.strip():
        yield FormProblem("elder_signer", "谁签的名", "没有写是谁签的名", "老人自己签的写“本人”，别人代签的写姓名和关系", "error")
    if said.way is ElderSigns.DRAWN and not _drawn(said):
        yield FormProblem("elder_drawn", "签名", "屏幕上的签名收不下来", "请擦掉重新签，或者改为只写姓名", "error")


def _drawn(said: ElderSigned) -> bool:
    inside = all(
        len(stroke) >= 2 and len(stroke) % 2 == 0
        and all(0 <= x <= WIDTH for x in stroke[::2]) and all(0 <= y <= HEIGHT for y in stroke[1::2])
        for stroke in said.strokes
    )  # fmt: skip
    return inside and 1 <= len(said.strokes) <= MOST_STROKES and sum(map(len, said.strokes)) <= 2 * MOST_POINTS
