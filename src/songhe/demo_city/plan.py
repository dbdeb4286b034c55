"""What a pack's `baseline.yaml` says under `demo:`, checked and typed. See docs/how-to/add-a-city.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Raw = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Band:
    """Ages `low`..`high` in full years, both included, and its weight among the elders."""

    low: int
    high: int
    weight: float


@dataclass(frozen=True, slots=True)
class Place:
    """A node of the tree of places; `share` and `rural` are per mille of the parent's, respectively the node's, elders."""

    name: str
    kind: str  # county | street | town | community | village
    code: str
    share: float | None
    rural: int | None
    children: tuple[Place, ...]
    generate: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Naming:
    first: str
    second: str
    suffix: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rate:
    per_mille: int
    from_age: int = 60


@dataclass(frozen=True, slots=True)
class AbilityBand:
    low: int
    high: int
    shares: tuple[float, ...]  # grades 0..4


@dataclass(frozen=True, slots=True)
class AbilityCount:
    """How many elders are known to have one of these grades (1 to 4), at full size."""

    grades: tuple[int, ...]
    count: int


@dataclass(frozen=True, slots=True)
class CityPlan:
    """Everything the builder needs, at full size."""

    elders: int
    age_bands: tuple[Band, ...]
    sex: Mapping[str, float]
    household_sizes: Mapping[int, float]
    living: Mapping[str, float]
    unassessed: int
    ability: tuple[AbilityBand, ...]
    ability_counts: tuple[AbilityCount, ...]
    assistance: Mapping[str, float]
    rates: Mapping[str, Rate]
    codes: Mapping[str, Mapping[str, float]]
    naming: Naming
    areas: tuple[Place, ...]


def _block(raw: Raw, key: str) -> Raw:
    value = raw.get(key)
    if not isinstance(value, Mapping):
        raise ValueError(f"baseline.yaml demo: `{key}` is missing or not a mapping")
    return value


def _number(raw: Raw, key: str, default: float | None = None) -> float:
    value = raw.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"baseline.yaml demo: `{key}` must be a number, not {value!r}")
    return value


def _weights(raw: Raw) -> dict[str, float]:
    return {str(key): _number(raw, key) for key in raw}


def _rows(raw: Raw, key: str) -> list[Raw]:
    rows = raw.get(key)
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        raise ValueError(f"baseline.yaml demo: `{key}` must be a list")
    return [row for row in rows if isinstance(row, Mapping)]


def _band(row: Raw) -> Band:
    weight = _number(row, "count") if "count" in row else _number(row, "per_mille")
    return Band(int(_number(row, "from")), int(_number(row, "to", 104)), weight)


def _place(row: Raw) -> Place:
    generate = row.get("generate") or {}
    assert isinstance(generate, Mapping)
    share, rural = row.get("share"), row.get("rural")
    return Place(
        name=str(row["name"]), kind=str(row["kind"]), code=str(row.get("code", "")), share=_number(row, "share") if share is not None else None,
        rural=int(_number(row, "rural")) if rural is not None else None,
        children=tuple(_place(child) for child in _rows(row, "children")) if row.get("children") else (),
        generate={str(kind): int(_number(generate, kind)) for kind in generate},
    )  # fmt: skip


def read_plan(demo: Raw) -> CityPlan:
    """The typed plan. Raises ValueError naming the key that is missing or wrong."""
    ability, rates, places = _block(demo, "ability"), _block(demo, "rates"), _block(demo, "places")
    naming = _block(places, "naming") if "naming" in places else {"first": "安", "second": "宁", "suffix": {}}
    facts, codes = _block(rates, "facts"), rates.get("codes") or {}
    assert isinstance(codes, Mapping)
    suffix = naming["suffix"]
    assert isinstance(suffix, Mapping)
    return CityPlan(
        elders=int(_number(_block(demo, "elders"), "value")),
        age_bands=tuple(_band(row) for row in _rows(_block(demo, "age_bands"), "shares")),
        sex=_weights(_block(_block(demo, "sex"), "shares")),
        household_sizes={int(k): w for k, w in _weights(_block(_block(demo, "household_sizes"), "shares")).items()},
        living=_weights(_block(_block(demo, "living"), "shares")),
        unassessed=int(_number(ability, "unassessed")),
        ability=tuple(
            AbilityBand(int(_number(row, "from")), int(_number(row, "to")), tuple(float(s) for s in row["shares"]))  # type: ignore[attr-defined]
            for row in _rows(ability, "by_age")
        ),
        ability_counts=tuple(
            AbilityCount(tuple(int(g) for g in row["grades"]), int(_number(row, "count")))  # type: ignore[attr-defined]
            for row in (_rows(ability, "counts") if "counts" in ability else ())
        ),
        assistance=_weights(_block(_block(demo, "assistance"), "shares")),
        rates={name: Rate(int(_number(_block(facts, name), "per_mille")), int(_number(_block(facts, name), "from_age", 60))) for name in facts},
        codes={str(name): _weights(_block(codes, name)) for name in codes},
        naming=Naming(str(naming["first"]), str(naming["second"]), {str(k): str(v) for k, v in suffix.items()}),
        areas=tuple(_place(row) for row in _rows(places, "areas")),
    )  # fmt: skip
