"""What a bank answers: partly, out of order, twice, of another file, of no line, of another amount; each one sentence and nothing half."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from songhe.contexts.payments import actions
from songhe.contexts.payments.errors import BadReturn, NotBalanced, NotPayableAgain, RunNotFound
from songhe.contexts.payments.models import BankFile, BankReturn, Entry, Payment
from songhe.contexts.payments.queries.bank_references import reference
from songhe.foundation import files
from songhe.foundation.errors import AccessDenied
from songhe.foundation.models import AuditEntry, WorkItem
from tests.contexts.payments.conftest import APPROVER, CLERK, MAKER, MARCH, Town, answer, sent

FILE = "2026031001001"


@pytest.fixture
def five(town: Town) -> Town:
    """Five people, all in one csv file, sent."""
    for n in range(1, 6):
        town.person(f"老人{n}", f"622200000000000{n}")
        town.grant(f"老人{n}", 1000 * n)
        town.due(f"老人{n}", MARCH, 1000 * n)
    sent()
    return town


def the_file() -> BankFile:
    return BankFile.objects.get()


def take(content: bytes, name: str = "回盘.csv") -> actions.ReturnTaken:
    return actions.take_return(APPROVER, bank_file_id=the_file().pk, content=content, name=name)


def states() -> list[str]:
    return list(Payment.objects.order_by("id").values_list("state", flat=True))


def test_the_bytes_for_the_bank_and_that_they_are_sealed(five: Town) -> None:
    file = the_file()
    content = actions.fetch_bank_file(APPROVER, bank_file_id=file.pk).content
    rows = [f"{n},{reference(FILE, n)},622200000000000{n},老人{n},{n}0.00,高龄老年人生活津贴2026年3月\r\n" for n in range(1, 6)]
    assert content == ("序号,业务编号,收款账号,收款户名,金额,用途\r\n" + "".join(rows)).encode("gb18030")
    assert files.describe(file.file_id).sha256 == file.sha256
    assert content == actions.fetch_bank_file(APPROVER, bank_file_id=file.pk).content
    with pytest.raises(AccessDenied):
        actions.fetch_bank_file(CLERK, bank_file_id=file.pk)


def test_parts_in_any_order(five: Town) -> None:
    done = take(answer(the_file(), {4: "1003"}, lines=[4, 2]))
    assert (done.paid, done.failed, done.waiting, done.again) == (1, 1, 3, False)
    assert states() == ["sent", "paid", "sent", "failed", "sent"]
    with pytest.raises(NotBalanced) as refused:
        actions.close_run(APPROVER, run_id=the_file().run_id)
    assert refused.value.sentence == "还有3笔没有银行回盘。"
    done = take(answer(the_file(), {4: "1003"}))  # the whole file, with what is known already
    assert (done.paid, done.failed, done.waiting) == (3, 0, 0)
    assert states() == ["paid", "paid", "paid", "failed", "paid"]
    assert WorkItem.objects.filter(closed_at=None).count() == 1
    actions.close_run(APPROVER, run_id=the_file().run_id)


def test_twice_changes_nothing(five: Town) -> None:
    content = answer(the_file(), {})
    take(content)
    before = (states(), Entry.objects.count(), AuditEntry.objects.count(), BankReturn.objects.count())
    again = take(content)
    assert (again.paid, again.failed, again.waiting, again.again) == (5, 0, 0, True)
    assert before == (states(), Entry.objects.count(), AuditEntry.objects.count(), BankReturn.objects.count())
    actions.close_run(APPROVER, run_id=the_file().run_id)
    assert take(content).again


def rows(*lines: tuple[str, str, str]) -> bytes:
    head = "业务编号,收款账号,收款户名,金额,处理结果,失败原因\r\n"
    return (head + "".join(f"{ref},,,{fen},{code},\r\n" for ref, fen, code in lines)).encode("gb18030")


BAD: list[tuple[Callable[[], bytes], str]] = [
    (lambda: rows((reference(FILE, 6), "10.00", "0000")), f"第2行的业务编号“{reference(FILE, 6)}”不在这个文件里。"),
    (lambda: rows((reference("2026021001001", 1), "10.00", "0000")), "不在这个文件里。"),
    (lambda: rows(("", "10.00", "0000")), "第2行的业务编号“”不在这个文件里。"),
    (
        lambda: rows((reference(FILE, 1), "10.00", "0000"), (reference(FILE, 1), "10.00", "0000")),
        f"第3行的业务编号“{reference(FILE, 1)}”在回盘里出现了两次。",
    ),
    (
        lambda: rows((reference(FILE, 2), "20.00", "0000"), (reference(FILE, 1), "10.01", "0000")),
        "第3行的金额是1001分，送出去的是1000分。",
    ),
    (lambda: rows((reference(FILE, 1), "10.00", "8888")), "回盘文件读不成。第2行：不认识处理结果“8888”。"),
    (lambda: rows((reference(FILE, 1), "10.00", "0000"))[:-3], "回盘文件读不成。第2行：这一行有5栏，应该有6栏。"),
    (lambda: b"\x00\x01", "回盘文件读不成。第1行：第一行不是约定的栏目"),
    (lambda: b"", "回盘文件读不成。第1行：第一行不是约定的栏目"),
]


def test_what_does_not_fit_is_refused_and_nothing_is_written(five: Town) -> None:
    before = (Entry.objects.count(), AuditEntry.objects.count())
    for content, sentence in BAD:
        with pytest.raises(BadReturn) as refused:
            take(content())
        assert sentence in refused.value.sentence
        assert refused.value.next_step
    assert states() == ["sent"] * 5
    assert (BankReturn.objects.count(), WorkItem.objects.count()) == (0, 0)
    assert before == (Entry.objects.count(), AuditEntry.objects.count())


def test_a_contradiction_is_refused(five: Town) -> None:
    take(answer(the_file(), {}, lines=[1]))
    with pytest.raises(BadReturn) as refused:
        take(answer(the_file(), {1: "1001"}))
    assert refused.value.sentence == "第2行与以前的回盘相反，以前说已到账。"
    assert states() == ["paid", "sent", "sent", "sent", "sent"]


def test_an_answer_of_another_file_is_refused(five: Town) -> None:
    content = answer(the_file(), {})
    take(content)
    five.person("又一人", "6222000000000009")
    five.grant("又一人", 500)
    five.due("又一人", MARCH, 500)
    sent()
    second = BankFile.objects.order_by("-id")[0]
    with pytest.raises(BadReturn) as refused:
        actions.take_return(APPROVER, bank_file_id=second.pk, content=content, name="回盘.csv")
    assert refused.value.sentence == "这份回盘文件已经用在另一个银行文件上。"
    with pytest.raises(RunNotFound):
        actions.take_return(APPROVER, bank_file_id=0, content=content, name="回盘.csv")


def test_what_has_arrived_is_not_paid_again(five: Town) -> None:
    take(answer(the_file(), {5: "1001"}))
    paid, failed = Payment.objects.get(line=1), Payment.objects.get(line=5)
    with pytest.raises(NotPayableAgain):
        actions.pay_again(MAKER, payment_ids=[failed.pk, paid.pk], reason="再试")
    failed.refresh_from_db()
    assert failed.again_asked_by is None
    assert WorkItem.objects.filter(closed_at=None).count() == 1
