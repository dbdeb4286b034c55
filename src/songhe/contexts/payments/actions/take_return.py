"""A bank's answer is taken in whole or not at all; taken in already, it changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from songhe.contexts.payments.actions.lock_run import lock_run, require_city
from songhe.contexts.payments.actions.move_money import arrived_postings, sent_postings
from songhe.contexts.payments.actions.post_entry import Account, post_entry
from songhe.contexts.payments.errors import BadReturn, RunNotFound
from songhe.contexts.payments.models import BankFile, BankReturn, Payment
from songhe.contexts.payments.queries.bank_references import file_number, line_of
from songhe.contexts.payments.queries.titles import bank_layouts
from songhe.contexts.payments.words import COMMUNITY, PAYMENT_FAILED, PaymentState, PayRunState
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.bank_files import BankAnswer, BankFileFault, read_answer
from songhe.foundation import audit, clock, files, work_items
from songhe.foundation.access import Actor, Right

MOST_BYTES = 50 * (1 << 20)

AGAIN = "请向银行要一份完整的回盘文件，重新上传。"


@dataclass(frozen=True, slots=True)
class ReturnTaken:
    """What an answer brought: payments that arrived and that did not, and how many lines of the file still have no answer.

    `again`: the same answer had been taken in before; nothing changed.
    """

    bank_file_id: int
    paid: int
    failed: int
    waiting: int
    again: bool


@dataclass(frozen=True, slots=True)
class _Line:
    payment_id: int
    amount: int
    state: str
    digest: str


@transaction.atomic
def take_return(actor: Actor, *, bank_file_id: int, content: bytes, name: str) -> ReturnTaken:
    """Each payment that the answer names has arrived or failed, the ledger follows, and what failed is a work item of the community.

    An answer may be partial, and answers may come in any order. Lines that were answered before are skipped where the answer is the same.
    Raises BadReturn with one sentence, and nothing is written, for anything that does not fit.
    """
    require_city(actor, Right.APPROVE_PAYMENTS)
    row = BankFile.objects.filter(id=bank_file_id).select_related("run").first()
    if row is None:
        raise RunNotFound("没有这个银行文件。", next_step="请刷新页面。")
    if len(content) > MOST_BYTES:
        raise BadReturn("回盘文件太大。", next_step="请确认选对了文件。", field="file")
    digest = hashlib.sha256(content).hexdigest()
    run = lock_run(row.run_id, [PayRunState.SENT, PayRunState.CLOSED], "读回盘文件")
    before = BankReturn.objects.filter(sha256=digest).first()
    if before is not None:
        if before.bank_file_id != row.pk:
            raise BadReturn(
                "这份回盘文件已经用在另一个银行文件上。", next_step="请核对文件名，上传这个文件的回盘。", field="file"
            )
        return ReturnTaken(row.pk, before.paid, before.failed, _waiting(row.pk), again=True)
    lock_run(row.run_id, [PayRunState.SENT], "读新的回盘文件")
    answers = _read(row, content)
    lines = _lines(row.pk)
    fresh = _fresh(answers, lines)
    paid = [lines[line].payment_id for line, answer in fresh.items() if answer.paid]
    failed = {lines[line].payment_id: answer.reason for line, answer in fresh.items() if not answer.paid}
    stored = files.store(content, name=name, content_type="text/plain")
    BankReturn.objects.create(
        bank_file=row,
        sha256=digest,
        paid=len(paid),
        failed=len(failed),
        file_id=stored.id,
        taken_by=actor.id,
        taken_at=clock.now(),
    )
    amounts: dict[Account, int] = dict(arrived_postings(run, paid))
    for account, fen in sent_postings(run, list(failed), sign=-1).items():
        amounts[account] = amounts.get(account, 0) + fen
    _settle(paid, failed)
    post_entry(
        actor,
        key=f"return:{digest}",
        on=clock.today(),
        text=f"{run.month:%Y-%m}第{run.sequence}批第{row.number}个文件回盘",
        run=run,
        amounts=amounts,
    )
    _make_work(actor, failed)
    detail = {"sha256": digest, "paid": len(paid), "failed": len(failed), "skipped": len(answers) - len(fresh)}
    audit.record(actor, "bank_return.taken", subject_type="bank_file", subject_id=row.pk, detail=detail)
    return ReturnTaken(row.pk, len(paid), len(failed), _waiting(row.pk), again=False)


def _waiting(file_id: int) -> int:
    return Payment.objects.filter(bank_file_id=file_id, state=PaymentState.SENT).count()


def _read(row: BankFile, content: bytes) -> Mapping[int, BankAnswer]:
    """Line -> what the bank says of it; every line is one of the file, and there once."""
    layout = bank_layouts(policy.pack_in_use().pack).get(row.layout)
    if layout is None:
        raise BadReturn(f"政策包里没有“{row.layout}”这种银行文件了。", next_step="请恢复它的 banks.yaml 后再读。", field="file")
    try:
        answer = read_answer(layout, content)
    except BankFileFault as fault:
        where = f"第{fault.row}行：" if fault.row else ""
        raise BadReturn(f"回盘文件读不成。{where}{fault.what}。", next_step=AGAIN, field="file") from None
    file = file_number(row.run.month, row.run.purpose, row.run.sequence, row.number)
    if answer.file and answer.file != file:
        raise BadReturn(f"这是文件{answer.file}的回盘，不是{file}的。", next_step="请选对文件再上传。", field="file")
    found: dict[int, BankAnswer] = {}
    for each in answer.answers:
        line = line_of(each.reference, file)
        if line is None or not 1 <= line <= row.lines:
            raise BadReturn(
                f"第{each.row}行的业务编号“{each.reference}”不在这个文件里。",
                next_step="请核对是不是别的文件的回盘。",
                field="file",
            )
        if line in found:
            raise BadReturn(f"第{each.row}行的业务编号“{each.reference}”在回盘里出现了两次。", next_step=AGAIN, field="file")
        found[line] = each
    return found


def _lines(file_id: int) -> Mapping[int, _Line]:
    """The lines of a file as they were sent, locked in the order of their payments."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM payment WHERE bank_file_id = %s ORDER BY id FOR UPDATE", [file_id])
        cursor.execute(
            """
            SELECT p.line, p.id, p.amount - coalesce(k.fen, 0), p.state, p.account_digest FROM payment p
            LEFT JOIN LATERAL (SELECT sum(amount) AS fen FROM payment WHERE netted_in_id = p.id AND state <> 'withdrawn') k ON true
            WHERE p.bank_file_id = %s
            """,
            [file_id],
        )
        return {line: _Line(payment, int(amount), state, digest) for line, payment, amount, state, digest in cursor.fetchall()}


def _fresh(answers: Mapping[int, BankAnswer], lines: Mapping[int, _Line]) -> Mapping[int, BankAnswer]:
    """The answers that say something new; raises BadReturn where one contradicts what was sent or said before."""
    fresh: dict[int, BankAnswer] = {}
    for line, answer in answers.items():
        sent = lines[line]
        if answer.amount != sent.amount:
            raise BadReturn(
                f"第{answer.row}行的金额是{answer.amount}分，送出去的是{sent.amount}分。",
                next_step="请和银行核对这一笔，改正后再上传。",
                field="file",
            )
        if sent.state == PaymentState.SENT:
            fresh[line] = answer
        elif (sent.state == PaymentState.PAID) != answer.paid:
            said = "已到账" if sent.state == PaymentState.PAID else "未到账"
            raise BadReturn(
                f"第{answer.row}行与以前的回盘相反，以前说{said}。", next_step="请和银行核对这一笔，查明后再上传。", field="file"
            )
    return fresh


def _settle(paid: Sequence[int], failed: Mapping[int, str]) -> None:
    """Payments and what is kept back from them have arrived or failed."""
    today = clock.today()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE payment SET state = 'paid', settled_on = %s WHERE id = ANY(%s)", [today, list(paid)])
        cursor.execute(
            "UPDATE payment p SET state = 'failed', settled_on = %s, failure = t.why FROM unnest(%s::bigint[], %s::text[]) t (id, why) WHERE p.id = t.id",
            [today, list(failed), list(failed.values())],
        )
        cursor.execute(
            "UPDATE payment k SET state = p.state, settled_on = %s FROM payment p"
            " WHERE k.kind = 'recovery' AND k.state = 'sent' AND p.id = k.netted_in_id AND p.id = ANY(%s)",
            [today, [*paid, *failed]],
        )


def _make_work(actor: Actor, failed: Mapping[int, str]) -> None:
    rows = Payment.objects.filter(id__in=list(failed)).values_list(
        "id", "person_id", "award_id", "payee_name", "area_path", "amount"
    )
    items = [
        work_items.NewWorkItem(
            kind=PAYMENT_FAILED, key=f"{PAYMENT_FAILED}:{payment}", owner=COMMUNITY, area_path=area_path,
            subject_type="person" if person is not None else "award", subject_id=person or award or 0,
            title=f"核对{name}的收款账号：银行没有付成", detail={"payment": payment, "amount": amount, "reason": failed[payment]}, priority=1,
        )
        for payment, person, award, name, area_path, amount in rows
    ]  # fmt: skip
    work_items.open_items_bulk(actor, items=items)
