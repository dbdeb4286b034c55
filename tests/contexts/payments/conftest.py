"""A town whose people have grants and dues, written through the tables; officers who make, approve and may not; a bank that answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from django.conf import settings

from songhe.contexts.entitlements.models import Due, Grant, GrantStep, Run, Snapshot
from songhe.contexts.payments import actions
from songhe.contexts.payments.actions.prepare_run import RunMade
from songhe.contexts.payments.models import BankFile, Finding, Payment, PayRun
from songhe.contexts.payments.queries.bank_references import file_number, reference
from songhe.contexts.payments.words import Settled
from songhe.contexts.people.models import Household, Person
from songhe.contexts.people.words import seal_context
from songhe.contexts.places.models import Area
from songhe.contexts.policy_library.actions import load_folder
from songhe.contexts.policy_library.models import PackVersion
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor, Role
from songhe.foundation.access import Grant as RoleGrant
from songhe.foundation.encryption import seal

CITY = "640381/"
TOWNS = (CITY + "640381001/", CITY + "640381002/")
DAY = dt.date(2026, 3, 10)
MARCH, APRIL, MAY = dt.date(2026, 3, 1), dt.date(2026, 4, 1), dt.date(2026, 5, 1)
AGE, CARE = "age_allowance", "care_subsidy"
MAKER = Actor(7, "经办员", "user", (RoleGrant(Role.CITY_OFFICER, CITY),))
APPROVER = Actor(8, "财务员", "user", (RoleGrant(Role.FINANCE_OFFICER, CITY),))
CLERK = Actor(9, "镇街员", "user", (RoleGrant(Role.STREET_CLERK, TOWNS[0]),))


@dataclass
class Town:
    """People by name -> id, and what is needed to give them grants and dues."""

    homes: Mapping[str, Household]
    run: Run
    people: dict[str, int] = field(default_factory=dict)
    grants: dict[tuple[str, str], Grant] = field(default_factory=dict)

    def person(self, name: str, account: str = "", *, town: int = 0, **facts: object) -> int:
        """Somebody with an account in a town (0 or 1)."""
        home = self.homes[TOWNS[town]]
        known = {"alive": True, "registered_here": True, "resident_here": True} | facts
        made = Person.objects.create(
            household=home,
            area=home.area,
            area_path=home.area_path,
            name=name,
            birth_date=dt.date(1940, 1, 1),
            facts=known,
            changed_at=clock.now(),
        )
        self.people[name] = made.pk
        if account:
            self.account(name, account)
        return made.pk

    def account(self, name: str, account: str) -> None:
        """Their account is another one from now on."""
        person = Person.objects.get(id=self.people[name])
        person.bank_account_sealed = seal(account, context=seal_context("bank_account", str(person.public_id)))
        person.save(update_fields=["bank_account_sealed"])

    def grant(self, name: str, amount: int, *, benefit: str = AGE, since: dt.date = MARCH) -> Grant:
        """An active grant of money by the month."""
        person = Person.objects.get(id=self.people[name])
        made = Grant.objects.create(
            person=person, household=person.household, area_path=person.area_path, benefit=benefit, title=benefit, in_kind=False, period="month",
            state="active", proposed_run=self.run, current_run=self.run, proposed_on=since, confirmed_on=since, from_on=since, amount=amount,
            amount_since=since, account_checked_on=since,
        )  # fmt: skip
        self.grants[name, benefit] = made
        return made

    def due(self, name: str, month: dt.date, amount: int, *, benefit: str = AGE) -> Due:
        """What is due for a month is this amount from now on: a first revision, or one that names the old."""
        grant = self.grants[name, benefit]
        old = Due.objects.filter(grant=grant, period=month).order_by("-revision").first()
        return Due.objects.create(
            grant=grant, period=month, revision=1 + (old.revision if old else 0), amount=amount, days=30, of_days=30, run=self.run, replaces=old,
            reason="试验", made_at=clock.now(),
        )  # fmt: skip

    def end(self, name: str, on: dt.date, *, benefit: str = AGE) -> None:
        """The grant has ended; what is due stays to be said by revisions."""
        grant = self.grants[name, benefit]
        GrantStep.objects.create(grant=grant, before="active", after="ended", at=clock.now(), by=0, by_name="系统", reason="试验")
        Grant.objects.filter(id=grant.pk).update(state="ended", until_on=on, ended_because="试验")


def make_town() -> Town:
    """Two towns with a home each, a pack in use, a published run of the rules."""
    city = Area.objects.create(code="640381", name="试验市", level="city", path=CITY)
    homes = {}
    for path, name in zip(TOWNS, ("甲镇", "乙镇"), strict=True):
        code = path.split("/")[1]
        town = Area.objects.create(code=code, name=name, level="town", path=path, parent=city)
        area = Area.objects.create(
            code=code + "001", name=name + "一村", level="community", path=f"{path}{code}001/", parent=town, rural=True
        )
        homes[path] = Household.objects.create(key=f"H{code}", area=area, area_path=area.path, facts={}, changed_at=clock.now())
    load_folder(SYSTEM, root=settings.PACKS, city="qingtongxia")
    snapshot = Snapshot.objects.create(kind="city", taken_at=clock.now(), sha256="ab" * 32, persons=0, households=0)
    run = Run.objects.create(
        kind="city", snapshot=snapshot, pack_version=PackVersion.objects.get(in_use=True), rulebook_hash="cd" * 32, as_of=DAY, benefits=[AGE, CARE],
        started_at=clock.now(), started_by=0, published_at=clock.now(),
    )  # fmt: skip
    return Town(homes, run)


def money(amount: int = 10**9, year: int = 2026) -> None:
    """The city's fund has this much for the year."""
    actions.keep_fund_line(APPROVER, fund="city_budget", year=year, amount=amount, document="试财〔2026〕1号")


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with clock.frozen(DAY):
        made = make_town()
        money()
        yield made


@pytest.fixture
def pair(town: Town) -> Town:
    """Two people of two towns with 100 and 80 yuan due for March."""
    for name, account, place, amount in (("吴秀兰", "6222000000000001", 0, 10000), ("李国华", "6231000000000002", 1, 8000)):
        town.person(name, account, town=place)
        town.grant(name, amount)
        town.due(name, MARCH, amount)
    return town


def sent(month: dt.date = MARCH, *, settle: Callable[[int], None] | None = None) -> RunMade:
    """A run of the month all the way to the bank; whatever its checks find is released."""
    run = actions.prepare_run(MAKER, month=month)
    actions.freeze_run(MAKER, run_id=run.run_id)
    checked = actions.check_run(MAKER, run_id=run.run_id)
    if settle is not None:
        settle(run.run_id)
    elif checked.open:
        release(run.run_id)
    approved = actions.approve_run(APPROVER, run_id=run.run_id)
    actions.make_bank_files(APPROVER, run_id=run.run_id)
    return approved


def release(run_id: int) -> None:
    """Whatever was found is paid all the same."""
    ids = list(Finding.objects.filter(run_id=run_id, settled_at=None).values_list("id", flat=True))
    if ids:
        actions.settle_findings(MAKER, run_id=run_id, finding_ids=ids, how=Settled.RELEASED, reason="已核实")


def net_of(payment: Payment) -> int:
    """What the bank was told to pay."""
    return payment.amount - sum(
        Payment.objects.filter(netted_in=payment).exclude(state="withdrawn").values_list("amount", flat=True)
    )


def answer(file: BankFile, results: Mapping[int, str], *, lines: Sequence[int] = ()) -> bytes:
    """What the bank says of lines of a file: line -> result, succeeded where it is not named; `lines` narrows it to some."""
    run = PayRun.objects.get(id=file.run_id)
    number = file_number(run.month, run.purpose, run.sequence, file.number)
    rows = list(Payment.objects.filter(bank_file=file).order_by("line"))
    rows = [row for row in rows if not lines or row.line in lines]
    if file.layout == "agent_csv":
        text = "业务编号,收款账号,收款户名,金额,处理结果,失败原因\r\n"
        for row in rows:
            fen, result = net_of(row), results.get(row.line or 0, "0000")
            text += f"{reference(number, row.line or 0)},,{row.payee_name},{fen // 100}.{fen % 100:02d},{result},\r\n"
        return text.encode("gb18030")
    total = sum(net_of(row) for row in rows)
    text = f"H{number:<16}{len(rows):08d}{total:016d}\n"
    for row in rows:
        text += f"D{reference(number, row.line or 0):<24}{net_of(row):014d}{results.get(row.line or 0, '0000')}{'':60}\n"
    return (text + f"T{len(rows):08d}{total:016d}\n").encode("gb18030")


def answered(run_id: int, failing: Sequence[str] = ()) -> None:
    """The bank has answered every file of the run; the payees named fail."""
    for file in BankFile.objects.filter(run_id=run_id).order_by("number"):
        bad = "1002" if file.layout == "agent_csv" else "E002"
        rows = Payment.objects.filter(bank_file=file, payee_name__in=failing).values_list("line", flat=True)
        content = answer(file, {line or 0: bad for line in rows})
        actions.take_return(APPROVER, bank_file_id=file.pk, content=content, name="回盘.txt")
