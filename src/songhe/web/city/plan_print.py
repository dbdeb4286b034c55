"""The plan's printed papers: one way to hand out a PDF, with demo and day on it, and a line in the audit chain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from urllib.parse import quote

from django.http import HttpResponse

from songhe.foundation import audit, clock
from songhe.web.access import PageRequest
from songhe.web.printing import font, is_demo, pdf_of


def paper(request: PageRequest, sheet: str, data: Mapping[str, object], *, title: str, rows: int = 1) -> HttpResponse:
    """The sheet `templates/city/<sheet>` as a PDF/A file of today named by `title`; that it was taken stands in the audit chain."""
    today = clock.today()
    whole = {**data, "font": font(), "demo": is_demo(), "made": cn_day(today)}
    content = pdf_of(f"city/{sheet}", whole, made_on=today)
    detail = {
        "title": title,
        "rows": rows,
        "format": "pdf",
        "filters": {key: value for key, value in request.GET.items() if value},
    }
    audit.record(request.actor, "list.export", subject_type="list", detail=detail)
    response = HttpResponse(content, content_type="application/pdf")
    name = quote(f"{title}-{today:%Y%m%d}{'-演示数据' if is_demo() else ''}.pdf")
    response["Content-Disposition"] = f"attachment; filename=\"paper.pdf\"; filename*=UTF-8''{name}"
    response["Cache-Control"] = "no-store"
    return response


def cn_day(day: dt.date) -> str:
    """2025年3月1日."""
    return f"{day.year}年{day.month}月{day.day}日"
