"""`python -m benchmarks [--quick] [--rounds N] [name ...]`: measure, write var/bench/<name>.json, print one table."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys

from rich.console import Console

from benchmarks import measures
from benchmarks.figures import Figure, Run, save, show


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100,000 people only")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("names", nargs="*", help="modules of benchmarks/measures; all if none is named")
    asked = parser.parse_args()
    found = [importlib.import_module(f"benchmarks.measures.{module.name}") for module in pkgutil.iter_modules(measures.__path__)]
    chosen = [module for module in found if not asked.names or module.__name__.rpartition(".")[2] in asked.names]
    if not chosen:
        parser.error(f"no such benchmark; there are {', '.join(sorted(module.__name__.rpartition('.')[2] for module in found))}")
    console = Console(stderr=True)
    figures: list[Figure] = []
    for module in sorted(chosen, key=lambda module: int(module.ORDER)):
        console.print(f"[bold]{module.__name__.rpartition('.')[2]}[/bold]")
        for figure in module.run(Run(quick=asked.quick, rounds=asked.rounds)):
            save(figure)
            figures.append(figure)
    show(figures)
    return 1 if any(figure.met is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
