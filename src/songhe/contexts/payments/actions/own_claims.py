"""A body at its own desk: which body an account acts for, claims of its own, and the papers of a claim."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from songhe.basics.identifiers import Problem, parse_credit_code
from songhe.contexts.payments.access import documents_visible_to, own_awards_of, own_seat
from songhe.contexts.payments.actions.awards import Claimed, Payee, claim_by_rules, settle_redemptions
from songhe.contexts.payments.models import Award, AwardDocument, BodySeat
from songhe.contexts.payments.words import AwardState
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import audit, clock, files
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import Conflict, InvalidInput, NotFound

MOST_DOCUMENTS = 10
MOST_BYTES = 10 * 1024 * 1024
KINDS = ("pdf", "jpg", "jpeg", "png", "docx", "xlsx")


@dataclass(frozen=True, slots=True)
class BodySeated:
    """The body for which an account claims, empty where it acts for none any more."""

    credit_code: str
    name: str


@dataclass(frozen=True, slots=True)
class Document:
    """A paper as it comes in."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class DocumentTaken:
    """A paper as it was handed in."""

    name: str
    content: bytes


@transaction.atomic
def seat_body(actor: Actor, *, kind: str, actor_id: int, credit_code: str, name: str, area_path: str) -> BodySeated:
    """The account (`kind` user or consumer, `actor_id` as in `Actor.id`) claims for the body from now on; an empty code takes the seat away."""
    require(actor, Right.MANAGE_USERS, area_path)
    if kind not in ("user", "consumer"):
        raise InvalidInput("请选账号或接口。", field="kind")
    held = BodySeat.objects.select_for_update().filter(actor_kind=kind, actor_id=actor_id).first()
    if held is not None:
        require(actor, Right.MANAGE_USERS, held.area_path)
    code = credit_code.strip()
    if not code:
        BodySeat.objects.filter(actor_kind=kind, actor_id=actor_id).delete()
    else:
        parsed = parse_credit_code(code)
        if isinstance(parsed, Problem):
            raise InvalidInput(f"统一社会信用代码不对：{parsed.reason}", next_step=parsed.remedy, field="credit_code")
        if not 2 <= len(name.strip()) <= 100 or "\0" in name:
            raise InvalidInput("请写单位的名称。", next_step="请照营业执照或登记证书填写。", field="body_name")
        code, name = parsed.code, name.strip()
        BodySeat.objects.update_or_create(
            actor_kind=kind,
            actor_id=actor_id,
            defaults={
                "credit_code": code, "name": name, "area_path": area_path, "given_by": actor.id, "given_at": clock.now(),
            },
        )  # fmt: skip
    detail = {"credit_code": code, "name": name if code else ""}
    audit.record(actor, "body.seat", subject_type=kind, subject_id=actor_id, area_path=area_path, detail=detail)
    return BodySeated(code, name if code else "")


@transaction.atomic
def claim_own_award(
    actor: Actor, *, kind: str, account: str, facts: Mapping[str, object], staff: tuple[str, str] | None = None,
    documents: Sequence[Document] = (), key: str = "",
) -> Claimed:  # fmt: skip
    """The actor's own body claims for itself, or for one of its staff (name, ID number), with its papers; the city decides.

    Raises NoBody, ClaimIncomplete, AwardRefused, Conflict as `claim_award` does; then nothing is written, no paper either.
    """
    seat, today = own_seat(actor), clock.today()
    entry = policy.pack_in_use().pack.awards.get(kind)
    for_staff = entry is not None and entry.entity == "staff"
    if for_staff:
        name, number = staff or ("", "")
        payee = Payee(name, number, account, seat.area_path)
    else:
        payee = Payee(seat.name, seat.credit_code, account, seat.area_path)
    made = claim_by_rules(actor, kind, payee, facts, today, key=key, claimant=seat.credit_code)
    if documents and not made.repeated:
        _keep(actor, Award.objects.get(pk=made.award_id), documents)
    return made


@transaction.atomic
def claim_own_redemptions(actor: Actor, *, benefit: str, month: dt.date, account: str, key: str = "") -> Claimed:
    """What the actor's own body took off prices in a month of vouchers is claimed; what it rests on stands in the redemptions."""
    seat = own_seat(actor)
    payee = Payee(seat.name, seat.credit_code, account, seat.area_path)
    return settle_redemptions(actor, benefit, month, payee, key=key, claimant=seat.credit_code)


@transaction.atomic
def add_documents(actor: Actor, *, award_id: int, documents: Sequence[Document]) -> int:
    """More papers for a claim of the actor's own body that nobody has decided yet; returns how many there are now."""
    own_seat(actor)
    award = own_awards_of(actor).select_for_update().filter(pk=award_id).first()
    if award is None:
        raise NotFound("没有这一份申请，或者不是您单位的。", next_step="请刷新列表。")
    if award.state != AwardState.CLAIMED:
        raise Conflict("这份申请已经办结，不能再补材料。", next_step="有出入的，请联系民政部门。")
    return _keep(actor, award, documents)


@transaction.atomic
def take_document(actor: Actor, *, document_id: int) -> DocumentTaken:
    """A paper of a visible claim; who opened it is recorded."""
    found = documents_visible_to(actor).select_related("award").filter(pk=document_id).first()
    if found is None:
        raise NotFound("没有这份材料，或者您不能查看。", next_step="请刷新页面。")
    detail = {"document": found.pk}
    audit.record(
        actor,
        "award.open_document",
        subject_type="award",
        subject_id=found.award_id,
        area_path=found.award.area_path,
        detail=detail,
    )
    return DocumentTaken(found.name, files.read(found.file_id))


def _keep(actor: Actor, award: Award, documents: Sequence[Document]) -> int:
    """The papers stand with the claim; the same paper twice is one."""
    held = set(AwardDocument.objects.filter(award=award).values_list("file_id", flat=True))
    if not documents:
        raise InvalidInput("请选择文件。", next_step="可以是 PDF、照片、docx 或 xlsx。", field="documents")
    for one in documents:
        if len(one.content) > MOST_BYTES or not one.name.lower().endswith(KINDS) or "\0" in one.name:
            raise InvalidInput(
                f"“{one.name[:60]}”不能收。", next_step="每份不超过10兆，可以是 PDF、照片、docx 或 xlsx。", field="documents"
            )
        stored = files.store(one.content, name=one.name[-200:])
        if stored.id not in held:
            AwardDocument.objects.create(
                award=award, file_id=stored.id, name=one.name[-200:], added_by=actor.id, added_at=clock.now()
            )
            held.add(stored.id)
    if len(held) > MOST_DOCUMENTS:
        raise InvalidInput(f"一份申请最多{MOST_DOCUMENTS}份材料。", next_step="请把几张合成一个文件。", field="documents")
    detail = {"documents": len(held)}
    audit.record(actor, "award.documents", subject_type="award", subject_id=award.pk, area_path=award.area_path, detail=detail)
    return len(held)
