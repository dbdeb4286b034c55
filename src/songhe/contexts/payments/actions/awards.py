"""Awards to bodies and staff: claimed with the facts they rest on, decided by the rules and by a second person, paid by a run."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Sum

from songhe.basics.identifiers import Problem, ResidentId, parse_credit_code, parse_resident_id
from songhe.basics.months import month_after
from songhe.contexts.payments.access import awards_visible_to, seat_of
from songhe.contexts.payments.actions.vouchers import voucher_rules
from songhe.contexts.payments.errors import AwardRefused, ClaimIncomplete, ClaimProblem, MakerMayNotApprove, PapersMissing
from songhe.contexts.payments.models import Award, AwardDocument, Redemption
from songhe.contexts.payments.words import AwardState, Verified, award_context
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.awards import AwardDecision, decide_award, facts_asked
from songhe.engines.policy.encoding import EncodingProblem, encode, shown
from songhe.engines.policy.pack import BenefitEntry
from songhe.engines.policy.rulebook import Period, Status
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.encryption import blind_index, seal
from songhe.foundation.errors import Conflict, InvalidInput, NotFound

_ACCOUNT = re.compile(r"[0-9]{8,30}")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim that the rules allow; `amount` in fen. `repeated`: the claimant had sent it before, nothing was written again."""

    award_id: int
    public_id: uuid.UUID
    amount: int
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Payee:
    """Who is to be paid: name, credit code of a body or ID number of a staff member, bank account, the area they work in."""

    name: str
    code: str
    account: str
    area_path: str


@transaction.atomic
def claim_award(
    actor: Actor, *, kind: str, payee: Payee, facts: Mapping[str, object], day: dt.date | None = None, key: str = ""
) -> Claimed:
    """The claim stands with its facts and its reasons, if the rules allow it on that day; it waits for a second person.

    `facts` as in the data dictionary; `key` is the sender's own number, sent twice it is one claim. Raises ClaimIncomplete with everything to
    be put right, AwardRefused with every condition that does not hold, Conflict where the same award was claimed for the period before.
    """
    require(actor, Right.MAKE_PAYMENTS, payee.area_path)
    return claim_by_rules(actor, kind, payee, facts, day or clock.today(), key=key)


@transaction.atomic
def claim_redemptions(actor: Actor, *, benefit: str, month: dt.date, payee: Payee, key: str = "") -> Claimed:
    """What a provider's redemptions of a month are worth is claimed once. Those drawn and not yet verified wait, those found untrue are left out."""
    require(actor, Right.MAKE_PAYMENTS, payee.area_path)
    return settle_redemptions(actor, benefit, month, payee, key=key)


def claim_by_rules(
    actor: Actor, kind: str, payee: Payee, facts: Mapping[str, object], on: dt.date, *, key: str = "", claimant: str = ""
) -> Claimed:
    """The step of `claim_award` once it is settled that the actor may; `claimant` is the body whose own account claims."""
    entry = policy.pack_in_use().pack.awards.get(kind)
    if entry is None or entry.on(on) is None:
        raise NotFound("没有这一项奖补，或者现在还不能申请。", next_step="请从列表里选择。", field="kind")
    staff = entry.entity == "staff"
    against = [*_payee_problems(payee, staff=staff), *_fact_problems(entry, facts, on)]
    if against:
        raise ClaimIncomplete(against)
    if (before := _claimed_before(actor, key)) is not None:
        return _repeated(before, kind, _code(payee.code, staff=staff), facts)
    decided = _decided(entry, facts, on)
    basis = {
        "facts": dict(facts),
        "shown": _shown(entry, facts, on),
        "reasons": _reasons(decided),
        "rulebook": decided.rulebook.hash,
    }
    assert decided.amount is not None
    return _claim(actor, kind, payee, _period(entry, on), basis, decided.amount, staff=staff, key=key, claimant=claimant)


def settle_redemptions(actor: Actor, benefit: str, month: dt.date, payee: Payee, *, key: str = "", claimant: str = "") -> Claimed:
    """The step of `claim_redemptions` once it is settled that the actor may."""
    if benefit not in voucher_rules():
        raise NotFound("这项待遇不用消费券。", field="benefit")
    if against := list(_payee_problems(payee, staff=False)):
        raise ClaimIncomplete(against)
    first, code = month.replace(day=1), _code(payee.code, staff=False)
    if (before := _claimed_before(actor, key)) is not None:
        return _repeated(before, benefit, code, None)
    rows = Redemption.objects.select_for_update().filter(
        voucher__benefit=benefit, provider_code=code, award=None, served_on__gte=first, served_on__lt=month_after(first)
    )
    untrue = rows.filter(verified_as=Verified.NOT_TRUE)
    waiting = rows.filter(drawn=True, verified_on=None)
    taken = rows.exclude(pk__in=untrue).exclude(pk__in=waiting)
    amount = taken.aggregate(fen=Sum("deducted"))["fen"] or 0
    if amount == 0:
        raise AwardRefused("这个月没有可以结算的核销。", next_step="抽中要核查的，核查以后才能结算。")
    ids = list(taken.values_list("pk", flat=True))
    basis = {
        "shown": [["核销笔数", str(len(ids))], ["不属实的", str(untrue.count())], ["等核查的", str(waiting.count())]],
        "reasons": [],
    }
    made = _claim(actor, benefit, payee, first, basis, amount, staff=False, key=key, claimant=claimant)
    Redemption.objects.filter(pk__in=ids).update(award_id=made.award_id)
    return made


@transaction.atomic
def decide_claim(actor: Actor, *, award_id: int, approve: bool, because: str = "") -> AwardState:
    """The claim is approved, to be paid by the next run, or refused with a reason. Who claimed does not decide; the rules are asked again."""
    award = awards_visible_to(actor).select_for_update().filter(pk=award_id).first()
    if award is None:
        raise NotFound("没有这一份申请，或者不在您负责的区域。", next_step="请刷新列表。")
    require(actor, Right.APPROVE_PAYMENTS, award.area_path)
    seat = seat_of(actor)
    if award.claimed_by == actor.id or (seat is not None and seat.credit_code in (award.claimant_code, award.payee_code)):
        raise MakerMayNotApprove("申请是您或您的单位登记的，不能由您复核。", next_step="请另一位有复核权限的同事来办。")
    if award.state != AwardState.CLAIMED:
        raise Conflict("这份申请已经办结。", next_step="请刷新列表。")
    if not approve and not because.strip():
        raise InvalidInput("请写明为什么不同意。", next_step="申请人要看得懂原因。", field="because")
    if approve and "facts" in award.basis:
        _still_allowed(award)
        _papers_are_there(award)
    award.state = AwardState.APPROVED if approve else AwardState.REFUSED
    award.decided_by, award.decided_at, award.decided_because = actor.id, clock.now(), because.strip()
    award.save(update_fields=["state", "decided_by", "decided_at", "decided_because"])
    if not approve:
        Redemption.objects.filter(award=award).update(award=None)
    detail = {"kind": award.kind, "amount": award.amount, "approved": approve}
    audit.record(actor, "award.decided", subject_type="award", subject_id=award.pk, area_path=award.area_path, detail=detail)
    return AwardState(award.state)


def _payee_problems(payee: Payee, *, staff: bool) -> Iterator[ClaimProblem]:
    """Everything for which this payee cannot be paid."""
    if not payee.name.strip() or "\0" in payee.name:
        yield ClaimProblem("name", "请写收款单位或收款人的名称。", "请照证照填写。")
    parsed = parse_resident_id(payee.code) if staff else parse_credit_code(payee.code)
    if isinstance(parsed, Problem):
        what = "身份证号" if staff else "统一社会信用代码"
        yield ClaimProblem("code", f"{what}不对：{parsed.reason}", parsed.remedy)
    if not _ACCOUNT.fullmatch(payee.account.replace(" ", "")):
        yield ClaimProblem("account", "收款账号不对。", "请写8到30位数字。")


def _fact_problems(entry: BenefitEntry, facts: Mapping[str, object], on: dt.date) -> list[ClaimProblem]:
    """Every fact that the award does not ask, that cannot be, or that is missing and counts."""
    pack = policy.pack_in_use().pack
    asked, found = {variable.name: variable for variable in facts_asked(pack, entry.id, on)}, list[ClaimProblem]()
    for name, value in facts.items():
        if name not in asked:
            found.append(ClaimProblem(name, f"这项奖补用不到“{name}”。", "只填表里的项目。"))
            continue
        try:
            encode(asked[name], value)
        except EncodingProblem as problem:
            found.append(ClaimProblem(name, f"“{asked[name].label}”的值不对：{problem}", "请核对后重新填写。"))
    wrong = {one.field for one in found}
    decided = decide_award(pack, entry.id, {name: value for name, value in facts.items() if name not in wrong}, on)
    if decided.explanation.status is Status.CANNOT_TELL:
        missing = [one for one in decided.explanation.missing if one.variable not in wrong]
        found += [ClaimProblem(one.variable, f"还缺：{one.label}。", "请补齐以后再提交。") for one in missing]
    return found


def _decided(entry: BenefitEntry, facts: Mapping[str, object], on: dt.date) -> AwardDecision:
    """The rules' decision over facts without problems; raises what does not hold."""
    decided = decide_award(policy.pack_in_use().pack, entry.id, facts, on)
    if decided.amount is None or decided.explanation.status is not Status.ELIGIBLE:
        failed = "；".join(condition.text for condition in decided.explanation.conditions if condition.result is False)
        raise AwardRefused(f"不符合条件：{failed}。", next_step="条件和出处写在政策里，资料有误请更正后再提交。")
    if decided.amount == 0:
        raise AwardRefused("按规定算出来是0元。", next_step="请核对填写的数量。")
    return decided


def _claimed_before(actor: Actor, key: str) -> Award | None:
    """The claim that the actor sent under this number before."""
    return Award.objects.filter(claimed_by=actor.id, key=key).first() if key else None


def _repeated(before: Award, kind: str, code: str, facts: Mapping[str, object] | None) -> Claimed:
    if (before.kind, before.payee_code, before.basis.get("facts")) != (kind, code, None if facts is None else dict(facts)):
        raise Conflict("这个流水号已经用过，内容不同。", next_step="请换一个流水号，或者核对是不是重复上传。")
    return Claimed(before.pk, before.public_id, before.amount, repeated=True)


def _papers_are_there(award: Award) -> None:
    """A body that claimed by itself has handed in something that can be checked."""
    if award.claimant_code and not AwardDocument.objects.filter(award=award).exists():
        raise PapersMissing("这份申请没有附材料，没法核对。", next_step="请单位把凭证补传上来，或者写明原因不同意。")


def _still_allowed(award: Award) -> None:
    entry = policy.pack_in_use().pack.awards.get(award.kind)
    if entry is None or _decided(entry, award.basis["facts"], award.claimed_at.date()).amount != award.amount:
        raise Conflict("政策有了变化，金额不再是申请时的数。", next_step="请不同意这一份，按现在的政策重新登记。")


def _period(entry: BenefitEntry, on: dt.date) -> dt.date:
    rules = entry.on(on)
    assert rules is not None
    return on.replace(month=1, day=1) if rules.period is Period.YEAR else on.replace(day=1)


def _code(text: str, *, staff: bool) -> str:
    """What is kept of a number that has no problem: the credit code, or the blind index of an ID number."""
    parsed = parse_resident_id(text) if staff else parse_credit_code(text)
    assert not isinstance(parsed, Problem)
    return blind_index(parsed.number, kind="award_staff").hex() if isinstance(parsed, ResidentId) else parsed.code


def _claim(
    actor: Actor, kind: str, payee: Payee, period: dt.date, basis: Mapping[str, object], amount: int, *, staff: bool, key: str,
    claimant: str,
) -> Claimed:  # fmt: skip
    """The claim is written; the same one twice is refused by the database."""
    name, account, code = payee.name.strip(), payee.account.replace(" ", ""), _code(payee.code, staff=staff)
    entry = policy.pack_in_use().pack.awards.get(kind)
    rules = entry.on(period) if entry is not None else None
    public = uuid.uuid4()
    try:
        with transaction.atomic():
            made = Award.objects.create(
                public_id=public, kind=kind, payee_name=name, payee_code=code, area_path=payee.area_path, period=period, basis=dict(basis),
                account_sealed=seal(account, context=award_context(str(public))),
                account_digest=blind_index(account, kind="payee_account").hex(), amount=amount, state=AwardState.CLAIMED,
                once=rules is not None and rules.period is Period.ONCE, claimant_code=claimant, key=key, claimed_by=actor.id,
                claimed_at=clock.now(),
            )  # fmt: skip
    except IntegrityError as refused:
        raise Conflict("这一项已经为同一单位或同一人申请过。", next_step="请在列表里查看原来的申请。") from refused
    detail = {"kind": kind, "amount": amount, "period": period}
    audit.record(actor, "award.claimed", subject_type="award", subject_id=made.pk, area_path=payee.area_path, detail=detail)
    return Claimed(made.pk, public, amount)


def _shown(entry: BenefitEntry, facts: Mapping[str, object], on: dt.date) -> list[list[str]]:
    """The facts of the claim as a person reads them: label and value."""
    asked = facts_asked(policy.pack_in_use().pack, entry.id, on)
    return [[variable.label, shown(variable, facts[variable.name])] for variable in asked if variable.name in facts]


def _reasons(decided: AwardDecision) -> list[list[str]]:
    """Each condition: what it says, document and clause, so that the page can show why."""
    return [[one.text, one.cite.document, one.cite.clause] for one in decided.explanation.conditions]
