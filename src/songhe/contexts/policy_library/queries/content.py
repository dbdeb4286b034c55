"""The content of versions and drafts: texts and the city's own changes, hashed, and loaded as packs."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from songhe.contexts.policy_library.models import PackDraft, PackVersion
from songhe.engines.policy.loading import Pack, load_pack, overlaid_pack
from songhe.engines.policy.resolving import resolve
from songhe.engines.policy.rulebook import Rulebook
from songhe.engines.scales.loading import load_scales
from songhe.engines.scales.scale import Scale

Overlay = Mapping[str, Any]


def content_hash(files: Mapping[str, str], overlay: Overlay) -> str:
    """SHA-256 over files and overlay in a canonical order: equal content, equal hash."""
    text = json.dumps([sorted(files.items()), overlay], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def seal_of(draft: PackDraft) -> str:
    """SHA-256 over everything that an approval is about: content, base, reason, day, and how often it was edited or sent back."""
    parts = [draft.content_hash, draft.base_id, draft.reason, draft.in_force_on.isoformat(), draft.revision]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def stored_version(content: str) -> PackVersion:
    """One of the versions with this content."""
    return PackVersion.objects.filter(content_hash=content).order_by("id")[0]


@lru_cache(maxsize=8)
def loaded(content: str) -> Pack:
    """A kept version's pack, by its content's hash."""
    row = stored_version(content)
    return load_pack(row.files, row.pack, row.overlay)


@lru_cache(maxsize=8)
def scales_loaded(content: str) -> Mapping[str, Scale]:
    """A kept version's scales, by its content's hash."""
    row = stored_version(content)
    return MappingProxyType(load_scales(row.files, row.pack))


@lru_cache(maxsize=32)
def rulebook_on(content: str, as_of: dt.date) -> Rulebook:
    """The rulebook of a kept version for a date."""
    return resolve(loaded(content), as_of)


_drafted: dict[str, Pack] = {}
MOST_DRAFTED = 8


def drafted(draft: PackDraft) -> Pack:
    """A draft's pack; where only the city's own changes differ, its base's with them put on top. Raises PackInvalid."""
    found = _drafted.get(draft.content_hash)
    if found is None:
        found = _put_together(draft)
        while len(_drafted) >= MOST_DRAFTED:
            _drafted.pop(next(iter(_drafted)), None)
        _drafted[draft.content_hash] = found
    return found


def _put_together(draft: PackDraft) -> Pack:
    if draft.files is None:
        return overlaid_pack(loaded(draft.base.content_hash), draft.overlay)
    return load_pack(draft.files, draft.base.pack, draft.overlay)


def files_of(draft: PackDraft) -> Mapping[str, str]:
    """The draft's files: its own, or its base's."""
    files: Mapping[str, str] = draft.base.files if draft.files is None else draft.files
    return files
