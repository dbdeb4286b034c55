"""From a row's cells to what it says about a person, with every problem of the row at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from songhe.basics.identifiers import ResidentId
from songhe.contexts.people.actions.judge_cells import NOTICE, CellProblem, Judge, Judged, judge_for, text_of
from songhe.contexts.people.actions.read_table import Cell, Row, Table
from songhe.contexts.people.actions.sheet_answers import NO_ANSWERS, PREFILLED, Asked, SheetAnswers
from songhe.contexts.people.queries.dictionary import find_variable, variables
from songhe.contexts.people.queries.layouts import TOKEN, Column, Layout
from songhe.contexts.people.queries.place_index import PlaceIndex, Spot
from songhe.engines.matching import usable_digits

_KEPT = 50_000
NOTHING: Mapping[str, str] = {}


@dataclass(slots=True)
class Draft:
    """What one row says. `said` holds identity fields as text; `number` the ID number; `spot` the community it names."""

    row: int
    said: dict[str, str] = field(default_factory=dict)
    number: ResidentId | None = None
    former: ResidentId | None = None  # the number before a change, where the row names one
    spot: Spot | None = None
    values: dict[str, object] = field(default_factory=dict)
    household_values: dict[str, object] = field(default_factory=dict)
    problems: list[CellProblem] = field(default_factory=list)
    written_number: str = ""  # a damaged ID number of which something can be read
    token: str = ""  # of our own sheet, where the row answers one

    @property
    def born(self) -> str:
        """The birth date as YYYY-MM-DD, of the ID number or as stated; empty where neither says."""
        return self.number.birth_date.isoformat() if self.number else str(self.values.get("birth_date", ""))

    @property
    def sex(self) -> str:
        """As `born`, for the sex."""
        return self.number.sex if self.number else str(self.values.get("sex", ""))

    @property
    def rejected(self) -> bool:
        return any(problem.level != NOTICE for problem in self.problems)


class RowJudge:
    """Reads the rows of one table. `places` is the city's areas; `stated_on` the day the file speaks of."""

    def __init__(
        self, layout: Layout, table: Table, places: PlaceIndex, stated_on: dt.date, answers: SheetAnswers = NO_ANSWERS
    ) -> None:
        self._layout = layout
        self._places = places
        self._columns: list[tuple[int, Column, Judge, dict[str, Judged] | None]] = [
            (i, c, judge_for(c, stated_on), {} if find_variable(c.field) else None) for i, c in table.columns if c is not TOKEN
        ]  # a variable's cells repeat themselves: what was judged once is kept
        self._headers = {column.field: column.header for _, column in table.columns}
        self._about_person = variables("person").keys()
        self._about_household = variables("household").keys()
        self._table = table
        self._headers_at = {place: column.header for place, column in table.columns}
        self._answers = answers
        self._token = next((place for place, column in table.columns if column is TOKEN), -1)

    def prepare(self, rows: Sequence[Row]) -> None:
        """What these rows need from the database is looked up, for they are judged while it is taking rows in."""
        if self._token >= 0:
            for _, cells in rows:
                self._answers.get(text_of(cells[self._token]) if self._token < len(cells) else "")

    def judge(self, number: int, cells: Sequence[Cell], instead: Mapping[str, str] = NOTHING) -> Draft:
        """The row as a draft; `instead` holds cells by field that somebody put in place of the file's."""
        draft = Draft(number)
        asked = self._who_was_asked(draft, cells)
        for place, column, judge, kept in self._columns:
            if asked is not None and column.field in PREFILLED:
                continue
            cell = instead[column.field] if column.field in instead else cells[place] if place < len(cells) else ""
            judged = kept.get(cell) if kept is not None and isinstance(cell, str) else None
            if judged is None:
                text = text_of(cell)
                if not text:
                    if column.required:
                        self._missing(draft, column)
                    continue
                judged = judge(text)
                if kept is not None and isinstance(cell, str) and len(kept) < _KEPT:
                    kept[cell] = judged
            value, problem = judged
            if problem is not None:
                draft.problems.append(self._unless_told_otherwise(draft, column, problem, cell))
            if value is not None:
                self._put(draft, column.field, value)
        if asked is not None:
            self._put_who_was_asked(draft, asked)
        self._settle_former_number(draft)
        self._settle_birth_and_sex(draft)
        self._settle_death(draft)
        self._settle_place(draft)
        self._settle_who(draft)
        self._told_of_the_sheet(draft)
        return draft

    def _unless_told_otherwise(self, draft: Draft, column: Column, problem: CellProblem, cell: Cell) -> CellProblem:
        """A damaged ID number of whom the department only serves is a notice: what can be read of it helps to find who is meant."""
        text = text_of(cell)
        if column.field != "id_number" or self._layout.keeps_identity or usable_digits(text) is None:
            return problem
        draft.written_number = text
        return replace(problem, level=NOTICE)

    def content(self, cells: Sequence[Cell]) -> list[tuple[str, str, str]]:
        """(field, header, cell) of the row as written, to be kept sealed for the clerk who has to look at it."""
        return [(c.field, c.header, text_of(cells[i]) if i < len(cells) else "") for i, c, _, _ in self._columns]

    def _who_was_asked(self, draft: Draft, cells: Sequence[Cell]) -> Asked | None:
        """The person whom a row of our own sheet is about; None for any other file, and where the row's number is not ours."""
        if self._token < 0:
            return None
        token = text_of(cells[self._token]) if self._token < len(cells) else ""
        asked = self._answers.get(token)
        if asked is None:
            reason, remedy = "填报编号是空的，或者不是这张表上的。", "请不要改动“填报编号”这一列；新的人请用空表另报。"
            draft.problems.append(CellProblem(TOKEN.header, token[:20], "token_unknown", reason, remedy))
        return asked

    def _put_who_was_asked(self, draft: Draft, asked: Asked) -> None:
        draft.token, draft.number = asked.token, asked.number
        if draft.said.get("name", asked.name) != asked.name:
            reason, remedy = "姓名和填报编号对不上，可能是排序时错开了行。", "请重新下载这张表再填，不要单独给几列排序。"
            draft.problems.append(CellProblem(self._headers["name"], draft.said["name"], "token_differs", reason, remedy))
        draft.said["name"] = asked.name
        if asked.number is None:
            draft.values["birth_date"] = asked.birth_date
            draft.said |= {"area_code": asked.area_code, "household_no": asked.household_key}

    def _told_of_the_sheet(self, draft: Draft) -> None:
        """What the row's place in the sheet gives to say: hidden, or cells that a merge had left empty."""
        if draft.row in self._table.hidden:
            reason, remedy = "这一行在文件里是隐藏的，也读了。", "不该报的，请删掉这一行后重新上传。"
            draft.problems.append(CellProblem("", "", "row_hidden", reason, remedy, NOTICE))
        for place in self._table.filled.get(draft.row, ()):
            reason, remedy = "这一格与上面的格合并在一起，按同样的内容读。", "最好取消合并，每行分别填写。"
            draft.problems.append(CellProblem(self._headers_at[place], "", "cell_merged", reason, remedy, NOTICE))

    def _missing(self, draft: Draft, column: Column) -> None:
        draft.problems.append(CellProblem(column.header, "", "missing", f"“{column.header}”是空的。", "请补填后再报。"))

    def _put(self, draft: Draft, name: str, value: object) -> None:
        if name == "id_number" and isinstance(value, ResidentId):
            draft.number = value
        elif name == "former_id_number" and isinstance(value, ResidentId):
            draft.former = value
        elif name in self._about_person:
            draft.values[name] = value
        elif name in self._about_household:
            draft.household_values[name] = value
        else:
            draft.said[name] = str(value)

    def _settle_former_number(self, draft: Draft) -> None:
        """A former number that is the present one says nothing."""
        if draft.former is None or draft.number is None or draft.former.number != draft.number.number:
            return
        draft.former = None
        reason, remedy = "原身份证号与现在的号码相同，按没有换号处理。", "没有换过号码的，请留空。"
        draft.problems.append(CellProblem(self._headers["former_id_number"], "", "former_same", reason, remedy, NOTICE))

    def _settle_birth_and_sex(self, draft: Draft) -> None:
        """Birth date and sex agree with the ID number; the department that keeps identity states them even without a column."""
        number = draft.number
        if number is None:
            return
        born = number.birth_date.isoformat()
        if draft.values.get("birth_date", born) != born:
            draft.problems.append(
                CellProblem(
                    self._headers["birth_date"], str(draft.values["birth_date"]), "birth_differs_from_id",
                    "出生日期与证件号里的不一致。", "请对照证件，改正其中录错的一项。",
                )
            )  # fmt: skip
        if draft.values.get("sex", number.sex) != number.sex:
            draft.problems.append(
                CellProblem(
                    self._headers["sex"],
                    "",
                    "sex_differs_from_id",
                    "性别与证件号里的不一致，已按证件号采用。",
                    "请核对后改正。",
                    NOTICE,
                )
            )
        if self._layout.keeps_identity or "birth_date" in draft.values:
            draft.values["birth_date"] = born
        if self._layout.keeps_identity or "sex" in draft.values:
            draft.values["sex"] = number.sex

    def _settle_death(self, draft: Draft) -> None:
        """A date of death says that the person is not alive; together with 'alive' it is a contradiction."""
        died = draft.said.get("death_date")
        if died is None:
            return
        if draft.values.get("alive") is True:
            reason, remedy = "写了死亡日期，状态却是健在。", "请核实后改正其中一项。"
            draft.problems.append(CellProblem(self._headers["death_date"], died, "death_contradicts", reason, remedy))
        draft.values["alive"] = False

    def _settle_place(self, draft: Draft) -> None:
        """The community the row names, or a problem: an error where the department's communities count, a notice elsewhere."""
        code, name, town = (draft.said.pop(key, "") for key in ("area_code", "area_name", "town_name"))
        if not (code or name):
            if self._layout.keeps_identity:
                reason, remedy = "没有写村(社区)。", "请补填村(社区)名称或代码。"
                draft.problems.append(CellProblem("村(社区)", "", "area_missing", reason, remedy))
            return
        found = self._places.find(code=code, name=name, town=town)
        if isinstance(found, Spot):
            draft.spot = found
            draft.said["area_code"] = found.code
            if self._layout.keeps_identity:
                self._derive_from_place(draft, found)
            return
        level = "error" if self._layout.keeps_identity else NOTICE
        header = self._headers.get("area_code" if code else "area_name", "村(社区)")
        draft.problems.append(
            CellProblem(header, (code or name)[:60], "area_unknown", found, "请按本市的村(社区)名单核对。", level)
        )

    def _derive_from_place(self, draft: Draft, spot: Spot) -> None:
        """County, and town or country where the row did not say, follow from the community of registration."""
        if spot.county:
            draft.values["county"] = spot.county
        if spot.rural is not None:
            draft.values.setdefault("rural", spot.rural)

    def _settle_who(self, draft: Draft) -> None:
        """Without an ID number a row needs name, birth date and community (or household) to be about anybody."""
        if draft.number is not None or any(problem.code.startswith("id_") for problem in draft.problems):
            return
        if "birth_date" in draft.values and (draft.spot is not None or "household_no" in draft.said):
            return
        if any(p.code == "missing" and p.column == self._headers.get("id_number") for p in draft.problems):
            return
        reason = "没有身份证号，也没有出生日期加村(社区),认不出是哪一位。"
        header = self._headers.get("id_number", "身份证号")
        draft.problems.append(
            CellProblem(header, "", "who_unknown", reason, "请补填身份证号；没有的，请补填出生日期和村(社区)。")
        )
