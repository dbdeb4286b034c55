"""Releases about the elders of the city: the list, what one says, one of its tables, and whether it can be computed again."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from songhe.contexts.policy_library import queries as policy
from songhe.contexts.statistics.access import releases_visible_to
from songhe.contexts.statistics.errors import NoReleasePlan, ReleaseUnknown
from songhe.contexts.statistics.models import Release
from songhe.contexts.statistics.queries.release_content import release_content
from songhe.contexts.statistics.words import ReleaseState
from songhe.foundation.access import Actor


@dataclass(frozen=True, slots=True)
class ReleaseBrief:
    """One release without its numbers. `corrects` and `corrected_by` are ids; `sha256` is of its content."""

    id: int
    year: int
    title: str
    state: ReleaseState
    as_of: dt.date
    cut_off: dt.datetime
    snapshot: str
    pack_version: str
    sha256: str
    corrects: int | None
    corrected_by: int | None
    reason: str
    made_by: int
    made_by_name: str
    made_at: dt.datetime
    checked_by_name: str
    checked_at: dt.datetime | None
    remark: str
    published_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Category:
    """One class of a dimension; `count` None where it is not shown. `parent` is the place in the list of the class it adds to, -1 for none."""

    id: str
    title: str
    level: str
    parent: int
    count: int | None


@dataclass(frozen=True, slots=True)
class DimensionView:
    """A way in which elders are divided."""

    id: str
    title: str
    definition: str
    categories: tuple[Category, ...]


@dataclass(frozen=True, slots=True)
class TableView:
    """Persons by two dimensions: `cells[row][column]`, None where a number is not shown."""

    id: str
    title: str
    chart: str
    rows: DimensionView
    columns: DimensionView
    cells: tuple[tuple[int | None, ...], ...]


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """A release with its numbers. `not_told` are people of whom it cannot be told whether they belong (None: fewer than the threshold)."""

    brief: ReleaseBrief
    place: str
    population: str
    definition: str
    total: int
    not_told: int | None
    threshold: int
    threshold_source: str  # stated | unverified | assumed
    threshold_note: str
    dimensions: tuple[DimensionView, ...]
    tables: tuple[TableView, ...]

    def dimension(self, name: str) -> DimensionView:
        """Raises KeyError for one that the release does not have."""
        return next((d for d in self.dimensions if d.id == name), None) or _missing(name)


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What counting again from the release's snapshot, pack and places gave."""

    sha256: str
    same: bool


def _missing(name: str) -> DimensionView:
    raise KeyError(name)


def releases(actor: Actor) -> tuple[ReleaseBrief, ...]:
    """Those that the actor may see (published ones are for everybody), newest year first."""
    return tuple(brief_of(made) for made in releases_visible_to(actor).defer("content").order_by("-year", "-id"))


def release(actor: Actor, *, release_id: int) -> ReleaseView:
    """One release with its numbers; raises ReleaseUnknown."""
    made = _visible(actor, release_id)
    found = json.loads(made.content) if made.published_at is None else _parsed(made.content_sha256, made.id)
    return _view(brief_of(made), found)


def release_table(actor: Actor, *, release_id: int, table: str) -> TableView:
    """One table of a release; raises ReleaseUnknown."""
    found = next((view for view in release(actor, release_id=release_id).tables if view.id == table), None)
    if found is None:
        raise ReleaseUnknown("这一份发布里没有这张表。", next_step="请回到老年人状况页面重新选择。")
    return found


def recompute(actor: Actor, *, release_id: int) -> Recomputed:
    """Count again from the snapshot file, pack version and places of the release. Raises ReleaseUnknown, SnapshotMissing."""
    made = _visible(actor, release_id)
    pack, kept = policy.pack_of(made.pack_version_id), json.loads(made.content)
    if pack.release is None:
        raise NoReleasePlan("当时的政策包没有写要公布哪些表。", next_step="请系统管理员检查政策包的版本。")
    areas = [(path, name, level) for path, name, level in kept["areas"]]
    content = release_content(
        pack, pack.release, snapshot_path=made.snapshot_path, year=made.year, as_of=made.as_of, cut_off=made.cut_off, areas=areas
    )  # fmt: skip
    digest = hashlib.sha256(content.encode()).hexdigest()
    return Recomputed(digest, digest == made.content_sha256 and content == made.content)


def brief_of(made: Release) -> ReleaseBrief:
    """The release without its numbers."""
    later = Release.objects.filter(corrects_id=made.id, published_at__isnull=False).values_list("id", flat=True).first()
    return ReleaseBrief(
        id=made.id, year=made.year, title=made.title, state=_state(made, later), as_of=made.as_of, cut_off=made.cut_off,
        snapshot=made.snapshot_sha256, pack_version=policy.pack_of(made.pack_version_id).version, sha256=made.content_sha256,
        corrects=made.corrects_id, corrected_by=later, reason=made.reason, made_by=made.made_by, made_by_name=made.made_by_name,
        made_at=made.made_at, checked_by_name=made.checked_by_name, checked_at=made.checked_at, remark=made.remark,
        published_at=made.published_at,
    )  # fmt: skip


def _state(made: Release, later: int | None) -> ReleaseState:
    if made.published_at is not None:
        return ReleaseState.PUBLISHED if later is None else ReleaseState.CORRECTED
    return {None: ReleaseState.DRAFT, True: ReleaseState.AGREED, False: ReleaseState.RETURNED}[made.agreed]


def _visible(actor: Actor, release_id: int) -> Release:
    found = releases_visible_to(actor).filter(id=release_id).first()
    if found is None:
        raise ReleaseUnknown("没有这一份发布。", next_step="请回到老年人状况页面重新选择。")
    return found


@lru_cache(maxsize=8)
def _parsed(sha256: str, release_id: int) -> Any:
    """A published release never changes, so this process remembers it."""
    return json.loads(Release.objects.values_list("content", flat=True).get(id=release_id))


def _view(brief: ReleaseBrief, found: Mapping[str, Any]) -> ReleaseView:
    dimensions = {part["id"]: _dimension(part) for part in found["dimensions"]}
    tables = tuple(
        TableView(
            part["id"], part["title"], part["chart"], dimensions[part["rows"]], dimensions[part["columns"]],
            tuple(tuple(line) for line in part["cells"]),
        )
        for part in found["tables"]
    )  # fmt: skip
    population, threshold = found["population"], found["threshold"]
    return ReleaseView(
        brief, found["place"], population["title"], population["definition"], population["total"], found["not_told"], threshold["value"],
        threshold["source"], threshold["note"], tuple(dimensions.values()), tables,
    )  # fmt: skip


def _dimension(part: Mapping[str, Any]) -> DimensionView:
    lines = zip(part["ids"], part["titles"], part["levels"], part["parents"], part["counts"], strict=True)
    return DimensionView(part["id"], part["title"], part["definition"], tuple(Category(*line) for line in lines))
