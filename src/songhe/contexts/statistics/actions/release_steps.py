"""A release is drafted, agreed to by another person, and published; after that it is never changed."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.db import transaction

from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.statistics.actions.write_figures import lock_figures
from songhe.contexts.statistics.errors import (
    NoReleasePlan,
    NoSnapshotYet,
    NotAgreedYet,
    OwnDraft,
    ReleaseStands,
    ReleaseUnknown,
)
from songhe.contexts.statistics.models import Release
from songhe.contexts.statistics.queries.release_content import places_now, release_content
from songhe.contexts.statistics.queries.releases import ReleaseBrief, brief_of
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.clock import CITY_ZONE
from songhe.foundation.errors import InvalidInput

SHORTEST, LONGEST = 2, 200
FIRST_YEAR = 2000


@transaction.atomic
def draft_release(actor: Actor, *, year: int, corrects: int | None = None, reason: str = "") -> ReleaseBrief:
    """There is a draft counted from the last city snapshot of the year, as of that day; nothing of it is public yet.

    `corrects` is the published release that it is to take the place of, `reason` why. Raises AccessDenied, InvalidInput, NoSnapshotYet,
    NoReleasePlan, ReleaseStands, TooFewToPublish; then nothing is written.
    """
    current = policy.pack_in_use()
    root = f"{current.pack.place.code}/"
    require(actor, Right.DETERMINE, root)
    reason = _year_and_reason(year, corrects, reason)
    lock_figures()
    _nothing_in_the_way(year, corrects)
    snapshot = entitlements.city_snapshot(before=dt.datetime(year + 1, 1, 1, tzinfo=CITY_ZONE))
    plan = current.pack.release
    if snapshot is None:
        raise NoSnapshotYet(f"{year}年没有全市核算的结果，没有数据可发布。", next_step="请先完成一次全市核算，或换一个年份。")
    if plan is None:
        raise NoReleasePlan("本市的政策包没有写老年人状况要公布哪些表。", next_step="请在政策包里补上 release.yaml。")
    content = release_content(
        current.pack, plan, snapshot_path=snapshot.path, year=year, as_of=snapshot.as_of, cut_off=snapshot.taken_at, areas=places_now(root)
    )  # fmt: skip
    made = Release.objects.create(
        year=year, title=plan.title, as_of=snapshot.as_of, cut_off=snapshot.taken_at, snapshot_sha256=snapshot.sha256, snapshot_path=snapshot.path,
        pack_version_id=current.version_id, content=content, content_sha256=hashlib.sha256(content.encode()).hexdigest(), corrects_id=corrects,
        reason=reason, made_by=actor.id, made_by_name=actor.name, made_at=clock.now(),
    )  # fmt: skip
    return _told(actor, made, "release.drafted")


def _year_and_reason(year: int, corrects: int | None, reason: str) -> str:
    if not FIRST_YEAR <= year <= clock.today().year:
        raise InvalidInput("年份不对。", next_step=f"请写{FIRST_YEAR}到{clock.today().year}之间的年份。", field="year")
    reason = reason.strip()
    if corrects is not None and not SHORTEST <= len(reason) <= LONGEST:
        raise InvalidInput(
            f"请用{SHORTEST}到{LONGEST}个字写明为什么要订正。", next_step="例如：补录了一个镇的资料。", field="reason"
        )
    return reason if corrects is not None else ""


def _nothing_in_the_way(year: int, corrects: int | None) -> None:
    """No draft of the year is open, and what is corrected is the published release that stands."""
    standing = Release.objects.filter(year=year, published_at__isnull=False)
    if Release.objects.filter(year=year, published_at=None).exclude(agreed=False).exists():
        raise ReleaseStands(f"{year}年已经有一份没有发布的稿子。", next_step="请先审核发布，或者退回那一份。", field="year")
    if corrects is None and standing.exists():
        raise ReleaseStands(f"{year}年的老年人状况已经发布。", next_step="要改请在已发布的那一份里选择“订正”。", field="year")
    if (
        corrects is not None
        and not standing.filter(id=corrects).exclude(id__in=standing.filter(corrects__isnull=False).values("corrects")).exists()
    ):
        raise ReleaseStands("要订正的不是这一年现行的发布。", next_step="请从现行的那一份重新选择“订正”。", field="corrects")


@transaction.atomic
def check_release(actor: Actor, *, release_id: int, agrees: bool, remark: str = "") -> ReleaseBrief:
    """The draft is agreed to, or returned with a remark, by somebody else than who made it.

    Raises AccessDenied, ReleaseUnknown, OwnDraft, ReleaseStands, InvalidInput (returned without a remark); then nothing is written.
    """
    made, remark = _locked(actor, release_id), remark.strip()
    if made.checked_at is not None or made.published_at is not None:
        raise ReleaseStands("这一份已经审核过了。", next_step="请刷新页面查看结果。")
    if made.made_by == actor.id:
        raise OwnDraft("自己做的稿子不能自己审核。", next_step="请另一位市级工作人员审核。")
    if len(remark) > LONGEST or (not agrees and len(remark) < SHORTEST):
        raise InvalidInput(
            f"退回时请用{SHORTEST}到{LONGEST}个字写明原因。", next_step="例如：某镇的人数明显偏少，请先核实。", field="remark"
        )
    made.checked_by, made.checked_by_name, made.checked_at, made.agreed, made.remark = (
        actor.id,
        actor.name,
        clock.now(),
        agrees,
        remark,
    )
    made.save(update_fields=["checked_by", "checked_by_name", "checked_at", "agreed", "remark"])
    return _told(actor, made, "release.agreed" if agrees else "release.returned")


@transaction.atomic
def publish_release(actor: Actor, *, release_id: int) -> ReleaseBrief:
    """The release is public from now on and stays as it is for good. Raises AccessDenied, ReleaseUnknown, NotAgreedYet, ReleaseStands."""
    made = _locked(actor, release_id)
    if made.published_at is not None:
        raise ReleaseStands("这一份已经发布了。", next_step="请刷新页面查看。")
    if made.agreed is not True:
        raise NotAgreedYet("这一份还没有另一位工作人员审核通过，不能发布。", next_step="请先送另一位市级工作人员审核。")
    made.published_by, made.published_at = actor.id, clock.now()
    made.save(update_fields=["published_by", "published_at"])
    return _told(actor, made, "release.published")


def _locked(actor: Actor, release_id: int) -> Release:
    require(actor, Right.DETERMINE, f"{policy.pack_in_use().pack.place.code}/")
    lock_figures()
    found = Release.objects.select_for_update(of=("self",)).filter(id=release_id).first()
    if found is None:
        raise ReleaseUnknown("没有这一份发布。", next_step="请回到老年人状况页面重新选择。")
    return found


def _told(actor: Actor, made: Release, deed: str) -> ReleaseBrief:
    detail = {"year": made.year, "snapshot": made.snapshot_sha256, "sha256": made.content_sha256, "corrects": made.corrects_id}
    detail |= {"reason": made.reason} if made.reason else {}
    detail |= {"remark": made.remark} if made.remark else {}
    audit.record(actor, deed, subject_type="release", subject_id=made.id, detail=detail)
    return brief_of(made)
