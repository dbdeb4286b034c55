"""A small city for the tests of people: two towns, three communities, files made by hand."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence

from songhe.basics.identifiers import check_character
from songhe.contexts.people import actions
from songhe.contexts.people.actions import AcceptResult, BatchResult
from songhe.contexts.people.models import Household, ImportRow, Person, Record
from songhe.contexts.places.actions import AreaInput, load_areas
from songhe.foundation.access import SYSTEM, Actor, Grant, Role

CITY, TOWN_A, TOWN_B = "990100/", "990100/990101/", "990100/990102/"
ROSE, LILY, PINE = TOWN_A + "990101001/", TOWN_A + "990101002/", TOWN_B + "990102001/"
DAY = dt.date(2026, 6, 30)

OFFICER = Actor(1, "市级", "user", (Grant(Role.CITY_OFFICER, CITY),))
CLERK_A = Actor(2, "甲镇", "user", (Grant(Role.STREET_CLERK, TOWN_A),))
CLERK_B = Actor(3, "乙镇", "user", (Grant(Role.STREET_CLERK, TOWN_B),))
STRANGER = Actor(4, "机构", "user", (Grant(Role.PROVIDER_MANAGER, CITY),))

POLICE = ("公民身份号码", "姓名", "户号", "与户主关系", "村(社区)代码", "住址", "联系电话", "本市户籍", "常住本市", "人员状态")
AID = ("身份证号", "姓名", "救助类别", "能力等级", "家庭人均月收入")


def load_city() -> None:
    """The areas are there."""
    load_areas(
        SYSTEM,
        areas=[
            AreaInput("990100", "试验市", "city"),
            AreaInput("990101", "玫瑰镇", "town", "990100"),
            AreaInput("990102", "松树镇", "town", "990100"),
            AreaInput("990101001", "红玫社区", "community", "990101", rural=False),
            AreaInput("990101002", "百合村", "community", "990101", rural=True),
            AreaInput("990102001", "青松村", "community", "990102", rural=True),
        ],
    )


def id_number(born: str, order: int = 1) -> str:
    """A valid ID number of the unassigned region: born YYYYMMDD, order 1 to 999 (odd for men)."""
    seventeen = f"000000{born}{order:03d}"
    return seventeen + check_character(seventeen)


ZHANG = id_number("19450301", 2)  # a woman
LI = id_number("19430415", 1)  # her husband
WANG = id_number("19500707", 3)


def resident(number: str, name: str, household: str, **cells: str) -> dict[str, str]:
    """A row of the police's file; further cells by header."""
    row = {"公民身份号码": number, "姓名": name, "户号": household, "村(社区)代码": "990101001", "人员状态": "正常"}
    return row | cells


def table(rows: Sequence[Mapping[str, str]], headers: Sequence[str] | None = None, encoding: str = "utf-8-sig") -> bytes:
    """A csv file with these rows; headers in order of first appearance."""
    names = list(headers or dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def check(department: str, content: bytes, *, on: dt.date = DAY, actor: Actor = OFFICER, name: str = "f.csv") -> BatchResult:
    """The file uploaded and checked."""
    batch = actions.upload_file(actor, department=department, name=name, content=content, stated_on=on)
    return actions.check_batch(actor, batch_id=batch)


def bring_in(department: str, rows: Sequence[Mapping[str, str]], *, on: dt.date = DAY) -> AcceptResult:
    """The rows uploaded, checked and accepted."""
    return actions.accept_batch(OFFICER, batch_id=check(department, table(rows), on=on).batch_id)


def three_residents() -> None:
    """张桂兰 and 李建国 in one household of 红玫社区, 王秀英 alone in 青松村."""
    bring_in(
        "公安",
        [
            resident(
                ZHANG, "张桂兰", "H1", 与户主关系="配偶", 住址="玫瑰镇红玫社区3号楼2单元", 联系电话="13800138000", 本市户籍="是"
            ),
            resident(LI, "李建国", "H1", 与户主关系="户主", 住址="玫瑰镇红玫社区3号楼2单元", 本市户籍="是"),
            resident(WANG, "王秀英", "H2", **{"与户主关系": "户主", "村(社区)代码": "990102001", "本市户籍": "是"}),
        ],
    )


def person_of(number: str) -> Person:
    """The stored person with this ID number."""
    from songhe.foundation.encryption import blind_index

    return Person.objects.get(id_index=blind_index(number, kind="id_number"))


def footprint() -> tuple[object, ...]:
    """Everything a refusal must leave as it was."""
    return (
        list(Person.objects.order_by("id").values_list()),
        list(Household.objects.order_by("id").values_list()),
        Record.objects.count(),
    )


def rows_of(result: BatchResult) -> list[ImportRow]:
    """The verdict rows in the order of the file."""
    return list(ImportRow.objects.filter(batch_id=result.batch_id).order_by("id"))


def codes(row: ImportRow) -> list[str]:
    """The problem codes of a row."""
    return [problem["code"] for problem in row.problems]
