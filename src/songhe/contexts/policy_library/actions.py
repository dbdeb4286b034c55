"""Every write to the policy library: load a folder, change a parameter, choose a reading. Each makes a new version."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from django.db import transaction

from songhe.contexts.policy_library.errors import PackRefused, SameValue, UnknownParameter, UnknownReading
from songhe.contexts.policy_library.events import PackPutInUse
from songhe.contexts.policy_library.models import PackVersion
from songhe.contexts.policy_library.queries import pack_in_use
from songhe.engines.policy.files import read_folder
from songhe.engines.policy.loading import PackInvalid, load_pack
from songhe.engines.policy.resolving import resolve
from songhe.engines.scales.loading import ScalesInvalid, load_scales
from songhe.foundation import audit, clock, outbox
from songhe.foundation.access import Actor, Right, require

Overlay = Mapping[str, object]


def _content_hash(files: Mapping[str, str], overlay: Overlay) -> str:
    """SHA-256 over files and overlay in a canonical order: equal content, equal hash."""
    text = json.dumps([sorted(files.items()), overlay], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _put_in_use(actor: Actor, city: str, files: Mapping[str, str], overlay: Overlay, reason: str) -> int:
    """Keep the content as a version (if it is new) and let it decide from now on."""
    try:
        pack = load_pack(files, city, overlay)
        resolve(pack, clock.today())
        load_scales(files, city)
    except (PackInvalid, ScalesInvalid) as refused:
        raise PackRefused(tuple(str(finding) for finding in refused.findings)) from refused
    current = PackVersion.objects.select_for_update().filter(in_use=True).first()
    content_hash = _content_hash(files, overlay)
    if current is not None and current.content_hash == content_hash:
        return current.id
    PackVersion.objects.filter(in_use=True).update(in_use=False)
    fresh = {
        "pack": city, "version": pack.version, "files": dict(files), "overlay": dict(overlay), "reason": reason,
        "loaded_at": clock.now(), "loaded_by": actor.id,
    }  # fmt: skip
    version, _ = PackVersion.objects.get_or_create(content_hash=content_hash, defaults=fresh)
    PackVersion.objects.filter(id=version.id).update(in_use=True)
    audit.record(
        actor,
        "pack.put_in_use",
        subject_type="pack_version",
        subject_id=str(version.id),
        detail={"reason": reason, "hash": content_hash},
    )
    outbox.publish(PackPutInUse(version_id=version.id, cause=reason))
    return version.id


@transaction.atomic
def load_folder(actor: Actor, *, root: Path, city: str) -> int:
    """The city's folder under `root`, with the national one, decides from now on; the city's own changes are kept.

    Loading the same content again changes nothing. Raises PackRefused when the pack or a scale cannot be loaded, or the pack not be resolved for today.
    """
    require(actor, Right.CHANGE_PACKS, "")
    previous = PackVersion.objects.filter(in_use=True, pack=city).values_list("overlay", flat=True).first()
    return _put_in_use(actor, city, read_folder(root, city), previous or {}, "载入政策包文件")


def _city_path() -> str:
    return f"{pack_in_use().pack.place.code}/"


@transaction.atomic
def change_parameter(actor: Actor, *, name: str, value: str, valid_from: dt.date, note: str) -> int:
    """The parameter has this value from this day on, marked as set by the city; a new version of the pack is in use.

    `value` is written as in parameters.yaml (yuan as a decimal string, or a whole number).
    """
    require(actor, Right.CHANGE_PACKS, _city_path())
    current = PackVersion.objects.select_for_update().get(in_use=True)
    parameter = pack_in_use().pack.parameters.get(name)
    if parameter is None:
        raise UnknownParameter(f"政策包里没有参数“{name}”。", field="name")
    overlay = json.loads(json.dumps(current.overlay))
    entries = overlay.setdefault("parameters", {}).setdefault(name, [])
    day = valid_from.isoformat()
    if any(entry["from"] == day and entry["value"] == value for entry in entries):
        raise SameValue(f"“{parameter.title}”从{valid_from:%Y年%m月%d日}起已经是这个数了。", field="value")
    entries[:] = sorted(
        [e for e in entries if e["from"] != day] + [{"from": day, "value": value, "source": "assumed", "note": note}],
        key=lambda e: e["from"],
    )
    return _put_in_use(actor, current.pack, current.files, overlay, f"调整参数：{parameter.title}")


@transaction.atomic
def choose_reading(actor: Actor, *, definition: str, reading: str) -> int:
    """The ambiguous definition is read this way from now on; a new version of the pack is in use."""
    require(actor, Right.CHANGE_PACKS, _city_path())
    current = PackVersion.objects.select_for_update().get(in_use=True)
    entry = pack_in_use().pack.definitions.get(definition)
    if entry is None or reading not in entry.readings:
        raise UnknownReading("没有这个定义，或者它没有这种理解。", field="reading")
    overlay = json.loads(json.dumps(current.overlay))
    chosen = overlay.setdefault("readings", {})
    if chosen.get(definition, entry.chosen) == reading:
        raise SameValue(f"“{entry.title}”现在就是这样理解的。", field="reading")
    chosen[definition] = reading
    return _put_in_use(actor, current.pack, current.files, overlay, f"改变理解：{entry.title}")
