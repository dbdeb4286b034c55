"""What each row of a file would do: a new entry, a change, nothing, or why it cannot go in. Every cell is judged; nothing stops at the first fault."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet

from songhe.basics.cell_text import read_date
from songhe.basics.identifiers import Problem, parse_resident_id
from songhe.basics.masking import mask_id_number
from songhe.contexts.people import queries as people
from songhe.contexts.places import queries as places
from songhe.contexts.registers.access import visible_to
from songhe.contexts.registers.actions.write_entries import all_values, merged
from songhe.contexts.registers.models import Entry
from songhe.contexts.registers.queries.declarations import WHOLE, faults, first_state, key_of, may_make
from songhe.contexts.registers.queries.field_values import HIDDEN, Unreadable, Value, read_text
from songhe.contexts.registers.queries.file_layout import (
    CLOSED,
    ID_NUMBER,
    IN_STATE,
    NAME,
    NUMBER,
    OPENED,
    PLACE,
    REASON,
    layout_of,
)
from songhe.contexts.registers.queries.read_file import FileRow
from songhe.contexts.registers.words import Verdict
from songhe.engines.policy.pack import RegisterEntry, RegisterMove
from songhe.foundation import clock
from songhe.foundation.access import Actor, Right

_BLOCK = 5_000


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong in a row. `value` is masked where it has to be; an empty `column` is about the whole row."""

    column: str
    value: str
    code: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Target:
    """What an entry is to be once the row is in."""

    person_id: int | None
    area_path: str
    key: str
    state: str
    values: Mapping[str, Value]
    opened_on: dt.date
    closed_on: dt.date | None
    move: RegisterMove | None
    reason: str


@dataclass(slots=True)
class JudgedRow:
    """A row with its verdict; `entry` is the one it changes or repeats, `target` what a new or changed one is to be."""

    sheet: str
    row: int
    verdict: Verdict = Verdict.REJECTED
    entry: Entry | None = None
    target: Target | None = None
    changes: tuple[str, ...] = ()
    problems: list[RowProblem] = field(default_factory=list)


@dataclass(slots=True)
class _Draft:
    """A row as read, before it is known which entry it means."""

    judged: JudgedRow
    cells: Mapping[str, str]
    values: dict[str, Value | None]
    days: dict[str, dt.date]
    state: str
    person_id: int | None = None
    area_path: str = ""
    entry: Entry | None = None
    key: str = ""


def judge_rows(actor: Actor, register: RegisterEntry, rows: Sequence[FileRow]) -> list[JudgedRow]:
    """The verdict of every row, in order, as things stand now."""
    return _Judge(actor, register).judge(rows)


class _Judge:
    def __init__(self, actor: Actor, register: RegisterEntry) -> None:
        self.actor, self.register, self.today = actor, register, clock.today()
        self.headers = {column.is_: column.header for column in layout_of(register).columns}
        self.states = {label: code for code, label in register.states} | {code: code for code, _ in register.states}
        self.places: places.Gazetteer | None = None
        paths = actor.area_paths(Right.KEEP_REGISTERS)
        self.home = (places.area_tree()[0].path if paths == ("",) else paths[0]) if len(paths) == 1 else ""

    def judge(self, rows: Sequence[FileRow]) -> list[JudgedRow]:
        drafts = [self.read(row) for row in rows]
        self.find_subjects(drafts)
        self.find_entries(drafts)
        seen: dict[str, _Draft] = {}
        for draft in drafts:
            self.settle(draft, seen)
        return [draft.judged for draft in drafts]

    def fault(self, draft: _Draft, is_: str, code: str, reason: str, remedy: str, value: str = "") -> None:
        found = self.register.field(is_)
        shown = HIDDEN if value and found is not None and found.sensitive else value[:60]
        draft.judged.problems.append(RowProblem(self.headers.get(is_, ""), shown, code, reason, remedy))

    # the row by itself

    def read(self, row: FileRow) -> _Draft:
        draft = _Draft(JudgedRow(row.sheet, row.row), row.cells, {}, {}, "")
        for each in self.register.fields:
            text = row.cells.get(each.id, "")
            if not text:
                continue
            try:
                draft.values[each.id] = read_text(each, text)
            except Unreadable as unreadable:
                self.fault(draft, each.id, "value_unreadable", unreadable.reason, unreadable.remedy, text)
        said = row.cells.get(IN_STATE, "")
        draft.state = self.states.get(said, "")
        if said and not draft.state:
            labels = "、".join(label for _, label in self.register.states)
            self.fault(draft, IN_STATE, "state_unknown", f"这本台账没有“{said[:20]}”这个状态。", f"请填：{labels}。", said)
        for name in (OPENED, CLOSED):
            self.read_day(draft, name, row.cells.get(name, ""))
        return draft

    def read_day(self, draft: _Draft, name: str, text: str) -> None:
        if not text:
            return
        try:
            day = read_date(text)
        except ValueError:
            day = None
        if day is None or not dt.date(1900, 1, 1) <= day <= self.today:
            self.fault(draft, name, "date_unreadable", "日期认不出来，或者晚于今天。", "请写成 2026-11-21 这样的形式。", text)
        else:
            draft.days[name] = day

    # whom or what it is about

    def find_subjects(self, drafts: Sequence[_Draft]) -> None:
        numbered = {draft.cells[NUMBER] for draft in drafts if draft.cells.get(NUMBER)}
        entries = self.by_number(numbered)
        for draft in drafts:
            number = draft.cells.get(NUMBER, "")
            if not number:
                continue
            draft.entry = entries.get(number)
            if draft.entry is None:
                reason = "没有这个编号的登记，或者不在您负责的区域。"
                self.fault(draft, NUMBER, "number_unknown", reason, "请核对编号；新登记的不要填编号。", number)
            else:
                draft.person_id, draft.area_path = draft.entry.person_id, draft.entry.area_path
        rest = [draft for draft in drafts if not draft.cells.get(NUMBER)]
        if self.register.entity == "person":
            self.find_people(rest)
        else:
            for draft in rest:
                self.find_place(draft)

    def by_number(self, numbers: Collection[str]) -> dict[str, Entry]:
        wanted = [int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 18]
        return {str(entry.id): entry for entry in _in_blocks(visible_to(self.actor, self.register), "id", wanted)}

    def find_people(self, drafts: Sequence[_Draft]) -> None:
        numbers: dict[int, str] = {}
        for place, draft in enumerate(drafts):
            text = draft.cells.get(ID_NUMBER, "")
            found = parse_resident_id(text, as_of=self.today) if text else None
            if found is None:
                self.fault(draft, ID_NUMBER, "id_missing", "没有填身份证号。", "请补上18位身份证号。")
            elif isinstance(found, Problem):
                self.fault(draft, ID_NUMBER, f"id_{found.code.value}", found.reason, found.remedy, mask_id_number(text))
            else:
                numbers[place] = found.number
        known = people.people_by_number(self.actor, numbers=set(numbers.values()))
        for place, number in numbers.items():
            draft, person = drafts[place], known.get(number)
            if person is None:
                reason = "名册里没有这个身份证号的人，或者不在您负责的区域。"
                remedy = "请核对号码；确实没有登记的，先由公安或社区的资料导入。"
                self.fault(draft, ID_NUMBER, "person_unknown", reason, remedy, mask_id_number(number))
                continue
            name = draft.cells.get(NAME, "").replace(" ", "")
            if name != person.name.replace(" ", ""):
                self.fault(draft, NAME, "name_differs", "姓名和身份证号对不上。", "请对照证件核对姓名和号码。", name)
            draft.person_id, draft.area_path = person.person_id, person.area_path

    def find_place(self, draft: _Draft) -> None:
        text = draft.cells.get(PLACE, "")
        if not text:
            draft.area_path = self.home
        else:
            self.places = self.places or places.gazetteer()
            match = self.places.find(text)
            if match.area is None:
                several = len(match.candidates) > 1
                reason = "有几个同名的地方，分不清是哪一个。" if several else "本市没有这个镇（街道）或村（社区）。"
                self.fault(draft, PLACE, "place_unknown", reason, "请写代码，或在前面写上镇（街道）名。", text)
                return
            draft.area_path = match.area.path
        if not draft.area_path:
            self.fault(draft, PLACE, "place_missing", "没有写所在区划。", "请写镇（街道）或村（社区）的代码或名称。")

    # which entry it means

    def find_entries(self, drafts: Sequence[_Draft]) -> None:
        for draft in drafts:
            if draft.entry is not None:
                draft.values = dict(merged(all_values(draft.entry), draft.values))
            draft.key = key_of(self.register, draft.person_id, draft.area_path, draft.values)
        keys = {draft.key for draft in drafts if draft.entry is None and self.has_key(draft)}
        rows = Entry.objects.filter(register=self.register.id)
        found: dict[str, Entry] = {}
        for entry in sorted(_in_blocks(rows, "key", sorted(keys)), key=lambda entry: (entry.closed_on is None, entry.id)):
            found[entry.key] = entry  # an open one stands last, else the latest
        for draft in drafts:
            if draft.entry is None and self.has_key(draft):
                draft.entry = found.get(draft.key)

    def has_key(self, draft: _Draft) -> bool:
        lacking = [name for name in self.register.key if name != "area" and draft.values.get(name) is None]
        return not lacking and (draft.person_id is not None or bool(draft.area_path and self.register.entity != "person"))

    # what it does

    def settle(self, draft: _Draft, seen: dict[str, _Draft]) -> None:
        if draft.area_path and not self.actor.may(Right.KEEP_REGISTERS, draft.area_path):
            self.fault(draft, PLACE, "outside", "这一行不在您负责的区域。", "请由当地的工作人员报送。")
        if self.has_key(draft):
            if draft.key in seen:
                earlier = seen[draft.key].judged
                reason = f"和这个文件第{earlier.row}行说的是同一条。"
                self.fault(draft, WHOLE, "repeated", reason, "请只留一行。")
            else:
                seen[draft.key] = draft
        entry = draft.entry
        if entry is not None and entry.closed_on is not None and not self.repeats_closed(draft, entry):
            entry = draft.entry = None
        if draft.judged.problems and not self.has_key(draft):
            return
        if entry is None:
            self.settle_new(draft)
        elif entry.closed_on is not None:
            self.settle_closed(draft, entry)
        else:
            self.settle_known(draft, entry)

    def repeats_closed(self, draft: _Draft, entry: Entry) -> bool:
        """A row that says the entry is over, or that names it by number, means the closed entry; any other begins a new one."""
        return bool(draft.cells.get(NUMBER)) or draft.state in self.register.closed

    def settle_new(self, draft: _Draft) -> None:
        state = draft.state or first_state(self.register)
        values = merged({}, draft.values)
        opened = draft.days.get(OPENED, self.today)
        closed = draft.days.get(CLOSED, opened) if state in self.register.closed else None
        self.tell_faults(draft, faults(self.register, state, values, entering=True))
        if closed is not None and closed < opened:
            self.fault(draft, CLOSED, "date_order", "结束日期早于登记日期。", "请核对两个日期。")
        if CLOSED in draft.days and closed is None:
            self.fault(draft, CLOSED, "date_order", "状态没有结束，却填了结束日期。", "请核对状态，或删掉结束日期。")
        if draft.judged.problems:
            return
        target = Target(
            draft.person_id, draft.area_path, draft.key, state, values, opened, closed, None, draft.cells.get(REASON, "")
        )
        draft.judged.verdict, draft.judged.target = Verdict.NEW, target

    def settle_closed(self, draft: _Draft, entry: Entry) -> None:
        before = all_values(entry)
        same = merged(before, draft.values) == before and draft.state in ("", entry.state)
        if not same:
            self.fault(draft, WHOLE, "closed", "这条登记已经结束，不能再改。", "需要时请重新登记一条，状态不要写成已结束。")
        if not draft.judged.problems:
            draft.judged.verdict, draft.judged.entry = Verdict.UNCHANGED, entry

    def settle_known(self, draft: _Draft, entry: Entry) -> None:
        before = all_values(entry)
        after = merged(before, draft.values)
        state = draft.state or entry.state
        move = None if state == entry.state else self.move_to(draft, entry, state)
        if move is not None:
            for name in move.needs:
                if after.get(name) is None:
                    label = self.headers.get(name, name)
                    self.fault(draft, name, "needed", f"“{move.label}”前要填“{label}”。", "请补上这一格。")
        if after != before or move is not None:
            self.tell_faults(draft, faults(self.register, state, after, entering=False))
        closed = draft.days.get(CLOSED, self.today) if state in self.register.closed else None
        if closed is not None and closed < entry.opened_on:
            self.fault(draft, CLOSED, "date_order", "结束日期早于登记日期。", "请核对日期。")
        if draft.judged.problems:
            return
        changed = [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]
        labels = [each.label for each in self.register.fields if each.id in changed]
        draft.judged.entry, draft.judged.changes = entry, (*labels, *(("状态",) if move is not None else ()))
        draft.judged.verdict = Verdict.UPDATE if draft.judged.changes else Verdict.UNCHANGED
        draft.judged.target = Target(
            entry.person_id, entry.area_path, draft.key, state, after, entry.opened_on, closed, move, draft.cells.get(REASON, "")
        )

    def move_to(self, draft: _Draft, entry: Entry, state: str) -> RegisterMove | None:
        ways = [each for each in self.register.moves if entry.state in each.from_states and each.to_state == state]
        here, there = self.register.label_of(entry.state), self.register.label_of(state)
        if not ways:
            self.fault(draft, IN_STATE, "no_move", f"不能从“{here}”直接变成“{there}”。", "请先办中间的一步。", there)
            return None
        allowed = next((each for each in ways if may_make(self.actor, each, entry.area_path)), None)
        if allowed is None:
            self.fault(draft, IN_STATE, "move_not_allowed", f"“{ways[0].label}”不由您的账号办理。", "请上级工作人员办理。", there)
        elif allowed.reason and len(draft.cells.get(REASON, "")) < 2:
            self.fault(draft, REASON, "reason_missing", f"“{allowed.label}”要写原因。", "请填“变更原因”这一列。")
        return allowed

    def tell_faults(self, draft: _Draft, found: Mapping[str, str]) -> None:
        told = {problem.column for problem in draft.judged.problems}
        for name, sentence in found.items():
            if self.headers.get(name, "") not in told or name == WHOLE:
                self.fault(draft, name, "incomplete", sentence, "请补上或改正后重新上传。")


def _in_blocks(rows: QuerySet[Entry], name: str, wanted: Sequence[int] | Sequence[str]) -> Iterable[Entry]:
    for start in range(0, len(wanted), _BLOCK):
        yield from rows.filter(**{f"{name}__in": wanted[start : start + _BLOCK]})
