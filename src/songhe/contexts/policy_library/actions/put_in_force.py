"""Let another version decide: an approved draft on its day, once; or files loaded directly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from songhe.contexts.policy_library.actions import draft_rows as rows
from songhe.contexts.policy_library.actions.draft_work import stop_waiting
from songhe.contexts.policy_library.events import PackPutInUse
from songhe.contexts.policy_library.models import DraftStep, PackDraft, PackVersion
from songhe.contexts.policy_library.queries.content import content_hash, drafted, files_of
from songhe.contexts.policy_library.words import OPEN, DraftState, Step
from songhe.foundation import audit, clock, outbox
from songhe.foundation.access import Actor


def put_due_in_force(actor: Actor) -> tuple[int, ...]:
    """Every approved draft whose day has come is in force, earliest day first, each in a transaction of its own; the new versions' ids.

    Killed anywhere, the next call goes on; called twice, a draft becomes one version (a database constraint).
    """
    due = PackDraft.objects.filter(state=DraftState.APPROVED, in_force_on__lte=clock.today()).order_by("in_force_on", "id")
    made = []
    for draft_id in list(due.values_list("id", flat=True)):
        with transaction.atomic():
            current = rows.locked_version()
            draft = PackDraft.objects.select_for_update(of=("self",)).get(id=draft_id)
            version = put_in_force_if_due(actor, current, draft)
        if version is not None:
            made.append(version)
    return tuple(made)


def put_in_force_if_due(actor: Actor, current: PackVersion, draft: PackDraft) -> int | None:
    """The locked draft is in force if it is approved, due and still made for the version in use; the new version's id."""
    if draft.state != DraftState.APPROVED or draft.in_force_on > clock.today():
        return None
    if draft.base_id != current.id:
        _overtaken(actor, draft)
        return None
    pack = drafted(draft)
    draft.state = DraftState.IN_FORCE
    draft.save(update_fields=["state"])
    rows.add_step(actor, draft, Step.IN_FORCE)
    reason = f"{draft.title}（{draft.reason}）"
    return keep_version(actor, draft.base.pack, files_of(draft), draft.overlay, reason, number=pack.version, draft=draft)


def keep_version(
    actor: Actor, city: str, files: Mapping[str, str], overlay: Mapping[str, Any], reason: str, *, number: str, draft: PackDraft | None
) -> int:  # fmt: skip
    """The content is a new version, and it decides from now on; other open drafts have to be looked at again."""
    content = content_hash(files, overlay)
    PackVersion.objects.filter(in_use=True).update(in_use=False)
    version = PackVersion.objects.create(
        pack=city, version=number, content_hash=content, files=dict(files), overlay=dict(overlay), reason=reason, loaded_at=clock.now(),
        loaded_by=actor.id, in_use=True, in_force_on=clock.today(), direct=draft is None, draft=draft,
    )  # fmt: skip
    for other in PackDraft.objects.select_for_update(of=("self",)).filter(state__in=[s.value for s in OPEN]).order_by("id"):
        if other.state != DraftState.OVERTAKEN:
            _overtaken(actor, other)
    detail: dict[str, object] = {"reason": reason, "hash": content, "direct": draft is None}
    audit.record(actor, "pack.put_in_use", subject_type="pack_version", subject_id=str(version.id), detail=detail)
    outbox.publish(PackPutInUse(version_id=version.id, cause=reason))
    return version.id


def _overtaken(actor: Actor, draft: PackDraft) -> None:
    PackDraft.objects.filter(id=draft.id).update(state=DraftState.OVERTAKEN)
    draft.state = DraftState.OVERTAKEN
    stop_waiting(draft.id, "另一个版本先施行了")
    DraftStep.objects.create(draft=draft, step=Step.OVERTAKEN, at=clock.now(), actor=actor.id, actor_name=actor.name)
