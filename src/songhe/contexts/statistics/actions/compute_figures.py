"""The figures of the month that runs: counted again from the newest snapshot, in place of what stood there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.statistics.actions.write_figures import lock_figures, write_figures
from songhe.contexts.statistics.errors import NoSnapshotYet
from songhe.contexts.statistics.models import Figure, FigureInput, FigureSet
from songhe.contexts.statistics.words import RUNNING
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right, require


@dataclass(frozen=True, slots=True)
class Computed:
    """A set of figures as it stands now; `new` is False where it stood there already."""

    set_id: int
    period: dt.date
    revision: int
    cut_off: dt.datetime
    figures: int
    new: bool


@transaction.atomic
def compute_figures(actor: Actor, *, period: dt.date | None = None) -> Computed:
    """The running figures of a month (this one if none is named) come from the newest published snapshot; counted twice, they are written once.

    Raises AccessDenied without the right at the city, NoSnapshotYet before the first whole-city run; then nothing is written.
    """
    current = policy.pack_in_use()
    require(actor, Right.DETERMINE, f"{current.pack.place.code}/")
    month = (period or clock.today()).replace(day=1)
    lock_figures()
    snapshot = entitlements.city_snapshot()
    if snapshot is None:
        raise NoSnapshotYet("还没有全市核算的结果，指标没有数据可算。", next_step="请先完成一次全市核算。")
    _forget(FigureSet.objects.filter(revision=RUNNING, period=month).first())
    made = write_figures(actor, snapshot, period=month, revision=RUNNING, as_of=snapshot.as_of)
    found = result_of(made, new=True)
    detail = {"period": month.isoformat(), "snapshot": made.snapshot_sha256, "figures": found.figures}
    audit.record(actor, "figures.computed", subject_type="figures", subject_id=made.id, detail=detail)
    return found


def _forget(old: FigureSet | None) -> None:
    """The running figures that stood there are gone; frozen ones the database would not let go."""
    if old is not None:
        Figure.objects.filter(figures=old).delete()
        FigureInput.objects.filter(figures=old).delete()
        old.delete()


def result_of(found: FigureSet, *, new: bool) -> Computed:
    """The set as the caller is told of it."""
    count = Figure.objects.filter(figures=found).count()
    return Computed(found.id, found.period, found.revision, found.cut_off, count, new)
