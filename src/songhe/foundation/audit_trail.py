"""Reading the audit chain: for the audit administrator, and nobody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Count, Q, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from songhe.foundation.access import Actor, Right, require
from songhe.foundation.models import AuditEntry
from songhe.foundation.paging import Page, cursor_of, keys_of
from songhe.foundation.scope import rows_within


@dataclass(frozen=True, slots=True)
class AuditView:
    """One deed. `actor_id` is negative for an API consumer and 0 for the system itself."""

    seq: int
    at: datetime
    actor_id: int
    actor_name: str
    action: str
    subject_type: str
    subject_id: str
    area_path: str
    detail: Mapping[str, object]


def list_entries(
    actor: Actor,
    *,
    area_path: str = "",
    action: str | None = None,
    actor_id: int | None = None,
    actor_name: str | None = None,
    subject: tuple[str, str] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 50,
    after: str | None = None,
) -> Page[AuditView]:
    """The deeds in the actor's areas, newest first; `action` may be the beginning of a name (``account.``); `until` is not included.

    `actor_name` may be part of a name; `subject` is a type and an id, or a type and nothing for all of that type.
    Deeds that belong to no area (such as a loaded pack) are shown to who holds the right for a whole city.
    """
    require(actor, Right.SEE_AUDIT)
    scope = rows_within(actor, Right.SEE_AUDIT, area_path=area_path)
    if not area_path and any(path.count("/") <= 1 for path in actor.area_paths(Right.SEE_AUDIT)):
        scope |= Q(area_path="")
    wanted = scope
    for condition, value in (
        ("action__startswith", action),
        ("actor_id", actor_id),
        ("actor_name__icontains", actor_name.replace("\0", "") if actor_name else None),
        ("at__gte", since),
        ("at__lt", until),
        ("seq__lt", keys_of(after, int)[0] if after is not None else None),
    ):
        if value is not None:
            wanted &= Q(**{condition: value})
    if subject is not None:
        wanted &= Q(subject_type=subject[0], subject_id=subject[1]) if subject[1] else Q(subject_type=subject[0])
    found = list(AuditEntry.objects.filter(wanted).order_by("-seq")[: limit + 1])
    shown = found[:limit]
    return Page(tuple(_view(row) for row in shown), cursor_of(shown[-1].seq) if len(found) > limit else None)


def deeds_about(
    *, subject_type: str, subject_id: str, actions: Sequence[str], limit: int, after: str | None = None
) -> Page[AuditView]:
    """The deeds of these names about one subject, newest first. For a query that has checked itself who may see them."""
    rows = AuditEntry.objects.filter(subject_type=subject_type, subject_id=subject_id, action__in=list(actions))
    if after is not None:
        rows = rows.filter(seq__lt=keys_of(after, int)[0])
    found = list(rows.order_by("-seq")[: limit + 1])
    shown = found[:limit]
    return Page(tuple(_view(row) for row in shown), cursor_of(shown[-1].seq) if len(found) > limit else None)


@dataclass(frozen=True, slots=True)
class DeedCount:
    """How often, by how many people and about how many subjects, for one name and set of details (those asked for, in order).

    `summed` adds up one whole number of the details; 0 where none has it.
    """

    action: str
    details: tuple[str, ...]
    times: int
    actors: int
    subjects: int
    summed: int


def count_deeds(
    actor: Actor, *, actions: Sequence[str], by: Sequence[str], summed: str, right: Right, area_path: str = "", since: datetime, until: datetime
) -> tuple[DeedCount, ...]:  # fmt: skip
    """Deeds of these names in the areas where the actor holds the right, counted by name and some of their details; `until` is not included."""
    require(actor, right)
    rows = AuditEntry.objects.filter(
        rows_within(actor, right, area_path=area_path), action__in=list(actions), at__gte=since, at__lt=until
    )
    named = {f"d{place}": KeyTextTransform(key, "detail") for place, key in enumerate(by)}
    counted = rows.values("action", **named).annotate(
        times=Count("seq"), actors=Count("actor_id", distinct=True), subjects=Count("subject_id", distinct=True),
        total=Sum(Cast(KeyTextTransform(summed, "detail"), BigIntegerField())),
    )  # fmt: skip
    found = [
        DeedCount(
            row["action"],
            tuple(str(row[key] or "") for key in named),
            row["times"],
            row["actors"],
            row["subjects"],
            row["total"] or 0,
        )
        for row in map(dict[str, Any], counted)
    ]
    return tuple(sorted(found, key=lambda count: (-count.times, count.action, count.details)))


def _view(row: AuditEntry) -> AuditView:
    return AuditView(
        row.seq, row.at, row.actor_id, row.actor_name, row.action, row.subject_type, row.subject_id, row.area_path, row.detail
    )
