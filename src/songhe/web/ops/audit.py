"""The audit chain for the audit administrator: who did what, where, when and why; whether the chain holds; the list as a file."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from songhe.contexts.accounts.words import RIGHT_LABELS
from songhe.contexts.people.words import IDENTITY_LABELS
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import audit, audit_trail
from songhe.foundation.access import ROLE_LABELS, Right
from songhe.foundation.audit_trail import AuditView
from songhe.foundation.errors import InvalidInput
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter
from songhe.web.exports import every_row, export
from songhe.web.lists import Filter, chosen
from songhe.web.ops.area_choice import names_of_areas
from songhe.web.ops.words import DEED_GROUPS, DEEDS, DETAILS, JOB_LABELS, SUBJECTS, VERDICT_WORDS

_KINDS = tuple(SUBJECTS.items())
_SHOWN_APART = ("reason", "label")  # the reason has its own place; the label only repeats the field
_FINGERPRINT = re.compile(r"[0-9a-f]{40,}")


@dataclass(frozen=True, slots=True)
class DeedLine:
    """One deed in words. `reason` is what the actor gave; `details` are the rest, labelled."""

    entry: AuditView
    deed: str
    subject: str
    place: str
    reason: str
    details: tuple[tuple[str, str], ...]


def deed_lines(entries: tuple[AuditView, ...]) -> tuple[DeedLine, ...]:
    """The deeds as the list shows them."""
    places, words = names_of_areas(), _words()
    return tuple(
        DeedLine(
            entry,
            DEEDS.get(entry.action, entry.action),
            f"{SUBJECTS.get(entry.subject_type, entry.subject_type)} {entry.subject_id}".strip(),
            places.get(entry.area_path, entry.area_path) if entry.area_path else "",
            str(entry.detail.get("reason", "")),
            tuple(
                (DETAILS.get(key, key), _shown(entry.detail[key], words))
                for key in sorted(entry.detail, key=_order)
                if key not in _SHOWN_APART and entry.detail[key] is not None
            ),
        )
        for entry in entries
    )


def _order(key: str) -> tuple[int, str]:
    """Details stand in the order of their labels' list."""
    return (list(DETAILS).index(key) if key in DETAILS else len(DETAILS), key)


def _words() -> Mapping[str, str]:
    """What codes in details are called: fields, rights, roles, verdicts, jobs."""
    variables = policy.pack_in_use().pack.variables_of("person") if policy.is_pack_loaded() else {}
    labels = {name: variable.label for name, variable in variables.items()}
    named = {str(key): label for table in (RIGHT_LABELS, ROLE_LABELS, VERDICT_WORDS) for key, label in table.items()}
    return {**labels, **IDENTITY_LABELS, **named, **JOB_LABELS}


def _shown(value: object, words: Mapping[str, str]) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str):
        return f"{value[:12]}…" if _FINGERPRINT.fullmatch(value) else words.get(value, value)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return "、".join(_shown(each, words) for each in value)
    return json.dumps(value, ensure_ascii=False)


def _filters(request: PageRequest) -> tuple[Filter, ...]:
    get = request.GET
    return (
        Filter("who", "谁", get.get("who", "").strip(), hint="姓名"),
        Filter("what", "做了什么", chosen(get, "what", DEED_GROUPS), "choice", DEED_GROUPS),
        Filter("kind", "对什么做的", chosen(get, "kind", _KINDS), "choice", _KINDS),
        Filter("number", "编号", get.get("number", "").strip(), hint="要先选左边"),
        area_filter(request, Right.SEE_AUDIT),
        Filter("since", "从哪天", get.get("since", ""), "date"),
        Filter("until", "到哪天", get.get("until", ""), "date"),
    )


def _midnight(text: str, *, later: int = 0) -> dt.datetime | None:
    """The beginning of a day in the city's time, or of a day after it."""
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text) + dt.timedelta(days=later)
    except (ValueError, OverflowError):
        raise InvalidInput("日期写得不对。", next_step="例如 2026-11-21。") from None
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def _found(request: PageRequest, filters: tuple[Filter, ...], after: str | None, limit: int = 50) -> Page[AuditView]:
    who, what, kind, number, area, since, until = (each.value for each in filters)
    return audit_trail.list_entries(
        request.actor,
        area_path=area,
        action=what or None,
        actor_name=who or None,
        subject=(kind, number) if kind else None,
        since=_midnight(since),
        until=_midnight(until, later=1),
        limit=limit,
        after=after,
    )


@desk(Right.SEE_AUDIT)
def page_audit(request: PageRequest) -> HttpResponse:
    """The deeds of the filters, newest first, and the last time the chain was verified."""
    filters = _filters(request)
    page = _found(request, filters, request.GET.get("after"))
    last = audit_trail.list_entries(request.actor, action="audit.verify", limit=1).items
    found = {
        "page": page,
        "lines": deed_lines(page.items),
        "filters": filters,
        "cleared": request.path if any(each.value for each in filters) else "",
        "last": last[0] if last else None,
    }
    return render(request, "ops/audit.html", found)


@desk(Right.SEE_AUDIT)
def page_export(request: PageRequest) -> HttpResponse:
    """The same list as a file."""
    filters = _filters(request)
    lines = deed_lines(tuple(every_row(lambda after: _found(request, filters, after, limit=500))))
    rows = [
        (
            line.entry.seq,
            f"{timezone.localtime(line.entry.at):%Y-%m-%d %H:%M:%S}",
            line.entry.actor_name,
            line.deed,
            line.subject,
            line.place,
            line.reason,
            "；".join(f"{label}：{shown}" for label, shown in line.details),
        )
        for line in lines
    ]
    header = ("序号", "时间", "谁", "做了什么", "对什么做的", "在哪里", "原因", "详情")
    return export(request, title="审计记录", header=header, rows=rows, area_path=filters[4].value)


@require_POST
@desk(Right.SEE_AUDIT)
def submit_verify(request: PageRequest) -> HttpResponse:
    """The whole chain has been walked; what was found is said and stands in the chain."""
    result = audit.verify()
    detail = {"ok": result.ok, "checked": result.checked, "first_bad_seq": result.first_bad_seq}
    audit.record(request.actor, "audit.verify", subject_type="audit", detail=detail)
    if result.ok:
        messages.success(request, f"校验完毕：{result.checked:,} 条记录都完好，没有被改动、删除或插入过。")
    else:
        messages.error(request, f"校验发现问题：{result.sentence}请保留现场，马上报告。")
    return redirect("ops:audit")
