"""Reading the pack: the version in use, its rulebook for a date, the scales, any kept version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from songhe.contexts.policy_library.errors import NoPackInUse, UnknownVersion
from songhe.contexts.policy_library.models import PackVersion
from songhe.contexts.policy_library.queries.content import loaded, rulebook_on, scales_loaded
from songhe.engines.policy.loading import Pack
from songhe.engines.policy.rulebook import Rulebook
from songhe.engines.scales.scale import Scale
from songhe.foundation import clock


@dataclass(frozen=True, slots=True)
class PackInUse:
    """The version that decides now, and the pack as loaded from it."""

    version_id: int
    content_hash: str
    pack: Pack


def pack_in_use() -> PackInUse:
    """The pack that decides now.

    Raises NoPackInUse before the first pack is loaded.
    """
    row = PackVersion.objects.filter(in_use=True).values_list("id", "content_hash").first()
    if row is None:
        raise NoPackInUse("还没有载入本市的政策包。", next_step="请系统管理员先载入政策包。")
    return PackInUse(row[0], row[1], loaded(row[1]))


def files_in_use() -> Mapping[str, str]:
    """The texts of the pack that decides now, by their paths (`city/targets.yaml`); for who drafts other files on top of them."""
    files: Mapping[str, str] | None = PackVersion.objects.filter(in_use=True).values_list("files", flat=True).first()
    if files is None:
        raise NoPackInUse("还没有载入本市的政策包。", next_step="请系统管理员先载入政策包。")
    return files


def is_pack_loaded() -> bool:
    """Whether any pack is in use (pages that must work before the first load ask this)."""
    return PackVersion.objects.filter(in_use=True).exists()


def rulebook(as_of: dt.date | None = None) -> tuple[int, Rulebook]:
    """The version in use and its rulebook for a date (today if none is given)."""
    current = pack_in_use()
    return current.version_id, rulebook_on(current.content_hash, as_of or clock.today())


def _hash_of(version_id: int) -> str:
    found = PackVersion.objects.filter(id=version_id).values_list("content_hash", flat=True).first()
    if found is None:
        raise UnknownVersion("没有这个版本。", next_step="请从版本列表里选择。")
    return str(found)


def rulebook_of(version_id: int, as_of: dt.date) -> Rulebook:
    """The rulebook of any kept version for any date: an old decision is recomputed with it."""
    return rulebook_on(_hash_of(version_id), as_of)


def scales_in_use() -> tuple[int, Mapping[str, Scale]]:
    """The version in use and its assessment scales by id."""
    current = pack_in_use()
    return current.version_id, scales_loaded(current.content_hash)


def scales_of(version_id: int) -> Mapping[str, Scale]:
    """The assessment scales of any kept version: an old result is scored again with them."""
    return scales_loaded(_hash_of(version_id))


def pack_of(version_id: int) -> Pack:
    """Any kept version's pack. Raises UnknownVersion."""
    return loaded(_hash_of(version_id))
