"""A frozen list is looked through; what is found stands with a sentence, and what stops the run waits for somebody to settle it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from songhe.basics.money import fen_to_yuan
from songhe.contexts.payments.actions.lock_run import lock_run, require_city
from songhe.contexts.payments.actions.tell_progress import STEPS, Progress, silent
from songhe.contexts.payments.models import Finding, Fund, PayRun
from songhe.contexts.payments.queries.ledger_sql import borne_by_funds, fund_positions
from songhe.contexts.payments.queries.titles import bank_layouts, fund_plan, title_of
from songhe.contexts.payments.words import Check, PayRunState
from songhe.contexts.people import queries as people
from songhe.contexts.places import queries as places
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.bank_files import BankLine, unfit
from songhe.engines.policy.pack import Pack
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right

_DOUBTS = {
    "dead": (Check.DEAD, "{}已登记去世，名单冻结以后才知道的不再自动移出，请核实后暂缓。"),
    "moved": (Check.MOVED, "{}的户口和住处都已不在本市。"),
    "stands_for": (Check.STANDS_FOR, "{}的这条登记与另一人是同一人，可能重复发放。"),
    "suspected": (Check.SUSPECTED, "{}可能与另一条登记是同一人，还没有人核对。"),
}
_ACCOUNTS = """
SELECT p.id, p.payee_name, c.sharing FROM payment p JOIN (
    SELECT account_digest, count(DISTINCT coalesce(person_id, -award_id)) AS sharing FROM payment
    WHERE run_id = %(run)s AND account_digest <> '' AND kind <> 'recovery' GROUP BY 1 HAVING count(DISTINCT coalesce(person_id, -award_id)) > %(most)s
) c USING (account_digest) WHERE p.run_id = %(run)s AND p.kind <> 'recovery' ORDER BY p.id
"""
_CHANGED = """
SELECT p.id, p.payee_name FROM payment p JOIN LATERAL (
    SELECT account_digest FROM payment q
    WHERE q.person_id = p.person_id AND q.run_id <> p.run_id AND q.kind <> 'recovery' AND q.state IN ('sent', 'paid') ORDER BY q.id DESC LIMIT 1
) before ON before.account_digest <> p.account_digest
WHERE p.run_id = %(run)s AND p.kind <> 'recovery' AND p.account_digest <> '' ORDER BY p.id
"""
_DOUBLED = """
SELECT p.id, p.payee_name, p.benefit, o.benefit, p.period FROM payment p JOIN payment o
  ON o.person_id = p.person_id AND o.period = p.period AND o.benefit <> p.benefit AND o.benefit = ANY(%(group)s) AND o.kind = 'regular'
 AND (o.run_id = p.run_id AND o.id < p.id OR o.run_id <> p.run_id AND o.state IN ('sent', 'paid', 'failed'))
WHERE p.run_id = %(run)s AND p.kind = 'regular' AND p.benefit = ANY(%(group)s) ORDER BY p.id
"""
_SUMS = """
SELECT coalesce(n.benefit, b.benefit), coalesce(n.town, b.town), coalesce(n.fen, 0), coalesce(b.fen, 0) FROM (
    SELECT benefit, array_to_string((string_to_array(area_path, '/'))[1:2], '/') || '/' AS town, sum(amount) AS fen FROM payment
    WHERE run_id = %(run)s AND kind = 'regular' AND period = %(month)s GROUP BY 1, 2
) n FULL JOIN (
    SELECT p.benefit, array_to_string((string_to_array(p.area_path, '/'))[1:2], '/') || '/' AS town, sum(p.amount) AS fen
    FROM payment p JOIN pay_run r ON r.id = p.run_id
    WHERE p.kind = 'regular' AND p.state <> 'withdrawn' AND p.period = (%(month)s - interval '1 month')::date AND r.state IN ('sent', 'closed')
    GROUP BY 1, 2
) b ON b.benefit = n.benefit AND b.town = n.town ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class RunChecked:
    """What was found in a list; `open` findings stop the run until they are settled."""

    run_id: int
    findings: int
    open: int


Found = tuple[Check, int | None, str]  # what, which payment (None: the whole run), the sentence
Looker = Callable[[PayRun, Pack], Iterator[Found]]
LOOKS: dict[str, Looker] = {}


def _look(looker: Looker) -> Looker:
    LOOKS[looker.__name__] = looker
    return looker


@transaction.atomic
def check_run(actor: Actor, *, run_id: int, progress: Progress = silent) -> RunChecked:
    """Every check has looked at the list. Checked again, what was settled stays settled, and what is no longer so is gone."""
    require_city(actor, Right.MAKE_PAYMENTS)
    run = lock_run(run_id, [PayRunState.FROZEN, PayRunState.CHECKED], "核对")
    pack = policy.pack_in_use().pack
    Finding.objects.filter(run=run, settled_at=None).delete()
    known = set(Finding.objects.filter(run=run).values_list("kind", "payment_id"))
    found: dict[tuple[str, int | None, str], str] = {}
    for done, look in enumerate(LOOKS.values()):
        progress(done, len(LOOKS), STEPS[4])
        for check, payment_id, sentence in look(run, pack):
            if payment_id is None or (check.value, payment_id) not in known:
                found[check.value, payment_id, "" if payment_id else sentence] = sentence
    said = set(Finding.objects.filter(run=run, payment=None).values_list("sentence", flat=True))
    rows = [
        Finding(run=run, kind=check, stops=True, payment_id=payment_id, sentence=sentence)
        for (check, payment_id, _), sentence in found.items()
        if payment_id is not None or sentence not in said
    ]
    Finding.objects.bulk_create(rows, batch_size=2_000)
    run.state, run.checked_at = PayRunState.CHECKED, clock.now()
    run.save(update_fields=["state", "checked_at"])
    total, waiting = Finding.objects.filter(run=run).count(), len(rows)
    audit.record(actor, "pay_run.checked", subject_type="pay_run", subject_id=run.pk, detail={"findings": total, "open": waiting})
    progress(len(LOOKS), len(LOOKS), STEPS[-1])
    return RunChecked(run.pk, total, waiting)


def _rows(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


@_look
def accounts_missing(run: PayRun, pack: Pack) -> Iterator[Found]:
    """Nobody is paid without an account."""
    statement = (
        "SELECT id, payee_name FROM payment WHERE run_id = %(run)s AND account_digest = '' AND kind <> 'recovery' ORDER BY id"
    )
    for payment, name in _rows(statement, run=run.pk):
        yield Check.NO_ACCOUNT, payment, f"{name}没有收款账号，请社区核对后再发。"


@_look
def names_unfit(run: PayRun, pack: Pack) -> Iterator[Found]:
    """A name that does not fit into a bank's file is told before the file is made."""
    layouts = bank_layouts(pack).values()
    for payment, name in _rows(
        "SELECT id, payee_name FROM payment WHERE run_id = %(run)s AND kind <> 'recovery' ORDER BY id", run=run.pk
    ):
        if len(name) > 12 or not name.isprintable():
            line = BankLine(1, "", "", name, 0, "")
            if any(unfit(layout, line) for layout in layouts):
                yield Check.UNFIT, payment, f"户名“{name}”写不进银行文件，请核对姓名。"


@_look
def people_in_doubt(run: PayRun, pack: Pack) -> Iterator[Found]:
    """Who has died or moved since, and who may be somebody else on the list."""
    statement = "SELECT DISTINCT person_id FROM payment WHERE run_id = %(run)s AND person_id IS NOT NULL AND kind <> 'recovery'"
    doubts = {
        (doubt.person_id, doubt.kind) for doubt in people.payee_doubts([person for (person,) in _rows(statement, run=run.pk)])
    }
    doubted = sorted({person for person, _ in doubts})
    lines = _rows(
        "SELECT id, person_id, payee_name FROM payment WHERE run_id = %(run)s AND person_id = ANY(%(ids)s) AND kind <> 'recovery' ORDER BY id",
        run=run.pk, ids=doubted,
    )  # fmt: skip
    for payment, person, name in lines:
        for kind, (check, sentence) in _DOUBTS.items():
            if (person, kind) in doubts:
                yield check, payment, sentence.format(name)


@_look
def benefits_doubled(run: PayRun, pack: Pack) -> Iterator[Found]:
    """Nobody has two benefits of one exclusive group for one month."""
    for group in pack.groups.values():
        for payment, name, benefit, other, period in _rows(_DOUBLED, run=run.pk, group=list(group.among)):
            month = f"{period.year}年{period.month}月"
            sentence = f"{name}{month}已有{title_of(pack, other)}，按“{group.title}”不能再领{title_of(pack, benefit)}。"
            yield Check.DOUBLED_BENEFIT, payment, sentence


@_look
def accounts_shared(run: PayRun, pack: Pack) -> Iterator[Found]:
    """One account is not for more people than the pack allows."""
    most = fund_plan(pack).value("account_people")
    for payment, name, sharing in _rows(_ACCOUNTS, run=run.pk, most=most):
        yield Check.SHARED_ACCOUNT, payment, f"{name}的账号同时给{sharing}个人收款，最多可以{most}个，请核实是谁的账号。"


@_look
def accounts_changed(run: PayRun, pack: Pack) -> Iterator[Found]:
    """An account that is not that of the last payment is asked about."""
    for payment, name in _rows(_CHANGED, run=run.pk):
        yield Check.ACCOUNT_CHANGED, payment, f"{name}的收款账号和上次发放时不同，请核实是本人改的。"


@_look
def sums_changed(run: PayRun, pack: Pack) -> Iterator[Found]:
    """What a town gets of a benefit is near what it got last month; where nothing at all was paid last month there is nothing to compare."""
    plan = fund_plan(pack)
    percent, least = plan.value("sum_change_percent"), plan.value("sum_change_least")
    rows = _rows(_SUMS, run=run.pk, month=run.month)
    if not any(before for *_, before in rows):
        return
    names = {area.path: area.name for area in places.areas_under("", "town")}
    for benefit, town, now, before in rows:
        change = abs(int(now) - int(before))
        if change > least and change * 100 > percent * int(before):
            what = f"{names.get(town, town)}的{title_of(pack, benefit)}"
            yield (
                Check.MONTH_SUM,
                None,
                f"{what}本月{fen_to_yuan(int(now))}元，上月{fen_to_yuan(int(before))}元，变动超过{percent}%，请说明原因。",
            )


@_look
def funds_exceeded(run: PayRun, pack: Pack) -> Iterator[Found]:
    """No fund pays more than its line of the year still has."""
    positions, titles = fund_positions(run.month.year), dict(Fund.objects.values_list("id", "title"))
    for fund, wanted in sorted(borne_by_funds(run.pk).items()):
        amount, has_line, balance = positions[fund]
        left = amount + balance
        if wanted > left:
            said = f"只剩{fen_to_yuan(left)}元" if has_line else "还没有登记额度"
            yield Check.FUND_EXCEEDED, None, f"{titles[fund]}{run.month.year}年{said}，这一批要{fen_to_yuan(wanted)}元。"
