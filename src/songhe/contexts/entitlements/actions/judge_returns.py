"""What every file about many people has in common: whose each row is, and why a row cannot go in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from songhe.basics.identifiers import Problem, parse_resident_id
from songhe.contexts.entitlements.queries.return_layouts import ID_NUMBER, NAME, return_layout
from songhe.contexts.entitlements.words import ReturnKind, ReturnVerdict
from songhe.contexts.people import queries as people
from songhe.contexts.people.queries import PersonNumbered
from songhe.contexts.registers.queries import FileRow
from songhe.foundation.access import Actor


@dataclass(slots=True)
class Judged:
    """A row with its verdict; `said` is what is kept of it, `note` what accepting does, `problems` have column, reason and remedy."""

    sheet: str
    row: int
    cells: Mapping[str, str]
    verdict: ReturnVerdict = ReturnVerdict.NEW
    person_id: int | None = None
    area_path: str = ""
    said: dict[str, object] = field(default_factory=dict)
    note: str = ""
    problems: list[dict[str, str]] = field(default_factory=list)

    def refuse(self, headers: Mapping[str, str], is_: str, reason: str, remedy: str) -> None:
        """The row cannot go in."""
        self.verdict = ReturnVerdict.REJECTED
        self.problems.append({"column": headers.get(is_, ""), "reason": reason, "remedy": remedy})

    def doubt(self, reason: str) -> None:
        """The row goes to who can find out."""
        self.verdict = ReturnVerdict.CONFLICT
        self.problems.append({"column": "", "reason": reason, "remedy": "确认记入以后，转公安核实。"})

    def nothing_new(self, note: str) -> None:
        """Accepting does nothing with the row."""
        self.verdict, self.note = ReturnVerdict.UNCHANGED, note

    @property
    def good(self) -> bool:
        """Whether nothing is against it so far."""
        return self.verdict is ReturnVerdict.NEW


def headers_of(kind: ReturnKind) -> Mapping[str, str]:
    """Column by what it is."""
    return {column.is_: column.header for column in return_layout(kind).columns}


def rows_with_people(actor: Actor, kind: ReturnKind, rows: Sequence[FileRow], areas: Sequence[str]) -> list[Judged]:
    """Every row with whom it means: by ID number alone; refused where that is wrong, unknown, outside the areas (those of whoever sent the
    file, whoever looks at it now), or of another name.
    """
    headers, found = headers_of(kind), [Judged(row.sheet, row.row, row.cells) for row in rows]
    numbers: dict[int, str] = {}
    for place, row in enumerate(found):
        read = parse_resident_id(row.cells.get(ID_NUMBER, ""))
        if isinstance(read, Problem):
            row.refuse(headers, ID_NUMBER, read.reason, read.remedy)
        else:
            numbers[place] = read.number
    known = people.people_by_number(actor, numbers=set(numbers.values()))
    for place, number in numbers.items():
        _settle(areas, found[place], known.get(number), headers)
    return found


def _settle(areas: Sequence[str], row: Judged, person: PersonNumbered | None, headers: Mapping[str, str]) -> None:
    if person is None or not person.area_path.startswith(tuple(areas)):
        row.refuse(headers, ID_NUMBER, "没有登记这个人，或者不在您负责的区域。", "请核对号码；新来的人先由公安或社区登记。")
        return
    name = row.cells.get(NAME, "").strip()
    if name and name != person.name:
        row.refuse(headers, NAME, "姓名与这个身份证号登记的不一样。", "请核对是不是同一个人。")
        return
    row.person_id, row.area_path = person.person_id, person.area_path
