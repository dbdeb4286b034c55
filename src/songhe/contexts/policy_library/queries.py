"""Reading the pack: the version in use, its rulebook for a date, the history of versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from songhe.contexts.policy_library.access import visible_to
from songhe.contexts.policy_library.errors import NoPackInUse
from songhe.contexts.policy_library.models import PackVersion
from songhe.engines.policy.loading import Pack, load_pack
from songhe.engines.policy.resolving import resolve
from songhe.engines.policy.rulebook import Rulebook
from songhe.engines.scales.loading import load_scales
from songhe.engines.scales.scale import Scale
from songhe.foundation import clock
from songhe.foundation.access import Actor


@dataclass(frozen=True, slots=True)
class PackInUse:
    """The version that decides now, and the pack as loaded from it."""

    version_id: int
    content_hash: str
    pack: Pack


@dataclass(frozen=True, slots=True)
class VersionBrief:
    """One line of the pack's history; `changes` are the city's own changes in words."""

    id: int
    version: str
    content_hash: str
    loaded_at: dt.datetime
    reason: str
    in_use: bool


@lru_cache(maxsize=8)
def _pack(content_hash: str) -> Pack:
    row = PackVersion.objects.get(content_hash=content_hash)
    return load_pack(row.files, row.pack, row.overlay)


@lru_cache(maxsize=8)
def _scales(content_hash: str) -> Mapping[str, Scale]:
    row = PackVersion.objects.get(content_hash=content_hash)
    return MappingProxyType(load_scales(row.files, row.pack))


@lru_cache(maxsize=32)
def _rulebook(content_hash: str, as_of: dt.date) -> Rulebook:
    return resolve(_pack(content_hash), as_of)


def pack_in_use() -> PackInUse:
    """The pack that decides now.

    Raises NoPackInUse before the first pack is loaded.
    """
    row = PackVersion.objects.filter(in_use=True).values_list("id", "content_hash").first()
    if row is None:
        raise NoPackInUse("还没有载入本市的政策包。", next_step="请系统管理员先载入政策包。")
    return PackInUse(row[0], row[1], _pack(row[1]))


def is_pack_loaded() -> bool:
    """Whether any pack is in use (pages that must work before the first load ask this)."""
    return PackVersion.objects.filter(in_use=True).exists()


def rulebook(as_of: dt.date | None = None) -> tuple[int, Rulebook]:
    """The version in use and its rulebook for a date (today if none is given)."""
    current = pack_in_use()
    return current.version_id, _rulebook(current.content_hash, as_of or clock.today())


def rulebook_of(version_id: int, as_of: dt.date) -> Rulebook:
    """The rulebook of any kept version for any date: an old decision is recomputed with it."""
    return _rulebook(PackVersion.objects.values_list("content_hash", flat=True).get(id=version_id), as_of)


def scales_in_use() -> tuple[int, Mapping[str, Scale]]:
    """The version in use and its assessment scales by id."""
    current = pack_in_use()
    return current.version_id, _scales(current.content_hash)


def scales_of(version_id: int) -> Mapping[str, Scale]:
    """The assessment scales of any kept version: an old result is scored again with them."""
    return _scales(PackVersion.objects.values_list("content_hash", flat=True).get(id=version_id))


def pack_of(version_id: int) -> Pack:
    """Any kept version's pack."""
    return _pack(PackVersion.objects.values_list("content_hash", flat=True).get(id=version_id))


def versions(actor: Actor) -> tuple[VersionBrief, ...]:
    """All versions, latest first."""
    rows = visible_to(actor).order_by("-id").values_list("id", "version", "content_hash", "loaded_at", "reason", "in_use")
    return tuple(VersionBrief(*row) for row in rows)
