"""What every action about drafts needs: the locks in one order (version in use, then draft), a new seal, a line of the timeline."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from songhe.contexts.policy_library.errors import DraftClosed, NoPackInUse, PackRefused, UnknownDraft
from songhe.contexts.policy_library.events import DraftSealed
from songhe.contexts.policy_library.models import DraftStep, PackDraft, PackVersion
from songhe.contexts.policy_library.queries.content import content_hash, drafted, files_of, loaded, seal_of
from songhe.contexts.policy_library.words import OPEN, DraftState, Step
from songhe.engines.policy.loading import PackInvalid
from songhe.engines.policy.resolving import resolve
from songhe.engines.scales.loading import ScalesInvalid, load_scales
from songhe.foundation import clock, outbox
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput

SHORTEST_REASON, LONGEST_REASON = 2, 200
LOCK = 7_201_004  # the advisory lock of whatever reads the version in use in order to put another one in its place


def hold_versions() -> None:
    """Nobody else puts a version in force until this transaction ends. A lock on the row in use would not do: who waited for it would
    find that it is in use no longer, and look no further."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def locked_version() -> PackVersion:
    """The version in use, locked: nobody puts another one in force meanwhile."""
    hold_versions()
    row = PackVersion.objects.select_for_update(of=("self",)).filter(in_use=True).first()
    if row is None:
        raise NoPackInUse("还没有载入本市的政策包。", next_step="请系统管理员先载入政策包。")
    return row


def locked_draft(draft_id: int) -> PackDraft:
    """The draft, locked. Raises UnknownDraft, DraftClosed."""
    row = PackDraft.objects.select_for_update(of=("self",)).filter(id=draft_id).first()
    if row is None:
        raise UnknownDraft("没有这份草稿。", next_step="请从政策的“发布”页面里选择。")
    if DraftState(row.state) not in OPEN:
        raise DraftClosed("这份草稿已经施行或撤回，不能再改。", next_step="需要时请另拟一份。")
    return row


def require_at_city(actor: Actor, right: Right, base: PackVersion) -> None:
    """Refuse unless the actor holds the right for the whole city."""
    require(actor, right, f"{loaded(base.content_hash).place.code}/")


def checked_reason(reason: str) -> str:
    """The reason without blanks around it; InvalidInput where it says nothing."""
    reason = reason.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise InvalidInput(
            f"请用{SHORTEST_REASON}到{LONGEST_REASON}个字写明为什么改。", next_step="例如：按市政府某号文件调整。", field="note"
        )
    return reason


def checked_day(day: dt.date) -> dt.date:
    """The day itself; InvalidInput where it has passed."""
    if day < clock.today():
        raise InvalidInput("施行日期不能早于今天。", next_step="请填今天或以后的日期。", field="in_force_on")
    return day


def with_changes(overlay: Mapping[str, Any], changes: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """The city's own changes so far, and these on top."""
    found: dict[str, Any] = json.loads(json.dumps(overlay))
    for change in changes:
        if change["kind"] == "reading":
            found.setdefault("readings", {})[change["definition"]] = change["reading"]
            continue
        entries = found.setdefault("parameters", {}).setdefault(change["name"], [])
        fresh = {"from": change["from"], "value": change["value"], "source": "assumed", "note": change["note"]}
        entries[:] = sorted([e for e in entries if e["from"] != change["from"]] + [fresh], key=lambda e: e["from"])
    return found


def seal(draft: PackDraft) -> None:
    """The draft has its content's hash and a new seal and must be checked again; refused (PackRefused) where it cannot be read at all."""
    draft.content_hash = content_hash(files_of(draft), draft.overlay)
    try:
        pack = drafted(draft)
        for day in {clock.today(), draft.in_force_on}:
            resolve(pack, day)
        if draft.files is not None:
            load_scales(draft.files, draft.base.pack)
    except (PackInvalid, ScalesInvalid) as refused:
        raise PackRefused(tuple(str(finding) for finding in refused.findings)) from refused
    draft.seal, draft.state = seal_of(draft), DraftState.DRAFT


def add_step(actor: Actor, draft: PackDraft, step: Step, note: str = "") -> None:
    """The timeline has one more line."""
    DraftStep.objects.create(draft=draft, step=step, at=clock.now(), actor=actor.id, actor_name=actor.name, note=note)


def tell_sealed(draft: PackDraft) -> None:
    """Whoever checks and simulates hears of the new content."""
    outbox.publish(DraftSealed(draft_id=draft.id, seal=draft.seal))


def add_maker(actor: Actor, draft: PackDraft) -> None:
    """Whoever edits a draft is one of its makers."""
    if actor.id not in draft.makers:
        draft.makers = [*draft.makers, actor.id]
