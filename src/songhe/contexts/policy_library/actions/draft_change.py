"""Draft a version of the pack: another value, another reading, other files, or an earlier version's content."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from songhe.contexts.policy_library.actions import draft_rows as rows
from songhe.contexts.policy_library.actions.draft_work import stop_waiting
from songhe.contexts.policy_library.errors import DraftNotReady, SameValue, UnknownParameter, UnknownReading, UnknownVersion
from songhe.contexts.policy_library.models import PackDraft, PackVersion
from songhe.contexts.policy_library.queries.content import content_hash, drafted, loaded
from songhe.contexts.policy_library.queries.drafts import DraftBrief, brief_of
from songhe.contexts.policy_library.words import OPEN, DraftKind, Step
from songhe.engines.policy.loading import parameter_value
from songhe.engines.policy.pack import Parameter
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput

Change = dict[str, str]


@transaction.atomic
def draft_parameter(
    actor: Actor, *, name: str, value: str, valid_from: dt.date, note: str, in_force_on: dt.date | None = None, draft_id: int | None = None
) -> DraftBrief:  # fmt: skip
    """A draft says that the parameter has this value from this day on; nothing decides by it until it is in force.

    `value` is written as in parameters.yaml (yuan as a decimal string, a whole number, a day). Added to `draft_id` where one is named;
    `in_force_on` is otherwise the first day, from today on, on which the value holds. Raises UnknownParameter, SameValue, PackRefused.
    """
    base, draft = _begun(actor, draft_id)
    pack = drafted(draft) if draft else loaded(base.content_hash)
    parameter = pack.parameters.get(name)
    if parameter is None:
        raise UnknownParameter(f"政策包里没有参数“{name}”。", field="name")
    reason = rows.checked_reason(note)
    if _has_value(parameter, valid_from, value):
        raise SameValue(f"“{parameter.title}”从{valid_from:%Y年%m月%d日}起已经是这个数了。", field="value")
    change = {"kind": "parameter", "name": name, "from": valid_from.isoformat(), "value": value, "note": reason}
    day = in_force_on or max(clock.today(), valid_from)
    return _changed(actor, base, draft, change, f"调整参数：{parameter.title}", reason, day)


@transaction.atomic
def draft_reading(
    actor: Actor, *, definition: str, reading: str, reason: str, in_force_on: dt.date | None = None, draft_id: int | None = None
) -> DraftBrief:  # fmt: skip
    """A draft says that the ambiguous definition is read this way. Raises UnknownReading, SameValue, PackRefused."""
    base, draft = _begun(actor, draft_id)
    pack = drafted(draft) if draft else loaded(base.content_hash)
    entry = pack.definitions.get(definition)
    if entry is None or reading not in entry.readings:
        raise UnknownReading("没有这个定义，或者它没有这种理解。", field="reading")
    if entry.chosen == reading:
        raise SameValue(f"“{entry.title}”现在就是这样理解的。", field="reading")
    change = {"kind": "reading", "definition": definition, "reading": reading}
    day = in_force_on or clock.today()
    return _changed(actor, base, draft, change, f"改变理解：{entry.title}", rows.checked_reason(reason), day)


@transaction.atomic
def draft_rollback(actor: Actor, *, version_id: int, reason: str, in_force_on: dt.date | None = None) -> DraftBrief:
    """A draft has the content of an earlier version; the versions in between stay in the history. Raises UnknownVersion, SameValue."""
    base = rows.locked_version()
    rows.require_at_city(actor, Right.CHANGE_PACKS, base)
    wanted = PackVersion.objects.filter(id=version_id, pack=base.pack).first()
    if wanted is None:
        raise UnknownVersion("没有这个版本。", next_step="请从版本列表里选择。")
    if wanted.content_hash == base.content_hash:
        raise SameValue("现在施行的就是这些内容。", next_step="请选别的版本。")
    draft = PackDraft(base=base, kind=DraftKind.ROLLBACK, restores=wanted, files=wanted.files, overlay=wanted.overlay,
                      title=f"恢复第{wanted.id}号版本")  # fmt: skip
    return _made(actor, draft, rows.checked_reason(reason), in_force_on or clock.today())


@transaction.atomic
def draft_files(actor: Actor, *, files: Mapping[str, str], reason: str, in_force_on: dt.date | None = None) -> DraftBrief:
    """A draft has these files; the city's own changes stay on top. Raises SameValue, PackRefused."""
    base = rows.locked_version()
    rows.require_at_city(actor, Right.CHANGE_PACKS, base)
    content = content_hash(files, base.overlay)
    if content == base.content_hash:
        raise SameValue("这些文件和现在施行的一样。")
    waiting = PackDraft.objects.filter(base=base, content_hash=content, state__in=[state.value for state in OPEN]).first()
    if waiting is not None:
        return brief_of(waiting)
    draft = PackDraft(base=base, kind=DraftKind.FILES, files=dict(files), overlay=base.overlay, title="新的政策包文件")
    return _made(actor, draft, rows.checked_reason(reason), in_force_on or clock.today())


def _begun(actor: Actor, draft_id: int | None) -> tuple[PackVersion, PackDraft | None]:
    """The version in use and the draft to be extended, locked; only a draft of single changes on that version can be."""
    base = rows.locked_version()
    rows.require_at_city(actor, Right.CHANGE_PACKS, base)
    if draft_id is None:
        return base, None
    draft = rows.locked_draft(draft_id)
    if draft.kind != DraftKind.CHANGES:
        raise InvalidInput("这份草稿不是逐项改动的，不能再加。", next_step="请另拟一份。", field="draft")
    if draft.base_id != base.id:
        raise DraftNotReady("这份草稿要先换到现在的版本上。", next_step="请打开草稿，点“换到现在的版本上”。")
    return base, draft


def _has_value(parameter: Parameter, day: dt.date, value: str) -> bool:
    """Whether an entry of exactly that day says so already; a value that cannot be read is refused when the draft is sealed."""
    try:
        wanted = parameter_value(parameter, value)
    except ValueError:
        return False
    return any(each.valid_from == day and each.value == wanted for each in parameter.values)


def _changed(
    actor: Actor, base: PackVersion, draft: PackDraft | None, change: Change, title: str, reason: str, day: dt.date
) -> DraftBrief:  # fmt: skip
    if draft is None:
        fresh = PackDraft(
            base=base, kind=DraftKind.CHANGES, changes=[change], overlay=rows.with_changes(base.overlay, [change]), title=title
        )
        return _made(actor, fresh, reason, day)
    kept = [each for each in draft.changes if not _same_place(each, change)]
    draft.changes = [*kept, change]
    draft.overlay = rows.with_changes(base.overlay, draft.changes)
    draft.title = title if len(draft.changes) == 1 else f"{len(draft.changes)}项改动"
    return resealed(actor, draft, title)


def _same_place(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    keys = ("kind", "name", "from", "definition")
    return all(one.get(key) == other.get(key) for key in keys)


def _made(actor: Actor, draft: PackDraft, reason: str, day: dt.date) -> DraftBrief:
    draft.reason, draft.in_force_on, draft.makers, draft.made_at = reason, rows.checked_day(day), [actor.id], clock.now()
    rows.seal(draft)
    draft.save()
    rows.add_step(actor, draft, Step.MADE, reason)
    audit.record(
        actor,
        "pack.draft",
        subject_type="pack_draft",
        subject_id=str(draft.id),
        detail={"title": draft.title, "reason": reason, "in_force_on": draft.in_force_on, "seal": draft.seal},
    )
    rows.tell_sealed(draft)
    return brief_of(draft)


def resealed(actor: Actor, draft: PackDraft, note: str) -> DraftBrief:
    """The edited draft is kept: who edited is a maker, and what was checked, simulated and approved before is void."""
    draft.revision += 1
    rows.add_maker(actor, draft)
    rows.seal(draft)
    draft.save()
    stop_waiting(draft.id, "草稿改过，要重新检查和试算")
    rows.add_step(actor, draft, Step.EDITED, note)
    audit.record(
        actor, "pack.edit_draft", subject_type="pack_draft", subject_id=str(draft.id), detail={"note": note, "seal": draft.seal}
    )
    rows.tell_sealed(draft)
    return brief_of(draft)
