"""People of a demo city, and rows that departments write of them, with whom each row means: the truth that linkage is judged by.

Two kinds of rows: what the demo city's own files say (`demo_rows`), and rows with far more mistakes (`rough_rows`), at rates that are our
assumption, since nobody publishes any: a quarter without a number, one in seven with a damaged or old one, one name in ten written otherwise.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import yaml

from benchmarks.figures import ROOT
from songhe.basics.identifiers import ResidentId, check_character, parse_resident_id
from songhe.basics.spelling import syllables
from songhe.demo_city.areas import Node
from songhe.demo_city.build import DemoTables, build_tables
from songhe.demo_city.files import read_layouts
from songhe.demo_city.plan import read_plan
from songhe.engines.matching import Gazetteer, Place, normalise_address, usable_digits
from songhe.engines.policy.files import read_folder
from songhe.engines.policy.loading import load_pack

DAY = dt.date(2026, 11, 21)
SCHEMA = pa.schema(
    [("id", pa.int64()), ("name", pa.string()), ("id_digits", pa.string()), ("birth_date", pa.date32()), ("sex", pa.string()),
     ("phone", pa.string()), ("address", pa.string()), ("area_code", pa.string()), ("household_no", pa.string()), ("id_valid", pa.bool_())]
)  # fmt: skip
KINDS = ("name", "id_number", "birth_date", "sex", "phone", "address", "area_code", "household_no")
Record = dict[str, object]


@dataclass(frozen=True, slots=True)
class Departments:
    """`known` are people, `rows` what somebody wrote; `truth[i]` is the id in `known` of whom row i means, -1 for nobody there."""

    known: pa.Table
    rows: pa.Table
    truth: np.ndarray
    numbered: np.ndarray  # rows whose number is valid as written: they need no model


def city(pack: str, scale: float, seed: int = 20_260_101) -> DemoTables:
    """The pack's demo city in memory."""
    loaded = load_pack(read_folder(ROOT / "packs", pack), pack)
    told = yaml.safe_load((ROOT / "packs" / "national" / "departments.yaml").read_text(encoding="utf-8"))["departments"]
    return build_tables(
        read_plan(loaded.demo), read_layouts(told), loaded.variables_of("person"), code=loaded.place.code, name=loaded.place.name,
        as_of=DAY, scale=scale, seed=seed,
    )  # fmt: skip


def gazetteer(root: Node) -> Gazetteer:
    """Of all the city's areas."""
    paths: dict[str, str] = {}
    places = []
    for node in root.walk():
        paths[node.code] = f"{paths.get(node.parent, '')}{node.code}/"
        places.append(Place(node.code, node.name, paths[node.code]))
    return Gazetteer(places)


def people(made: DemoTables) -> list[Record]:
    """Everybody as the police know them, in the order of `made.people`."""
    names = gazetteer(made.city)
    columns = {key: made.columns[key].tolist() for key in KINDS}
    return [_record(i, {kind: columns[kind][i] for kind in KINDS}, names, valid=True) for i in range(len(made.people))]


def demo_rows(pack: str = "qingtongxia", scale: float = 1.0) -> Departments:
    """Every row of every department but the police, with the demo city's own mistakes."""
    made = city(pack, scale)
    names = gazetteer(made.city)
    known = people(made)
    rows: list[Record] = []
    truth: list[int] = []
    numbered: list[bool] = []
    for table in made.tables:
        if table.layout.code == "police":
            continue
        at = {
            kind: column.tolist() for (_, kind), column in zip(table.layout.columns, table.columns, strict=True) if kind in KINDS
        }
        for i, person in enumerate(table.persons.tolist()):
            cells = {kind: column[i] for kind, column in at.items()}
            valid = isinstance(parse_resident_id(cells.get("id_number", ""), as_of=DAY), ResidentId)
            rows.append(_record(len(rows), cells, names, valid=valid))
            truth.append(person)
            numbered.append(valid)
    return Departments(_table(known), _table(rows), np.array(truth), np.array(numbered))


def _record(number: int, cells: Mapping[str, str], names: Gazetteer, *, valid: bool) -> Record:
    return {
        "id": number, "name": cells.get("name"), "id_digits": usable_digits(cells.get("id_number")), "birth_date": _day(cells.get("birth_date", "")),
        "sex": cells.get("sex"), "phone": cells.get("phone") if cells.get("phone", "").isdigit() else None,
        "address": normalise_address(cells.get("address"), names), "area_code": cells.get("area_code"),
        "household_no": cells.get("household_no"), "id_valid": valid,
    }  # fmt: skip


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _table(records: Sequence[Record]) -> pa.Table:
    return pa.Table.from_pylist(list(records), schema=SCHEMA)


# --- rows with far more mistakes ---------------------------------------------------------------------------------------------------------

KNOWN_SHARE = 0.9


def rough_rows(pack: str, rows: int, known: int, seed: int, scale: float = 1.0) -> Departments:
    """So many rows about the elders of a city of which so many people are known; one row in ten is about somebody who is not."""
    rng = np.random.default_rng(seed)
    made = city(pack, scale, seed)
    columns = {kind: made.columns[kind].tolist() for kind in KINDS}
    taken: set[str] = set()
    columns["id_number"] = [_real_shape(rng, number, taken) for number in columns["id_number"]]
    kept = np.sort(rng.permutation(len(made.people))[: round(known / KNOWN_SHARE)])
    strangers = set(rng.choice(kept, len(kept) - known, replace=False).tolist())
    names = gazetteer(made.city)
    writer = _Writer(rng, made, columns, names)
    everybody = [_record(i, {k: columns[k][i] for k in KINDS}, names, valid=True) for i in kept.tolist() if i not in strangers]
    meant = rng.choice(kept, rows, replace=rows > len(kept)).tolist()
    written = [writer.row(number, person) for number, person in enumerate(meant)]
    truth = np.array([-1 if person in strangers else person for person in meant])
    return Departments(_table(everybody), _table(written), truth, np.array([bool(row["id_valid"]) for row in written]))


def _real_shape(rng: np.random.Generator, number: str, taken: set[str]) -> str:
    """A number as a real city has them: most of one county, the rest of forty others, order codes from the whole range, none twice."""
    region = "999901" if rng.random() < 0.7 else f"99{rng.integers(0, 40):02d}{rng.integers(1, 9):02d}"
    order = int(rng.integers(0, 500)) * 2 + int(number[16]) % 2
    seventeen = f"{region}{number[6:14]}{order:03d}"
    if seventeen in taken:
        return _real_shape(rng, number, taken)
    taken.add(seventeen)
    return seventeen + check_character(seventeen)


@cache
def _alike() -> tuple[Mapping[str, Sequence[str]], Mapping[str, Sequence[str]]]:
    """Common characters (GB 2312, level 1) by their syllable, and by their syllable as dialects hear it."""
    by_sound: defaultdict[str, list[str]] = defaultdict(list)
    for high in range(0xB0, 0xD8):
        for low in range(0xA1, 0xFF):
            try:
                character = bytes((high, low)).decode("gb2312")
            except UnicodeDecodeError:
                continue
            by_sound[syllables("王" + character)[1]].append(character)
    heard = {"zh": "z", "z": "zh", "ch": "c", "sh": "s", "ing": "in", "in": "ing", "eng": "en", "en": "eng", "l": "n", "n": "l"}
    near: defaultdict[str, list[str]] = defaultdict(list)
    for syllable in list(by_sound):
        for said, written in heard.items():
            if said in ("ing", "in", "eng", "en"):
                other = syllable[: -len(said)] + written if syllable.endswith(said) else ""
            else:
                other = written + syllable[len(said) :] if syllable.startswith(said) else ""
            near[syllable] += by_sound.get(other, [])
    return by_sound, near


class _Writer:
    """Writes rows about people as careless hands do. Rates are per row or, where a field may be missing, per written field."""

    def __init__(self, rng: np.random.Generator, made: DemoTables, columns: Mapping[str, list[str]], names: Gazetteer) -> None:
        self.rng, self.columns, self.names = rng, columns, names
        self.areas = {node.code: node for node in made.city.walk()}
        self.everybody = len(made.people)

    def row(self, number: int, person: int) -> Record:
        cells = {kind: self.columns[kind][person] for kind in KINDS}
        written = self._number(cells["id_number"])
        cells |= {"id_number": written, "name": self._name(cells["name"]), "birth_date": self._birth(cells["birth_date"])}
        cells["sex"] = self._one_of(cells["sex"], (0.2, lambda _: ""), (0.005, lambda sex: "女" if sex == "男" else "男"))
        cells["phone"] = self._one_of(
            cells["phone"], (0.4, lambda _: ""), (0.18, lambda _: self._another("phone")), (0.02, self._mistyped)
        )
        cells["household_no"] = self._one_of(
            cells["household_no"], (0.6, lambda _: ""), (0.1, lambda _: self._another("household_no"))
        )
        if self.rng.random() < 0.12:  # moved, or registered elsewhere
            other = int(self.rng.integers(0, self.everybody))
            cells |= {kind: self.columns[kind][other] for kind in ("address", "area_code")}
        cells["address"] = self._one_of(cells["address"], (0.2, lambda _: ""), (0.5, self._reworded))
        if self.rng.random() < 0.1:
            cells["area_code"] = ""
        return _record(number, cells, self.names, valid=isinstance(parse_resident_id(written, as_of=DAY), ResidentId))

    def _one_of(self, text: str, *chances: tuple[float, Callable[[str], str]]) -> str:
        at = float(self.rng.random())
        for chance, change in chances:
            if at < chance:
                return change(text)
            at -= chance
        return text

    def _another(self, kind: str) -> str:
        return self.columns[kind][int(self.rng.integers(0, self.everybody))]

    def _mistyped(self, digits: str) -> str:
        at = int(self.rng.integers(0, min(len(digits), 17)))
        return digits[:at] + str((int(digits[at]) + int(self.rng.integers(1, 10))) % 10) + digits[at + 1 :]

    def _swapped(self, digits: str) -> str:
        at = int(self.rng.integers(0, 16))
        return digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]

    def _number(self, number: str) -> str:
        return self._one_of(
            number, (0.25, lambda _: ""), (0.04, lambda n: n[:6] + n[8:17] if n[6:8] == "19" else n), (0.04, self._mistyped), (0.015, self._swapped),
            (0.01, lambda n: self._mistyped(self._mistyped(n))), (0.01, lambda n: n[:17] + str((int(n[16]) + 3) % 10)),
            (0.01, lambda n: f"{float(n[:17] + '0'):.5E}"), (0.01, lambda n: n[:15] + "000"),
            (0.01, lambda n: n[:14] + "****"), (0.01, lambda n: n[:12] + "******"), (0.005, lambda n: n[:9] + n[10:]),
        )  # fmt: skip

    def _name(self, name: str) -> str:
        by_sound, near = _alike()
        return self._one_of(
            name, (0.06, lambda n: self._written_as(n, by_sound)), (0.01, lambda n: self._written_as(n, near)),
            (0.015, lambda n: n[:-1] + self._another("name")[-1]), (0.003, lambda n: n[0] + n[:0:-1]), (0.002, lambda n: n[:-1] if len(n) > 2 else n),
        )  # fmt: skip

    def _written_as(self, name: str, characters: Mapping[str, Sequence[str]]) -> str:
        at = int(self.rng.integers(1, len(name)))
        others = [c for c in characters.get(syllables(name)[at], ()) if c != name[at]]
        return name[:at] + others[int(self.rng.integers(0, len(others)))] + name[at + 1 :] if others else name

    def _birth(self, day: str) -> str:
        return self._one_of(
            day, (0.1, lambda _: ""), (0.015, lambda d: _valid_or(self._mistyped_day(d), d)), (0.005, lambda d: _valid_or(f"{d[:4]}-{d[8:]}-{d[5:7]}", d)),
            (0.02, lambda d: (dt.date.fromisoformat(d) - dt.timedelta(days=int(self.rng.integers(20, 51)))).isoformat()),
        )  # fmt: skip

    def _mistyped_day(self, day: str) -> str:
        at = (3, 6, 8, 9)[int(self.rng.integers(0, 4))]
        return day[:at] + str(int(self.rng.integers(0, 10))) + day[at + 1 :]

    def _reworded(self, address: str) -> str:
        """The same place in other words: the town before it, the building and the group as others write them."""
        chosen = int(self.rng.integers(0, 4))
        if "号楼" in address:
            return address.replace("号楼", ("栋", "幢", "#楼", "号楼")[chosen]).replace("室", ("", "室", "", "号")[chosen])
        return address.replace("组", ("社", "队", "村民小组", "小组")[chosen]).replace("号", ("号", "", "号", "号")[chosen])


def _valid_or(day: str, otherwise: str) -> str:
    return day if _day(day) is not None and day < DAY.isoformat() else otherwise
