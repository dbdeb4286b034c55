"""What a department's comparison says of each person, beside what is known: a life check, a death, or a conflict that somebody has to look at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from songhe.basics.ages import months_before
from songhe.basics.cell_text import read_date
from songhe.contexts.entitlements.actions.judge_returns import Judged, headers_of
from songhe.contexts.entitlements.models import Grant, LifeCheck, ReturnRow
from songhe.contexts.entitlements.queries.granting import granting
from songhe.contexts.entitlements.queries.return_layouts import DIED_ON, FOUND, FOUND_WORDS, SEEN_ON, WAY
from songhe.contexts.entitlements.words import (
    OPEN_GRANTS,
    Compared,
    LifeCheckOutcome,
    ReturnKind,
    ReturnStatus,
    ReturnVerdict,
)
from songhe.contexts.people import facts
from songhe.contexts.people import queries as people
from songhe.foundation import clock

LONGEST_WAY = 40
BLOCK = 5_000


def judge_life_rows(rows: Sequence[Judged], sender: str) -> None:
    """Every row has its verdict. A death goes in only with its day, and where nobody has said or seen later that the person lives."""
    headers = headers_of(ReturnKind.LIFE)
    for row in rows:
        if row.good:
            _read(row, headers)
    ids = sorted({row.person_id for row in rows if row.good and row.person_id is not None})
    before, living, checked = _said_before(ids, sender), people.living_places(person_ids=ids), _checked(ids)
    seen = _seen_later(rows, sender)
    heard: set[tuple[int, str]] = set()
    for row in rows:
        if not row.good or row.person_id is None:
            continue
        if (row.person_id, _key(row)) in before:
            row.nothing_new("这个部门以前报过同样的，已经记过")
        elif (row.person_id, _key(row)) in heard:
            row.nothing_new("文件里前面有同样的一行")
        elif row.said["found"] == Compared.DEAD:
            _judge_death(row, row.person_id in living, seen.get(row.person_id))
        else:
            _judge_life(row, row.person_id in living, row.person_id in checked)
        heard.add((row.person_id, _key(row)))


def _read(row: Judged, headers: Mapping[str, str]) -> None:
    found = FOUND_WORDS.get(row.cells.get(FOUND, "").strip())
    if found is None:
        row.refuse(headers, FOUND, "看不懂这个比对结果。", "请填：健在、死亡、未查到。")
        return
    row.said["found"] = found.value
    today = clock.today()
    if found is Compared.ALIVE:
        day, way = _day(row, SEEN_ON, headers), row.cells.get(WAY, "").strip()
        if not row.good:
            return
        if day is None:
            row.refuse(headers, SEEN_ON, "没有写见到本人的日期。", "请填数据里最近一次见到本人的日期。")
        elif day <= months_before(today, granting().term("life_check_months")):
            row.refuse(headers, SEEN_ON, "日期太早，已经过了认证的间隔。", "请用更近的数据比对，或者改由窗口、上门确认。")
        elif not 1 <= len(way) <= LONGEST_WAY:
            row.refuse(headers, WAY, "没有写从哪里见到，或者写得太长。", f"请用{LONGEST_WAY}个字以内，例如 医院就诊。")
        else:
            row.said |= {"seen_on": day.isoformat(), "way": way}
    elif found is Compared.DEAD:
        day = _day(row, DIED_ON, headers)
        if row.good and day is not None:
            row.said["died_on"] = day.isoformat()


def _day(row: Judged, column: str, headers: Mapping[str, str]) -> dt.date | None:
    text = row.cells.get(column, "").strip()
    if not text:
        return None
    try:
        day = read_date(text)
    except ValueError:
        day = None
    if day is None or day > clock.today():
        row.refuse(headers, column, "日期看不懂，或者晚于今天。", "请写成 2026-11-02 这样，不晚于今天。")
        return None
    return day


def _key(row: Judged) -> str:
    return "|".join(str(row.said.get(name, "")) for name in ("found", "seen_on", "way", "died_on"))


def _judge_life(row: Judged, lives: bool, checked: bool) -> None:
    alive = row.said["found"] == Compared.ALIVE
    if not lives and alive:
        row.doubt(f"登记的是已去世，这个部门却在{row.said['seen_on']}见过本人。")
    elif not lives or not checked:
        row.nothing_new("已登记去世，不用认证" if not lives else "没有要认证的待遇")
    else:
        row.note = f"记一次认证（{row.said['way']}）" if alive else "记下没有查到；还要由窗口或上门确认"


def _judge_death(row: Judged, lives: bool, seen: tuple[dt.date, str] | None) -> None:
    died = row.said.get("died_on")
    if not lives:
        row.nothing_new("已经登记去世")
    elif died is None:
        row.doubt("没有死亡日期。")
    elif seen is not None and seen[0] >= dt.date.fromisoformat(str(died)):
        row.doubt(f"{seen[1]}{seen[0].isoformat()}还说本人健在，比这个死亡日期晚。")
    else:
        row.note = "登记去世，从规定的月份起停发"


def _said_before(ids: Sequence[int], sender: str) -> frozenset[tuple[int, str]]:
    """What this department has said in files that are in."""
    found = set[tuple[int, str]]()
    for start in range(0, len(ids), BLOCK):
        rows = ReturnRow.objects.filter(
            person__in=ids[start : start + BLOCK], file__kind=ReturnKind.LIFE, file__sender=sender, file__status=ReturnStatus.ACCEPTED,
            verdict__in=(ReturnVerdict.NEW, ReturnVerdict.CONFLICT),
        )  # fmt: skip
        found |= {
            (person, "|".join(str(said.get(name, "")) for name in ("found", "seen_on", "way", "died_on")))
            for person, said in rows.values_list("person_id", "said")
        }
    return frozenset(found)


def _checked(ids: Sequence[int]) -> frozenset[int]:
    """Who has an open grant."""
    found = set[int]()
    for start in range(0, len(ids), BLOCK):
        held = Grant.objects.filter(person__in=ids[start : start + BLOCK], state__in=OPEN_GRANTS)
        found |= set(held.values_list("person_id", flat=True))
    return frozenset(found)


def _seen_later(rows: Sequence[Judged], sender: str) -> Mapping[int, tuple[dt.date, str]]:
    """For those whom the file says to be dead: who said or saw last that they live, and when; other departments, checks, or this file itself."""
    dead = sorted(
        {row.person_id for row in rows if row.good and row.person_id is not None and row.said["found"] == Compared.DEAD}
    )
    found: dict[int, tuple[dt.date, str]] = {}
    for row in rows:
        if row.good and row.person_id in dead and row.said["found"] == Compared.ALIVE:
            found[row.person_id] = max(found.get(row.person_id, (dt.date.min, "")), (_iso(row, "seen_on"), "同一文件另一行"))
    checks = LifeCheck.objects.filter(person__in=dead, outcome=LifeCheckOutcome.ALIVE)
    for person, day, source in checks.values_list("person_id", "checked_on", "source"):
        found[person] = max(found.get(person, (dt.date.min, "")), (day, source or "资格认证"))
    for person, sources in facts.sources_at(dead, clock.now()).items():
        said = sources.get("alive")
        if said is not None and said.department != sender:
            found[person] = max(found.get(person, (dt.date.min, "")), (said.stated_on, said.department))
    return found


def _iso(row: Judged, name: str) -> dt.date:
    return dt.date.fromisoformat(str(row.said[name]))
