"""What a benchmark reports: a figure, written to var/bench/<name>.json and shown as a row of the table at the end."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parent.parent
VAR = ROOT / "var" / "bench"


@dataclass(frozen=True, slots=True)
class Figure:
    """`ours` and `peer` in `unit` (peer None where there is none). `met` None where nothing was promised."""

    name: str
    figure: str
    unit: str
    ours: float
    peer: float | None
    target: str
    met: bool | None
    threads: int
    note: str = ""
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """How many times the peer's time, size or errors; a share (of right ones) is not compared so."""
        return None if self.peer is None or not self.ours or self.unit == "share" else self.peer / self.ours


@dataclass(frozen=True, slots=True)
class Run:
    """What the command asks for; `quick` means 100,000 people at most and few rounds."""

    quick: bool
    rounds: int

    @property
    def size(self) -> int:
        return 100_000 if self.quick else 1_000_000


def machine() -> dict[str, object]:
    """Processor, cores and memory of this machine."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":")[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        model = names[0] if names else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"processor": model, "cores": os.cpu_count(), "memory_gb": round(memory, 1), "load": os.getloadavg()[0]}


def versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in ("songhe", "numpy", "numba", "duckdb", "splink"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "?"
    return found | {"openfisca-core": "46.0.1", "recordlinkage": "0.16"}


def save(figure: Figure) -> None:
    """The figure stands in var/bench, with everything needed to judge it."""
    _write(figure.name, asdict(figure) | {"ratio": figure.ratio})


def save_whole(name: str, figures: Iterable[Figure]) -> None:
    """Figures that belong together stand in one file as well."""
    _write(name, {"figures": [asdict(figure) | {"ratio": figure.ratio} for figure in figures]})


def _write(name: str, told: Mapping[str, object]) -> None:
    VAR.mkdir(parents=True, exist_ok=True)
    whole = {
        **told,
        "versions": versions(),
        "machine": machine(),
        "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }
    (VAR / f"{name}.json").write_text(json.dumps(whole, ensure_ascii=False, indent=2), encoding="utf-8")


def show(figures: Iterable[Figure]) -> None:
    """One table of all figures."""
    table = Table(title="Songhe beside openfisca-core 46.0.1 (linkage: recordlinkage 0.16), same machine, same rules")
    for column in ("benchmark", "unit", "ours", "peer", "ratio", "target", "met", "threads", "note"):
        table.add_column(column, overflow="fold")
    for figure in figures:
        peer = "" if figure.peer is None else f"{figure.peer:.4g}"
        ratio = "" if figure.ratio is None else f"{figure.ratio:.1f}x"
        met = {True: "yes", False: "NO", None: ""}[figure.met]
        row = (
            figure.figure,
            figure.unit,
            f"{figure.ours:.4g}",
            peer,
            ratio,
            figure.target,
            met,
            str(figure.threads),
            figure.note,
        )
        table.add_row(*row)
    Console(width=180).print(table)
