"""A whole demo city, full size, as a published snapshot: its true facts as columns, without files, dirt and decisions."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from django.conf import settings

from songhe.contexts.entitlements.models import Run, Snapshot
from songhe.contexts.places import actions as places
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.registers import actions as registers
from songhe.demo_city.areas import Node
from songhe.demo_city.build import build_tables
from songhe.demo_city.files import Layout, read_layouts
from songhe.demo_city.plan import read_plan
from songhe.demo_city.register_files import write_register_files
from songhe.engines.policy.rulebook import Variable
from songhe.engines.policy.tree import Type
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM

WORDS = {"是": True, "否": False}
KINDS = {Type.BOOL: pa.bool_(), Type.INT: pa.int32(), Type.MONEY: pa.int64(), Type.DATE: pa.date32(), Type.CODE: pa.string()}


RETURNS = ("facility_returns", "department_returns")


def publish_demo_city(names: set[str], folder: Path, scale: float = 1.0) -> int:
    """The areas and returns are loaded and the facts of these names stand in a published snapshot; how many persons."""
    version, _ = policy.rulebook(clock.today())
    pack = policy.pack_in_use().pack
    variables = pack.variables_of("person")
    made = build_tables(
        read_plan(pack.demo), _layouts(), variables, code=pack.place.code, name=pack.place.name, as_of=clock.today(), scale=scale
    )
    nodes = list(made.city.walk())
    places.load_areas(SYSTEM, areas=[_area(node) for node in nodes])
    paths = _paths(made.city)
    communities = [node for node in nodes if node.level == "community"]
    people = made.people
    columns: dict[str, pa.Array] = {
        "person_id": pa.array(np.arange(1, len(people) + 1)),
        "household_id": pa.array(people.household.astype(np.int64)),
        "area_path": pa.array(np.array([paths[node.code] for node in communities])[people.community]),
        "household.size": pa.array(_sizes(people.household), pa.int32()),
    }
    cells = dict(made.columns) | {"alive": np.where(made.columns["alive"] == "死亡", "否", "是")}
    cells |= {"rural": np.where(made.columns["rural"] == "农村", "是", "否")}
    for name in names & cells.keys():
        columns[name] = _typed(variables[name], cells[name])
    for file in write_register_files(pack, made, folder, clock.today()):
        if file.register in RETURNS:
            registers.import_entries(SYSTEM, register=file.register, name=file.path.name, content=file.path)
    return _publish(pa.table(columns), version)


def _layouts() -> tuple[Layout, ...]:
    text = (settings.PACKS / "national" / "departments.yaml").read_text(encoding="utf-8")
    return read_layouts(yaml.safe_load(text)["departments"])


def _area(node: Node) -> places.AreaInput:
    parent = node.parent or None
    return places.AreaInput(node.code, node.name, node.level, parent, rural=node.rural)


def _paths(node: Node, above: str = "") -> dict[str, str]:
    path = f"{above}{node.code}/"
    found = {node.code: path}
    for child in node.children:
        found |= _paths(child, path)
    return found


def _sizes(household: Any) -> Any:
    _, at, counts = np.unique(household, return_inverse=True, return_counts=True)
    return counts[at]


def _typed(variable: Variable, cells: Any) -> pa.Array:
    codes = {label: code for code, label in variable.values}

    def value(cell: str) -> object:
        if cell == "":
            return None
        match variable.type:
            case Type.BOOL:
                return WORDS[cell]
            case Type.DATE:
                return dt.date.fromisoformat(cell)
            case Type.CODE:
                return codes[cell]
            case Type.INT:
                return int(cell)
            case Type.MONEY:
                return round(float(cell) * 100)

    known = {cell: value(cell) for cell in np.unique(cells).tolist()}
    return pa.array([known[cell] for cell in cells.tolist()], KINDS[variable.type])


def _publish(table: pa.Table, version: int) -> int:
    folder = settings.VAR / "snapshots"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "demo.parquet"
    pq.write_table(table, target)
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    target.rename(folder / f"{digest}.parquet")
    now = clock.now()
    taken = Snapshot.objects.create(
        kind="city", taken_at=now, sha256=digest, path=f"{digest}.parquet", persons=table.num_rows, households=0
    )
    Run.objects.create(
        kind="city", snapshot=taken, pack_version_id=version, rulebook_hash="0" * 64, as_of=clock.today(), benefits=[], started_at=now,
        started_by=0, published_at=now, persons=table.num_rows,
    )  # fmt: skip
    return int(table.num_rows)
