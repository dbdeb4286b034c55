"""The plan's printed papers: one way to make a PDF, with demo and day on it, and a line in the audit chain; one way to hand it out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from urllib.parse import quote

from django.http import HttpResponse

from songhe.foundation import audit, clock
from songhe.foundation.access import Actor
from songhe.foundation.printing import Paper
from songhe.web.printing import font, is_demo, pdf_of


def printed(
    actor: Actor, sheet: str, data: Mapping[str, object], *, title: str, rows: int, asked: Mapping[str, str], area_path: str = ""
) -> Paper:
    """The sheet `templates/city/<sheet>` as a PDF/A file of today named by `title`; that it was taken stands in the audit chain."""
    today = clock.today()
    whole = {**data, "font": font(), "demo": is_demo(), "made": cn_day(today)}
    content = pdf_of(f"city/{sheet}", whole, made_on=today)
    detail = {"title": title, "rows": rows, "format": "pdf", "filters": {key: value for key, value in asked.items() if value}}
    audit.record(actor, "list.export", subject_type="list", area_path=area_path, detail=detail)
    return Paper(f"{title}-{today:%Y%m%d}{'-演示数据' if is_demo() else ''}.pdf", content)


def handed_out(paper: Paper) -> HttpResponse:
    """The paper as a download that nobody keeps on the way."""
    response = HttpResponse(paper.content, content_type="application/pdf")
    response["Content-Disposition"] = f"attachment; filename=\"paper.pdf\"; filename*=UTF-8''{quote(paper.name)}"
    response["Cache-Control"] = "no-store"
    return response


def cn_day(day: dt.date) -> str:
    """2025年3月1日."""
    return f"{day.year}年{day.month}月{day.day}日"
