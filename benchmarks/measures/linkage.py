"""Who is who: precision and recall on FEBRL4 and on the demo city's dirt, and how long a hundred thousand rows take."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import feather

from benchmarks.figures import VAR, Figure, Run, save_whole
from benchmarks.linkage import febrl
from benchmarks.linkage.departments import Departments, demo_rows, rough_rows
from benchmarks.sides import run_module
from songhe.engines.matching import LinkSettings, link

ORDER = 95
SETTINGS = LinkSettings(link_at=0.99, review_at=0.3)


def run(run: Run) -> list[Figure]:
    """Everything also stands together in var/bench/linkage.json."""
    figures = [*_febrl(), *_demo(run), *_rough(run), *_speed(run)]
    save_whole("linkage", figures)
    return figures


def _febrl() -> Iterator[Figure]:
    for with_number, title in ((False, "without the ID number"), (True, "with the ID number")):
        ours, theirs = febrl.ours(with_number=with_number), febrl.theirs(with_number=with_number)
        key, details = f"febrl4{'_with_number' if with_number else ''}", {"ours": asdict(ours), "peer": asdict(theirs)}
        note = f"{ours.pairs} pairs, {ours.seconds:.1f} s with splink's estimate; peer {theirs.pairs}, {theirs.seconds:.1f} s"
        for name, mine, other, least in (
            ("precision", ours.precision, theirs.precision, 0.999),
            ("recall", ours.recall, theirs.recall, 0.98),
        ):
            yield _share(f"{key}_{name}", f"FEBRL4 {title}, {name}", mine, other, None if with_number else least, note, details)


def _demo(run: Run) -> Iterator[Figure]:
    """All rows of the demo city's departments, and only those that no valid number decides."""
    made = demo_rows(scale=0.1 if run.quick else 1.0)
    found = link(made.rows, made.known, settings=SETTINGS)
    everything = np.ones(len(made.truth), bool)
    for key, title, chosen, least in (
        ("demo", "the demo city's dirt", everything, (0.999, 0.99)),
        ("demo_remainder", "the same, rows without a valid ID number", ~made.numbered, None),
    ):
        yield from _judged(key, title, made, found, chosen, least)


def _rough(run: Run) -> Iterator[Figure]:
    made = rough_rows("xuchang", *((10_000, 10_000, 5, 0.01) if run.quick else (60_000, 60_000, 5, 0.04)))
    found = link(made.rows, made.known, settings=SETTINGS)
    yield from _judged("rough", "far rougher rows without a valid ID number", made, found, ~made.numbered, None)


def _judged(
    key: str, title: str, made: Departments, found: pa.Table, chosen: np.ndarray, least: tuple[float, float] | None
) -> Iterator[Figure]:
    """Precision and recall of what is linked by itself; the note says how many more a human is shown."""
    rows, persons, p = (found[name].to_numpy() for name in ("row_id", "known_id", "probability"))
    among, right = chosen[rows], made.truth[rows] == persons
    linked, possible = (p >= SETTINGS.link_at) & among, int((chosen & (made.truth >= 0)).sum())
    good, wrong = int((linked & right).sum()), int((linked & ~right).sum())
    shown = len(np.unique(rows[among & right]))
    questions = len(np.unique(rows[among & ~np.isin(rows, rows[linked])]))
    details = {
        "rows": int(chosen.sum()),
        "possible": possible,
        "right": good,
        "wrong": wrong,
        "right_linked_or_shown": shown,
        "questions": questions,
    }
    note = f"{int(chosen.sum()):,} rows, {wrong} wrong of {good + wrong:,}; {questions:,} rows for a human, with them {shown / possible:.4f} found"
    for name, value, promised in (("precision", good / (good + wrong), 0), ("recall", good / possible, 1)):
        yield _share(f"{key}_{name}", f"{title}, {name}", value, None, least[promised] if least else None, note, details)


def _share(
    name: str, title: str, ours: float, peer: float | None, least: float | None, note: str, details: dict[str, object]
) -> Figure:
    target, met = ("", None) if least is None else (f">= {least}", ours >= least)
    return Figure(f"linkage_{name}", title, "share", ours, peer, target, met, threads=2, note=note, details=details)


def _speed(run: Run) -> Iterator[Figure]:
    size = 20_000 if run.quick else 100_000
    made = rough_rows("xuchang", size, size, 6, 0.02 if run.quick else 0.07)
    for name, rows, most in (("many", size, 30.0), ("few", 200, 2.0)):
        said = _timed(made.rows.slice(0, rows), made.known, run.rounds)
        seconds, peak = float(said["seconds"]), float(said["peak_gb"])
        met = None if run.quick else seconds <= most and peak < 1.5
        note = f"peak {peak:.2f} GB, first time {said['first']:.1f} s, {said['cpu_seconds']:.1f} s of processor"
        yield Figure(
            f"linkage_{name}", f"{rows:,} rows against {made.known.num_rows:,} known", "s", seconds, None,
            "" if run.quick else f"<= {most:.0f} s, < 1.5 GB", met, threads=2, note=note, details=said,
        )  # fmt: skip


def _timed(rows: pa.Table, known: pa.Table, rounds: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(dir=VAR) as folder:
        job: dict[str, object] = {"rounds": rounds}
        for name, table in (("rows", rows), ("known", known)):
            job[name] = str(Path(folder) / f"{name}.arrow")
            feather.write_feather(table, job[name], compression="uncompressed")
        return run_module("benchmarks.linkage.speed", job)
