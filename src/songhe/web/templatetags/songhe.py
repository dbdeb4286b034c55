"""Template tags of the house: icons, chips, numbers, dates, figures, paging."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.http import QueryDict
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from songhe.basics.ages import age_on
from songhe.basics.money import fen_to_yuan
from songhe.foundation import clock
from songhe.foundation.paging import Page
from songhe.web.desks import Entry
from songhe.web.words import CHIPS, SOURCE_NOTES, Chip

register = template.Library()
_ICONS = Path(__file__).resolve().parent.parent / "templates" / "icons"


@lru_cache(maxsize=128)
def _icon(name: str) -> SafeString:
    text = (_ICONS / f"{name}.svg").read_text(encoding="utf-8").strip()
    return mark_safe(text)  # noqa: S308  our own file, named by our own templates


@register.simple_tag
def icon(name: str) -> SafeString:
    """The inline picture `templates/icons/<name>.svg`, hidden from screen readers: a word always stands beside it."""
    return _icon(name)


@register.simple_tag(takes_context=True)
def here(context: template.Context, entry: Entry) -> bool:
    """Whether the page shown belongs to this entry of the side navigation (by its route, or by `section`)."""
    return entry.covers(context["frame"].page) or entry.covers(context.get("section") or "")


@register.inclusion_tag("parts/entry_parts.html", takes_context=True)
def entry_parts(context: template.Context) -> dict[str, object]:
    """The tabs of the entry to which the page shown belongs, for this actor; nothing where there are fewer than two."""
    frame, section = context["frame"], context.get("section") or ""
    found = next((entry for entry in frame.entries if entry.covers(frame.page) or entry.covers(section)), None)
    parts = [part for part in found.parts if frame.actor.may(part.right)] if found else []
    named = frame.page if any(part.page == frame.page for part in parts) else section
    return {"entry": found, "parts": parts if len(parts) > 1 else [], "current": named}


@register.inclusion_tag("parts/chip.html")
def chip(state: str, word: str = "") -> dict[str, Chip | str]:
    """A state as colour, icon and word; `word` replaces the usual one."""
    return {"chip": CHIPS[state], "word": word or CHIPS[state].word}


@register.inclusion_tag("parts/source_mark.html")
def source_mark(status: str) -> dict[str, str]:
    """The mark of a value that no document states or that is not verified; nothing for a stated one."""
    return {"note": SOURCE_NOTES.get(status, "")}


@register.filter
def money(fen: int | None) -> str:
    """128000 is "1,280.00 元"; nothing known is a dash."""
    return "—" if fen is None else f"{fen_to_yuan(fen)} 元"


@register.filter
def li(amount: int) -> str:
    """45 li is "0.045" yuan, for a column whose head names the unit."""
    return f"{amount / 1000:.3f}"


@register.filter
def yuan(fen: int | None) -> str:
    """128000 is "1,280.00", for a column whose head names the unit."""
    return "—" if fen is None else fen_to_yuan(fen)


@register.filter
def grouped(number: int | float | None) -> str:
    """42034 is "42,034"."""
    return "—" if number is None else f"{number:,}"


@register.filter
def likelihood(probability: float) -> str:
    """可能性约97%; 99%以上 and 不到1% where a rounded number would say what nobody can know."""
    if probability >= 0.99:
        return "可能性99%以上"
    return f"可能性约{round(probability * 100)}%" if probability >= 0.01 else "可能性不到1%"


def _local(day: dt.date | dt.datetime | str) -> dt.date | dt.datetime:
    if isinstance(day, str):
        return dt.date.fromisoformat(day)
    return timezone.localtime(day) if isinstance(day, dt.datetime) and timezone.is_aware(day) else day


@register.filter
def cn_date(day: dt.date | dt.datetime | str | None) -> str:
    """2026年11月21日."""
    if not day:
        return "—"
    local = _local(day)
    return f"{local.year}年{local.month}月{local.day}日"


@register.filter
def cn_month(day: dt.date | dt.datetime | str | None) -> str:
    """2026年11月."""
    if not day:
        return "—"
    local = _local(day)
    return f"{local.year}年{local.month}月"


@register.filter
def cn_time(moment: dt.datetime | None) -> str:
    """2026年11月21日 09:05, in the city's time."""
    if moment is None:
        return "—"
    local = timezone.localtime(moment)
    return f"{cn_date(local)} {local:%H:%M}"


@register.filter
def age(birth: dt.date | str | None) -> str:
    """80周岁, as of today."""
    if not birth:
        return "—"
    day = dt.date.fromisoformat(birth) if isinstance(birth, str) else birth
    return f"{age_on(day, clock.today())}周岁"


@register.inclusion_tag("parts/figure.html")
def figure(label: str, value: str | int, unit: str = "", note: str = "", href: str = "") -> dict[str, str]:
    """One number with its unit; `href` opens the rows it was counted from. Inside `<div class="figures">`."""
    shown = f"{value:,}" if isinstance(value, int) else value
    return {"label": label, "value": shown, "unit": unit, "note": note, "href": href}


def _query(context: template.Context, changes: Mapping[str, Any]) -> str:
    query: QueryDict = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return "?" + query.urlencode()


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: Any) -> str:
    """This page's address with some filters changed (an empty value removes one)."""
    return _query(context, changes)


@register.inclusion_tag("parts/paging.html", takes_context=True)
def paging(context: template.Context, page: Page[Any], total: int | None = None) -> dict[str, Any]:
    """The foot of a list: how many are shown, back to the first page, on to the next. Cursors are in the address (`after`)."""
    request = context["request"]
    return {
        "shown": len(page.items),
        "total": total,
        "first": _query(context, {"after": None}) if request.GET.get("after") else "",
        "next": _query(context, {"after": page.next}) if page.next else "",
    }


@register.inclusion_tag("parts/bar.html")
def bar(part: int | float, whole: int | float, tone: str = "") -> dict[str, Any]:
    """A plain horizontal bar; the number stands beside it in words."""
    share = 0.0 if not whole else max(0.0, min(100.0, 100.0 * part / whole))
    return {"width": f"{share:.1f}", "tone": tone}


@register.filter
def item(mapping: Mapping[Any, Any], key: Any) -> Any:
    """The value of a mapping under a key that is itself a variable."""
    return mapping.get(key, "")
