"""Files of the declared registers: facilities and numbers as the pack prints them, and ledgers about the people of the city.

Everything comes from the pack's `baseline.yaml`: printed figures become the returns of departments, `demo: facilities` the yearly
returns of facilities (totals are dealt out so that they add up exactly), `demo: ledgers` what is entered about whom.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xlsxwriter
from numpy.typing import NDArray

from songhe.demo_city.areas import Node
from songhe.demo_city.build import DemoTables, Text
from songhe.demo_city.plan import Raw
from songhe.engines.policy.pack import Figure, Pack, RegisterEntry

MOST_ROWS = 20_000
FACILITIES, NUMBERS = "facility_returns", "department_returns"
_SHARED_BY: Mapping[str, str] = {  # which total is dealt out in proportion to which other, so that no part is greater than its whole
    "nursing_beds": "beds", "inclusive_beds": "beds", "cognitive_beds": "beds", "residents": "beds", "vacant_beds": "beds",
    "care_workers": "beds", "certified_care_workers": "care_workers", "trained_care_workers": "care_workers",
}  # fmt: skip
_CODE = re.compile(r"code = '(\w+)'")
_KINDS = {"town": ("street", "town"), "community": ("community",), "village": ("village",), "city": ("city",)}
_SEED = 20_260_707
_SURNAMES, _GIVEN = "王李张刘陈杨赵黄周吴马丁纳苏", "建国秀英志强桂兰海燕小军玉梅文博红霞"


@dataclass(frozen=True, slots=True)
class RegisterFile:
    """A written file of a register. `rows` counts data rows."""

    register: str
    path: Path
    rows: int


def write_register_files(pack: Pack, made: DemoTables, folder: Path, as_of: dt.date) -> tuple[RegisterFile, ...]:
    """The files stand in the folder; the same city and pack give the same rows. A register that the pack does not declare has none."""
    folder.mkdir(parents=True, exist_ok=True)
    tables: list[tuple[RegisterEntry, list[dict[str, str]]]] = []
    if FACILITIES in pack.registers:
        tables.append((pack.registers[FACILITIES], facility_rows(pack, made.city)))
    if NUMBERS in pack.registers:
        tables.append((pack.registers[NUMBERS], number_rows(pack)))
    for ledger in _items(pack.demo, "ledgers"):
        register = pack.registers.get(str(ledger["register"]))
        if register is not None:
            tables.append((register, ledger_rows(register, ledger, made, as_of)))
    return tuple(file for register, rows in tables if rows for file in _write(folder, register, rows))


# facilities


def facility_rows(pack: Pack, city: Node) -> list[dict[str, str]]:
    """One row a facility, the totals of each group added up exactly."""
    register = pack.registers[FACILITIES]
    section = pack.demo.get("facilities")
    if not isinstance(section, Mapping):
        return []
    rows: list[dict[str, str]] = []
    taken: dict[str, int] = {}
    for group in _items(section, "groups"):
        rows += _group_rows(register, group, str(section["year"]), city, taken, len(rows))
    return rows


def _group_rows(
    register: RegisterEntry, group: Raw, year: str, city: Node, taken: dict[str, int], before: int
) -> list[dict[str, str]]:
    count = int(str(group["count"]))
    values: dict[str, list[str]] = {}
    for name, parts in _dealt(_map(group, "totals"), count).items():
        values[name] = [str(part) for part in parts]
    for place, (name, shares) in enumerate(_map(group, "counts").items()):
        words = [_word(register, name, value) for value, number in _raw(shares).items() for _ in range(int(str(number)))]
        if len(words) != count:
            raise ValueError(f"demo: facilities: {group['id']}: counts of {name} add up to {len(words)}, not to {count}")
        shift = place * 3 % count
        values[name] = words[shift:] + words[:shift]
    same = {name: _word(register, name, value) for name, value in _map(group, "same").items()}
    names = [str(name) for name in _list(group, "names")]
    rows = []
    for place, area in enumerate(_areas(city, group, count)):
        title = names[place] if place < len(names) else f"{area.name}{group['called']}"
        taken[title] = taken.get(title, 0) + 1
        rows.append(
            {
                "code": f"{city.code}-{before + place + 1:04d}", "year": year, "kind": _word(register, "kind", group["kind"]),
                "name": title if taken[title] == 1 else f"{title}（{taken[title]}）", "place": area.code,
            }
            | {name: column[place] for name, column in values.items()} | same
        )  # fmt: skip
    return rows


def _areas(city: Node, group: Raw, count: int) -> Iterator[Node]:
    """As many areas as there are facilities, spread over those of the kind; one twice only when all have one."""
    within, without = set(map(str, _list(group, "within"))), set(map(str, _list(group, "without")))
    tops = [node for node in city.walk() if node.name in within] if within else [city]
    chosen = [node for top in tops for node in top.walk() if node.kind in _KINDS[str(group["areas"])]]
    barred = {node.code for node in city.walk() if node.name in without for node in node.walk()}
    chosen = [node for node in chosen if node.code not in barred]
    for place in range(count):
        yield chosen[place * len(chosen) // count] if count <= len(chosen) else chosen[place % len(chosen)]


def _dealt(totals: Raw, count: int) -> dict[str, list[int]]:
    """Each total dealt out to `count` facilities: beds unevenly, what is part of something in proportion to it."""
    dealt: dict[str, list[int]] = {}
    for name in sorted(totals, key=lambda name: len(_chain(name))):
        total = int(str(totals[name]))
        whole = dealt.get(_SHARED_BY.get(name, ""))
        if name == "vacant_beds" and whole is not None and "residents" in dealt and total + sum(dealt["residents"]) == sum(whole):
            dealt[name] = [beds - taken for beds, taken in zip(whole, dealt["residents"], strict=True)]
        else:
            dealt[name] = deal(total, whole if whole is not None else [3 + place * 7 % 5 for place in range(count)])
    return dealt


def _chain(name: str) -> str:
    """A text the longer the later a total has to be dealt out."""
    order = ("beds", "residents", "care_workers")
    return "x" * (order.index(name) if name in order else len(order))


def deal(total: int, weights: Sequence[int]) -> list[int]:
    """Whole numbers in proportion to the weights that add up to the total (largest remainders, the earlier first)."""
    every = sum(weights)
    if every == 0:
        return [total // len(weights) + (place < total % len(weights)) for place in range(len(weights))]
    parts = [total * weight // every for weight in weights]
    rest = sorted(range(len(weights)), key=lambda place: (-(total * weights[place] % every), place))
    for place in rest[: total - sum(parts)]:
        parts[place] += 1
    return parts


# numbers of departments


def number_rows(pack: Pack) -> list[dict[str, str]]:
    """The printed figures that an indicator takes from the returns of departments as they stand, then those of `demo: reports`."""
    rows = [row for figure in pack.figures if (row := _figure_row(pack, figure)) is not None]
    for report in _items(pack.demo, "reports"):
        rows.append(
            {
                "code": str(report["code"]), "period": str(report["period"]), "name": str(report["name"]), "value": str(report["value"]),
                "unit": str(report.get("unit") or ""), "department": str(report["department"]), "approx": "是", "assumed": "是",
                "source": "演示假定", "remark": str(report.get("note") or ""),
            }
        )  # fmt: skip
    return list({(row["code"], row["period"]): row for row in rows}.values())


def _figure_row(pack: Pack, figure: Figure) -> dict[str, str] | None:
    indicator = pack.indicators.get(figure.measures or "")
    if indicator is None or indicator.numerator is None or indicator.denominator is not None or figure.value is None:
        return None
    if indicator.numerator.of != f"register:{NUMBERS}" or indicator.numerator.where is None:
        return None
    code = _CODE.search(indicator.numerator.where.text)
    if code is None:
        return None
    source = pack.sources[figure.cited.cite.document]
    return {
        "code": code[1], "period": figure.date or "没有写明", "name": figure.indicator, "value": str(figure.value),
        "unit": figure.unit or "", "department": source.issuer, "approx": "是" if figure.approx else "否", "assumed": "否",
        "source": f"《{source.title}》{figure.cited.cite.clause}", "remark": figure.cited.note or "",
    }  # fmt: skip


# ledgers about people


def ledger_rows(register: RegisterEntry, ledger: Raw, made: DemoTables, as_of: dt.date) -> list[dict[str, str]]:
    """What is entered about the share of the people whom the ledger is for."""
    rng = np.random.default_rng([_SEED, len(register.id), *register.id.encode()])
    people = np.flatnonzero(_concerned(_map(ledger, "who"), int(str(ledger.get("from_age") or 60)), made))
    people = people[rng.random(len(people)) * 1000 < int(str(ledger["entered"]))]
    states = _drawn(rng, _map(ledger, "states"), len(people))
    columns = {name: _filled(rng, register, name, _raw(rule), len(people), as_of) for name, rule in _map(ledger, "fill").items()}
    only = {name: set(map(str, _list(_raw(rule), "in"))) for name, rule in _map(ledger, "fill").items()}
    rows = []
    for place, person in enumerate(people):
        row = {"person_name": str(made.columns["name"][person]), "person_id_number": str(made.columns["id_number"][person])}
        row["in_state"] = register.label_of(str(states[place]))
        for name, column in columns.items():
            if not only[name] or str(states[place]) in only[name]:
                row[name] = str(column[place])
        rows.append(row)
    return rows


def _concerned(who: Raw, from_age: int, made: DemoTables) -> NDArray[np.bool_]:
    """Living elders of the age for whom one of the columns has one of the words, or (under `all`) every one of them."""
    elders = np.asarray(made.people.elder) & (made.people.age >= from_age) & (made.columns["alive"] != "死亡")
    every, some = np.ones(len(elders), np.bool_), np.zeros(len(elders), np.bool_)
    for name, words in _map(who, "all").items():
        every &= np.isin(made.columns[name], [str(word) for word in _sequence(words)])
    for name, words in _map(who, "any").items():
        some |= np.isin(made.columns[name], [str(word) for word in _sequence(words)])
    found: NDArray[np.bool_] = elders & every & (some if _map(who, "any") else True)
    return found


def _filled(rng: np.random.Generator, register: RegisterEntry, name: str, rule: Raw, count: int, as_of: dt.date) -> Sequence[str]:
    if "words" in rule:
        return [_word(register, name, word) for word in _drawn(rng, _map(rule, "words"), count)]
    if "days_ago" in rule:
        low, high = (int(str(day)) for day in _list(rule, "days_ago"))
        return [(as_of - dt.timedelta(days=int(days))).isoformat() for days in rng.integers(low, high + 1, count)]
    if rule.get("a") == "name":
        first, second = rng.integers(0, len(_SURNAMES), count), rng.integers(0, len(_GIVEN) // 2, count)
        return [_SURNAMES[a] + _GIVEN[2 * b : 2 * b + 2] for a, b in zip(first, second, strict=True)]
    if rule.get("a") == "phone":
        return [f"000{number:08d}" for number in rng.integers(0, 10**8, count)]
    return [f"{rule['number']}{place + 1:07d}" for place in range(count)]


def _drawn(rng: np.random.Generator, shares: Raw, count: int) -> Text:
    """Words in exact proportion to their shares, shuffled."""
    parts = deal(count, [int(str(share)) for share in shares.values()])
    words = np.repeat(np.array([str(word) for word in shares]), parts)
    drawn: Text = rng.permutation(words)
    return drawn


# files


def _write(folder: Path, register: RegisterEntry, rows: list[dict[str, str]]) -> Iterator[RegisterFile]:
    headers = {"place": "所在区划", "person_name": "姓名", "person_id_number": "身份证号", "in_state": "状态"}
    headers |= {field.id: field.label for field in register.fields}
    names = [name for name in headers if any(name in row for row in rows)]
    parts = max(1, -(-len(rows) // MOST_ROWS))
    for part in range(parts):
        piece = rows[part * MOST_ROWS : (part + 1) * MOST_ROWS]
        stem = f"{register.title}{f'_{part + 1}' if parts > 1 else ''}"
        lines = [[headers[name] for name in names], *([row.get(name, "") for name in names] for row in piece)]
        path = folder / f"{stem}.{'xlsx' if register.entity == 'facility' else 'csv'}"
        if path.suffix == ".xlsx":
            _workbook(path, register.title, lines)
        else:
            with path.open("w", encoding="utf-8-sig", newline="") as out:
                csv.writer(out).writerows(lines)
        yield RegisterFile(register.id, path, len(piece))


def _workbook(path: Path, title: str, lines: Sequence[Sequence[str]]) -> None:
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False}) as book:
        sheet, text = book.add_worksheet(title[:31]), book.add_format({"num_format": "@"})
        for number, line in enumerate(lines):
            for place, cell in enumerate(line):
                if cell:
                    sheet.write_string(number, place, cell, text)


def _word(register: RegisterEntry, name: str, value: object) -> str:
    """A value as a cell says it."""
    field = register.field(name)
    if field is None:
        raise ValueError(f"demo: {register.id} has no field {name}")
    said = str(value).lower() if isinstance(value, bool) else str(value)
    if field.type == "bool":
        return {"true": "是", "false": "否"}[said]
    return dict(field.values).get(said, said)


def _raw(value: object) -> Raw:
    return value if isinstance(value, Mapping) else {}


def _map(section: Raw, name: str) -> Raw:
    return _raw(section.get(name))


def _sequence(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _list(section: Raw, name: str) -> Sequence[object]:
    return _sequence(section.get(name))


def _items(section: Raw, name: str) -> Iterator[Raw]:
    """The mappings of a list, or of the list `of` under the name."""
    value = section.get(name)
    yield from (_raw(item) for item in _sequence(_raw(value).get("of") if isinstance(value, Mapping) else value))
