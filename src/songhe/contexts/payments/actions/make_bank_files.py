"""Files for the banks, from an approved run: made once, kept sealed; asked for again, the same bytes."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db import connection, transaction

from songhe.contexts.payments.actions.freeze_run import hash_of_list
from songhe.contexts.payments.actions.lock_run import lock_lists, lock_run, require_city
from songhe.contexts.payments.actions.move_money import sent_postings
from songhe.contexts.payments.actions.post_entry import post_entry
from songhe.contexts.payments.actions.tell_progress import STEPS, Progress, silent
from songhe.contexts.payments.errors import ListAltered, RunNotFound
from songhe.contexts.payments.models import BankFile, Payment, PayRun
from songhe.contexts.payments.queries.bank_files import BankFileMade, bank_files_of
from songhe.contexts.payments.queries.bank_references import file_number, reference
from songhe.contexts.payments.queries.titles import bank_layouts, title_of
from songhe.contexts.payments.words import PAYMENT_KIND_LABELS, PaymentKind, PayRunState, account_context
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.bank_files import BankFileFault, BankFileHead, BankLine, write_bank_file
from songhe.engines.policy.banks import BankLayout, layout_of
from songhe.engines.policy.pack import Pack
from songhe.foundation import audit, clock, files
from songhe.foundation.access import Actor, Right
from songhe.foundation.encryption import open_sealed
from songhe.foundation.errors import InvalidInput

_BLOCK = 20_000
_LISTED = """
SELECT p.id, p.kind, p.benefit, p.period, p.amount - coalesce(k.fen, 0), p.payee_name, p.account_sealed,
       coalesce('person:' || p.person_id, 'award:' || p.award_id)
FROM payment p
LEFT JOIN (SELECT netted_in_id, sum(amount) AS fen FROM payment WHERE run_id = %(run)s AND kind = 'recovery' GROUP BY 1) k ON k.netted_in_id = p.id
WHERE p.run_id = %(run)s AND p.state = 'listed' AND p.kind <> 'recovery' ORDER BY p.id
"""


@dataclass(frozen=True, slots=True)
class BankFileContent:
    """A file to be handed to the bank."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class _Listed:
    payment_id: int
    account: str
    name: str
    amount: int
    text: str


@transaction.atomic
def make_bank_files(actor: Actor, *, run_id: int, progress: Progress = silent) -> tuple[BankFileMade, ...]:
    """Every payment of the run that is not held stands in one line of one file, and the ledger says that the money is with the bank.

    What is kept back altogether has no line: it is settled by this. Made already, the same files are returned.
    """
    require_city(actor, Right.APPROVE_PAYMENTS)
    lock_lists()
    run = lock_run(run_id, [PayRunState.APPROVED, PayRunState.SENT, PayRunState.CLOSED], "做银行文件")
    if run.state != PayRunState.APPROVED:
        return bank_files_of(run.pk)
    if hash_of_list(run.pk) != run.list_hash:
        raise ListAltered("名单和冻结时不一样，可能被改动过。", next_step="不要发放，请联系安全管理员核查。")
    pack = policy.pack_in_use().pack
    layouts = bank_layouts(pack)
    by_layout: dict[str, list[_Listed]] = defaultdict(list)
    settled: list[int] = []
    total = Payment.objects.filter(run=run).count()
    for done, payment in enumerate(_listed(run, pack)):
        if done % _BLOCK == 0:
            progress(done, total, STEPS[5])
        if payment.amount == 0:
            settled.append(payment.payment_id)
            continue
        layout = layout_of(layouts, payment.account)
        assert layout is not None  # check_banks asks for one that takes all others
        by_layout[layout.id].append(payment)
    places: list[tuple[int, int, int]] = []
    number = 0
    for name in sorted(by_layout):
        most = layouts[name].most_lines
        for start in range(0, len(by_layout[name]), most):
            number += 1
            chosen = by_layout[name][start : start + most]
            file_id = _write(actor, run, layouts[name], number, chosen)
            places += [(payment.payment_id, file_id, line) for line, payment in enumerate(chosen, start=1)]
    _send(run, places, settled)
    post_entry(
        actor, key=f"run:{run.pk}:sent", on=clock.today(), text=f"{run.month:%Y-%m}第{run.sequence}批送银行", run=run,
        amounts=sent_postings(run, [place[0] for place in places] + settled),
    )  # fmt: skip
    run.state = PayRunState.SENT
    run.save(update_fields=["state"])
    made = bank_files_of(run.pk)
    detail = {"files": [file.sha256 for file in made], "payments": len(places), "amount": sum(file.amount for file in made)}
    audit.record(actor, "pay_run.sent", subject_type="pay_run", subject_id=run.pk, detail=detail)
    progress(total, total, STEPS[-1])
    return made


@transaction.atomic
def fetch_bank_file(actor: Actor, *, bank_file_id: int) -> BankFileContent:
    """The bytes of a file for the bank, as they were made; that somebody has taken it is in the audit chain."""
    require_city(actor, Right.APPROVE_PAYMENTS)
    row = BankFile.objects.filter(id=bank_file_id).select_related("file").first()
    if row is None:
        raise RunNotFound("没有这个银行文件。", next_step="请刷新页面。")
    content = files.read(row.file_id)
    audit.record(actor, "bank_file.fetched", subject_type="bank_file", subject_id=row.pk, detail={"sha256": row.sha256})
    return BankFileContent(row.file.name, content)


def _listed(run: PayRun, pack: Pack) -> list[_Listed]:
    titles: dict[str, str] = {}
    found = []
    with connection.cursor() as cursor:
        cursor.execute(_LISTED, {"run": run.pk})
        rows = cursor.fetchall()
    for payment_id, kind, benefit, period, amount, name, sealed, payee in rows:
        title = titles.setdefault(benefit, title_of(pack, benefit))
        account = open_sealed(sealed, context=account_context(run.pk, payee)) if sealed is not None else ""
        found.append(_Listed(payment_id, account, name, int(amount), _text(title, kind, period)))
    return found


def _text(title: str, kind: str, period: dt.date) -> str:
    """What the person reads in their account."""
    what = PAYMENT_KIND_LABELS[PaymentKind.ARREARS] if kind == PaymentKind.ARREARS else ""
    return f"{what}{title}{period.year}年{period.month}月"


def _write(actor: Actor, run: PayRun, layout: BankLayout, number: int, chosen: list[_Listed]) -> int:
    file = file_number(run.month, run.purpose, run.sequence, number)
    lines = [
        BankLine(line, reference(file, line), payment.account, payment.name, payment.amount, payment.text)
        for line, payment in enumerate(chosen, start=1)
    ]
    total = sum(payment.amount for payment in chosen)
    assert run.approved_at is not None  # an approved run
    day = run.approved_at.astimezone(clock.CITY_ZONE).date()
    try:
        content = write_bank_file(layout, BankFileHead(file, len(lines), total, run.month, day), lines)
    except BankFileFault as fault:
        where = f"第{fault.row}行" if fault.row else ""
        raise InvalidInput(
            f"银行文件“{layout.title}”{where}写不成：{fault.what}。", next_step="请作废这一批，改正后重做。"
        ) from None
    stored = files.store(
        content,
        name=layout.file_name.format(file=file, month=f"{run.month:%Y%m}", number=number),
        content_type="text/csv" if layout.form == "csv" else "text/plain",
    )
    made = BankFile.objects.create(
        run=run, layout=layout.id, number=number, sha256=stored.sha256, lines=len(lines), amount=total, file_id=stored.id, made_by=actor.id,
        made_at=clock.now(),
    )  # fmt: skip
    return made.pk


def _send(run: PayRun, places: list[tuple[int, int, int]], settled: list[int]) -> None:
    """Each payment with a line is sent, each without is settled, and what is kept back goes with them."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.pay_place")
        cursor.execute("CREATE TEMP TABLE pay_place (payment_id bigint, file_id bigint, line int) ON COMMIT DROP")
        with cursor.copy("COPY pay_place FROM STDIN") as copy:
            for place in places:
                copy.write_row(place)
        cursor.execute("ANALYZE pg_temp.pay_place")
        cursor.execute(
            "UPDATE payment p SET state = 'sent', bank_file_id = t.file_id, line = t.line FROM pay_place t WHERE t.payment_id = p.id"
        )
        cursor.execute("UPDATE payment SET state = 'paid', settled_on = %s WHERE id = ANY(%s)", [clock.today(), settled])
        cursor.execute(
            "UPDATE payment k SET state = p.state, settled_on = p.settled_on FROM payment p"
            " WHERE k.run_id = %s AND k.kind = 'recovery' AND k.state = 'listed' AND p.id = k.netted_in_id AND p.state IN ('sent', 'paid')",
            [run.pk],
        )
