"""Invented people for the benchmarks: 2.5 a household, two in five in scope, with spikes exactly on the thresholds.

Everything is drawn from one seed, column by column, and kept under var/bench as .npy files that both sides read. The same
people come in two kinds: every fact known, or with missing facts (a quarter of ability grades, a tenth of incomes, …).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songhe.engines.policy.population import ColumnData, Population

SEED = 20261101
AS_OF_DAY = 20758  # 2026-11-01 as days since 1970-01-01
SAVINGS_PER_HEAD = 16_000_000
MISSING = {
    "person": {"ability_grade": 0.25, "carer": 0.1, "pension": 0.1, "birth_date": 0.005, "disability_grade": 0.02,
               "ltc_grade": 0.15, "health_check_date": 0.1, "lives_alone": 0.05, "registered_here": 0.01},
    "household": {"income_per_head": 0.1, "savings": 0.1},
}  # fmt: skip

Column = NDArray[Any]


def people_folder(root: Path, size: int) -> Path:
    """The folder with this many people; made if it is not there."""
    folder = root / f"people-{size}-{zlib.crc32(Path(__file__).read_bytes()):08x}"
    if not (folder / "complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        _make(folder, size)
        (folder / "complete").touch()
    return folder


def load_people(folder: Path, *, missing: bool) -> Population:
    """The people of a folder, memory-mapped."""

    def column(side: str, path: Path) -> ColumnData:
        name = path.stem.removeprefix(f"{side}-")
        known = folder / f"known-{side}-{name}.npy"
        return ColumnData(_open(path), _open(known) if missing and known.exists() else None)

    persons = {path.stem.removeprefix("person-"): column("person", path) for path in sorted(folder.glob("person-*.npy"))}
    shared = {path.stem.removeprefix("household-"): column("household", path) for path in sorted(folder.glob("household-*.npy"))}
    return Population(_open(folder / "id.npy"), _open(folder / "starts.npy"), persons, shared)


def _open(path: Path) -> Column:
    array: Column = np.load(path, mmap_mode="r")
    return array


def _make(folder: Path, size: int) -> None:
    rng = np.random.default_rng(SEED)
    sizes = rng.choice(np.array([1, 2, 3, 4, 5, 6]), int(size / 2.2), p=[0.28, 0.32, 0.18, 0.12, 0.07, 0.03])
    ends = np.cumsum(sizes)
    households = int(np.searchsorted(ends, size)) + 1
    starts = np.concatenate([[0], ends[: households - 1]]).astype(np.int64)
    np.save(folder / "starts.npy", starts)
    np.save(folder / "id.npy", rng.permutation(size).astype(np.int64) + 1)
    birth = _birth_dates(rng, size)
    old = birth <= AS_OF_DAY - int(60 * 365.25)
    np.save(folder / "person-birth_date.npy", birth)
    for name, draw in _PERSON.items():
        np.save(folder / f"person-{name}.npy", draw(rng, old))
    counts = np.diff(np.append(starts, size))
    np.save(folder / "household-income_per_head.npy", _income(rng, households))
    np.save(folder / "household-savings.npy", _savings(rng, counts))
    for side, shares in MISSING.items():
        for name, share in shares.items():
            np.save(
                folder / f"known-{side}-{name}.npy",
                rng.random(size if side == "person" else households, dtype=np.float32) >= share,
            )


def _birth_dates(rng: np.random.Generator, size: int) -> NDArray[np.int32]:
    """About 22 % sixty and over; every fiftieth person has a birthday exactly on, or one day beside, the day."""
    young = rng.integers(0, int(60 * 365.25), size, dtype=np.int32)
    old = (60 * 365.25 + rng.exponential(9 * 365.25, size)).astype(np.int32).clip(0, 112 * 366)
    birth = AS_OF_DAY - np.where(rng.random(size, dtype=np.float32) < 0.225, old, young)
    spiked = rng.integers(0, size, size // 50)
    years = rng.choice(np.array([49, 60, 65, 70, 80, 90, 100]), len(spiked))
    exact = np.array([(np.datetime64(f"{2026 - year}-11-01") - np.datetime64("1970-01-01")).astype(int) for year in range(120)])
    birth[spiked] = exact[years] + rng.integers(-1, 2, len(spiked))
    return birth.astype(np.int32)


def _income(rng: np.random.Generator, households: int) -> NDArray[np.int64]:
    income = rng.lognormal(12.3, 0.7, households).astype(np.int64)
    spiked = rng.integers(0, households, households // 50)
    income[spiked] = 150_000 + rng.integers(-1, 2, len(spiked))
    return income


def _savings(rng: np.random.Generator, counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Fen. Some stand one fen beside the limit; one household in 100,000 holds more than 2**31 fen."""
    savings = rng.lognormal(16.0, 1.2, len(counts)).astype(np.int64).clip(0, 2_000_000_000)
    spiked = rng.integers(0, len(counts), len(counts) // 50)
    savings[spiked] = SAVINGS_PER_HEAD * counts[spiked] + rng.integers(-1, 2, len(spiked))
    rich = rng.integers(0, len(counts), max(3, len(counts) // 100_000))
    savings[rich] = 2_200_000_000 + rng.integers(0, 1_000_000_000, len(rich))
    return savings


def _chance(of_old: float, of_others: float) -> Callable[[np.random.Generator, Column], Column]:
    def draw(rng: np.random.Generator, old: Column) -> Column:
        return rng.random(len(old), dtype=np.float32) < np.where(old, np.float32(of_old), np.float32(of_others))

    return draw


def _grade(of_old: list[float], of_others: list[float]) -> Callable[[np.random.Generator, Column], Column]:
    def draw(rng: np.random.Generator, old: Column) -> Column:
        drawn = rng.random(len(old), dtype=np.float32)
        first, second = (np.searchsorted(np.cumsum(p[:-1]), drawn, side="right") for p in (of_old, of_others))
        return np.where(old, first, second).astype(np.int8)

    return draw


def _pension(rng: np.random.Generator, old: Column) -> Column:
    return np.where(old, rng.lognormal(12.2, 0.6, len(old)).astype(np.int64), np.int64(0))


def _check_date(rng: np.random.Generator, old: Column) -> Column:
    return (AS_OF_DAY - rng.integers(0, 900, len(old))).astype(np.int32)


_PERSON: dict[str, Callable[[np.random.Generator, Column], Column]] = {
    "alive": _chance(0.985, 0.998),
    "registered_here": _chance(0.9, 0.85),
    "resident_here": _chance(0.93, 0.9),
    "rural": _chance(0.45, 0.35),
    "assistance": _grade([0.93, 0.01, 0.035, 0.025], [0.97, 0.001, 0.019, 0.01]),
    "in_institution": _chance(0.03, 0.0005),
    "home_adapted": _chance(0.05, 0.001),
    "emergency_device": _chance(0.1, 0.001),
    "ability_grade": _grade([0.8, 0.09, 0.05, 0.035, 0.025], [0.995, 0.002, 0.001, 0.001, 0.001]),
    "dementia": _chance(0.05, 0.0003),
    "disability_grade": _grade([0.9, 0.02, 0.03, 0.03, 0.02], [0.97, 0.005, 0.008, 0.009, 0.008]),
    "ltc_insured": _grade([0.35, 0.3, 0.35], [0.5, 0.3, 0.2]),
    "ltc_grade": _grade([0.92, 0.02, 0.02, 0.02, 0.01, 0.01], [0.998, 0.001, 0.0005, 0.0002, 0.0002, 0.0001]),
    "preferential": _chance(0.02, 0.002),
    "veteran": _chance(0.05, 0.02),
    "family_planning": _grade([0.8, 0.19, 0.01], [0.84, 0.158, 0.002]),
    "lives_alone": _chance(0.12, 0.05),
    "empty_nest": _chance(0.35, 0.05),
    "carer": _chance(0.08, 0.05),
    "needs_meals": _chance(0.1, 0.0),
    "health_check_date": _check_date,
    "pension": _pension,
}
