"""Who signs what: both assessors, the lead under the result, the elder's side; what was signed is found again byte by byte."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from dataclasses import replace
from io import BytesIO

import pdfplumber
import pytest
from django.db import IntegrityError, transaction

from songhe.contexts.assessments import actions, queries
from songhe.contexts.assessments.errors import FormRefused, NotProven, NotSigned
from songhe.contexts.assessments.models import ElderSignature, Form, Result, Signature
from songhe.contexts.assessments.queries import ElderSigned, ElderSigns
from songhe.foundation import clock, files, signing
from songhe.foundation.access import Proof
from songhe.foundation.errors import InvalidInput
from songhe.foundation.signing import Altered, Verdict
from tests.contexts.assessments.test_refusals import refused
from tests.contexts.assessments.trial import VISIT, Trial, Who, appointed, proof_of, requested, rows, sheet, submitted

DRAWN = ElderSigned(ElderSigns.DRAWN, "本人", ((10, 10, 200, 150, 300, 20), (400, 100)))


def hand_in(who: Who, case: int, elder: ElderSigned | None = None) -> None:
    actions.submit_form(who.actor, case_id=case, public_id=uuid.uuid4(), elder=elder, **sheet(60))  # type: ignore[arg-type]


def sign(who: Who, case: int) -> actions.FormSigned:
    return actions.sign_form(who.actor, case_id=case, proof=proof_of(who))


def test_both_sign_by_their_own_account_then_the_lead_under_the_result(trial: Trial) -> None:
    case = appointed(trial, requested(trial.elder))
    with clock.frozen(VISIT):
        hand_in(trial.nurse, case, DRAWN)
        hand_in(trial.helper, case)
        assert not sign(trial.nurse, case).both_signed
        with refused(NotSigned):
            actions.settle_case(trial.nurse.actor, case_id=case, agreed={}, why={}, proof=proof_of(trial.nurse))
        assert sign(trial.helper, case).both_signed
        done = actions.settle_case(trial.nurse.actor, case_id=case, agreed={}, why={}, proof=proof_of(trial.nurse))
    view = queries.result(trial.nurse.actor, result_id=done.result_id)
    assert [(one.certificate_no, one.means, one.signed_at, one.unchanged) for one in view.signatures] == [
        ("P1", "password", VISIT, True), ("P2", "password", VISIT, True)
    ]  # fmt: skip
    assert view.signature is not None and view.signature.unchanged
    assert Signature.objects.filter(signed_by=trial.nurse.actor.id).count() == 2
    assert Signature.objects.filter(signed_by=trial.helper.actor.id).count() == 1
    assert (view.elder, view.signed_for) == (DRAWN, "本人（在屏幕上签名）")
    _, content = queries.report_file(trial.nurse.actor, result_id=done.result_id)
    with pdfplumber.open(BytesIO(content)) as file:
        text = "".join(page.extract_text() for page in file.pages)
    printed = re.search(r"验证码\s*([0-9A-Z-]{14})", text)
    assert printed is not None
    assert printed[1] == signing.spaced(view.report_code)
    for one in (*view.signatures, view.signature):
        assert one.digest[:16] in text
    checked = signing.check_code(printed[1])
    assert checked == signing.check_file(content)
    assert checked.face is not None
    assert (checked.verdict, checked.face.kind) == (Verdict.GENUINE, f"{view.scale.title}报告")
    assert [label for label, _ in checked.face.told] == ["姓名", "评估日期", "评估结果"]
    assert view.person.name not in str(checked.face.told)


@pytest.mark.parametrize("how", ["nobody", "somebody else", "long ago"])
def test_who_does_not_show_who_they_are_signs_nothing(trial: Trial, how: str) -> None:
    case = appointed(trial, requested(trial.elder))
    with clock.frozen(VISIT):
        good = proof_of(trial.nurse)
        bad = {
            "nobody": None,
            "somebody else": Proof(trial.helper.actor.id, "password", clock.now()),
            "long ago": replace(good, at=VISIT - dt.timedelta(minutes=6)),
        }[how]
        hand_in(trial.nurse, case)
        with refused(NotProven) as info:
            actions.sign_form(trial.nurse.actor, case_id=case, proof=bad)
        assert info.value.field == "secret"
        submitted(trial.helper, case, sheet(60))
        sign(trial.nurse, case)
        with refused(NotProven):
            actions.settle_case(trial.nurse.actor, case_id=case, agreed={}, why={}, signed_for="本人", proof=bad)
    assert Result.objects.count() == 0


def test_a_form_is_signed_once_and_only_when_it_is_final(trial: Trial) -> None:
    case = appointed(trial, requested(trial.elder))
    with clock.frozen(VISIT):
        actions.save_form(trial.nurse.actor, case_id=case, public_id=uuid.uuid4(), **sheet(60) | {"filled_to": None})  # type: ignore[arg-type]
        with refused(NotSigned):
            sign(trial.nurse, case)
        hand_in(trial.helper, case)
        sign(trial.helper, case)
        with refused(NotSigned):
            sign(trial.helper, case)


def test_what_is_changed_by_hand_is_told(trial: Trial) -> None:
    case = appointed(trial, requested(trial.elder))
    with clock.frozen(VISIT):
        for who in (trial.nurse, trial.helper):
            submitted(who, case, sheet(60))
        done = actions.settle_case(
            trial.nurse.actor, case_id=case, agreed={}, why={}, signed_for="本人", proof=proof_of(trial.nurse)
        )
    form = Form.objects.get(assessor_id=trial.helper.id)
    Form.objects.filter(pk=form.pk).update(
        answers=form.answers | {"walking": "alone" if form.answers["walking"] != "alone" else "guided"}
    )
    view = queries.result(trial.nurse.actor, result_id=done.result_id)
    assert [one.unchanged for one in view.signatures] == [True, False]
    assert view.signature is not None and not view.signature.unchanged
    for deed in (lambda: Signature.objects.update(digest="0" * 64), lambda: Signature.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            deed()
    other = files.store(b"%PDF-1.7 something else", name="x.pdf")
    Result.objects.update(report=other.id)
    with pytest.raises(Altered):
        queries.report_file(trial.nurse.actor, result_id=done.result_id)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (ElderSigned(ElderSigns.DRAWN, "本人"), "elder_drawn"),
        (ElderSigned(ElderSigns.DRAWN, "本人", ((10, 10, 601, 10),)), "elder_drawn"),
        (ElderSigned(ElderSigns.DRAWN, "本人", ((10, 10, 20),)), "elder_drawn"),
        (ElderSigned(ElderSigns.DRAWN, "本人", ((1, 1) * 4001,)), "elder_drawn"),
        (ElderSigned(ElderSigns.DRAWN, " ", ((1, 1),)), "elder_signer"),
        (ElderSigned(ElderSigns.WORDS, ""), "elder_signer"),
        (ElderSigned(ElderSigns.WORDS, "王" * 61), "elder_signer"),
        (ElderSigned(ElderSigns.UNABLE, reason="手不能动"), "elder_witness"),
        (ElderSigned(ElderSigns.UNABLE, witness="社区张芳"), "elder_reason"),
    ],
)
def test_what_is_no_signature_of_the_elder_is_refused(trial: Trial, said: ElderSigned, field: str) -> None:
    case = appointed(trial, requested(trial.elder))
    with clock.frozen(VISIT), refused(FormRefused) as info:
        hand_in(trial.nurse, case, said)
    assert [problem.where for problem in info.value.problems] == [field]


def test_the_elders_signature_changes_with_the_draft_and_no_more_once_signed(trial: Trial) -> None:
    case, number = appointed(trial, requested(trial.elder)), uuid.uuid4()
    unable = ElderSigned(ElderSigns.UNABLE, reason="中风，手不能动", witness="社区工作人员张芳")
    with clock.frozen(VISIT):
        actions.save_form(trial.nurse.actor, case_id=case, public_id=number, elder=DRAWN, **sheet(60))  # type: ignore[arg-type]
        actions.submit_form(trial.nurse.actor, case_id=case, public_id=number, elder=unable, **sheet(60))  # type: ignore[arg-type]
        sign(trial.nurse, case)
        submitted(trial.helper, case, sheet(60))
        done = actions.settle_case(trial.nurse.actor, case_id=case, agreed={}, why={}, proof=proof_of(trial.nurse))
    row = ElderSignature.objects.get()
    assert "张芳".encode() not in bytes(row.sealed)
    assert (
        queries.result(trial.nurse.actor, result_id=done.result_id).signed_for
        == "不能签名（中风，手不能动），见证人：社区工作人员张芳"
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        ElderSignature.objects.all().delete()


def test_without_any_signature_of_the_elder_the_name_is_asked_for(trial: Trial) -> None:
    case = appointed(trial, requested(trial.elder))
    with clock.frozen(VISIT):
        for who in (trial.nurse, trial.helper):
            submitted(who, case, sheet(60))
        before = rows()
        with pytest.raises(InvalidInput, match="请写明谁签的字"):
            actions.settle_case(trial.nurse.actor, case_id=case, agreed={}, why={}, proof=proof_of(trial.nurse))
        assert rows() == before


def test_the_drawing_is_a_plain_path() -> None:
    assert DRAWN.path == "M10 10L200 150L300 20M400 100L400 100"
    assert DRAWN.svg.startswith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 200"') and DRAWN.path in DRAWN.svg
    assert ElderSigned(ElderSigns.WORDS, "本人").svg == ""
