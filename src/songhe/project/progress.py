"""What a person at the terminal sees of long work: a bar for each step, a line when it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

Report = Callable[[int, int], None]
console = Console(highlight=False)


@contextmanager
def step(title: str) -> Iterator[Report]:
    """A bar that the caller moves by report(done, total); it turns without a length until the first report."""
    begun = monotonic()
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        bar = bars.add_task(title, total=None)

        def report(done: int, total: int) -> None:
            bars.update(bar, completed=done, total=total)

        yield report
    console.print(f"  {title}  {monotonic() - begun:.1f} s")


def say(line: str) -> None:
    """One line."""
    console.print(line, markup=False, soft_wrap=True)
