"""What the pages of a release show, alike for the public and for the city desk; and its files."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse

from songhe.contexts.statistics import queries as statistics
from songhe.contexts.statistics.queries import ReleaseView
from songhe.foundation.errors import NotFound
from songhe.web.access import PageRequest
from songhe.web.release_files import csv_answer, dictionary_lines, file_lines, workbook_answer
from songhe.web.release_shown import bars_of, map_of, pairs_of, table_shown, towns_of, trail_of


def release_page(view: ReleaseView, prefix: str) -> dict[str, object]:
    """What the body of a release's page shows; `prefix` is that of the route names (public or of the city desk)."""
    opened = _Href(view.brief.id, prefix)
    area_table = next((table.id for table in view.tables if table.rows.id == "area"), "")

    def below(path: str) -> str:
        return opened(area_table, path)

    return {
        "view": view, "brief": view.brief, "bars": bars_of(view), "pairs": pairs_of(view), "map": map_of(view, below), "towns": towns_of(view, below),
        "tables": [(table.title, opened(table.id, "")) for table in view.tables],
        "files": {kind: reverse(f"{prefix}_file", args=[view.brief.id, kind]) for kind in ("xlsx", "csv", "dictionary")},
        "dictionary": reverse(f"{prefix}_dictionary", args=[view.brief.id]),
    }  # fmt: skip


class _Href:
    """The address of a table, narrowed to the places below one where a path is given."""

    def __init__(self, release_id: int, prefix: str) -> None:
        self.release_id, self.prefix = release_id, prefix

    def __call__(self, table: str, path: str) -> str:
        address = reverse(f"{self.prefix}_table", args=[self.release_id, table])
        return f"{address}?area={path}" if path.endswith("/") else address


def table_page(request: PageRequest, view: ReleaseView, table: str, prefix: str) -> dict[str, object]:
    """What the page of one table shows. Raises ReleaseUnknown."""
    found = statistics.release_table(request.actor, release_id=view.brief.id, table=table)
    area, href = request.GET.get("area", "")[:100], _Href(view.brief.id, prefix)
    trail = [(href(table, path), title) for path, title in trail_of(view, area)] if found.rows.id == "area" else []
    shown = table_shown(view, found, href, area if trail else "")
    return {
        "view": view,
        "brief": view.brief,
        "table": shown,
        "trail": trail,
        "top": href(table, ""),
        "back": reverse(prefix, args=[view.brief.id]),
    }


def file_answer(view: ReleaseView, kind: str) -> HttpResponse:
    """The release as xlsx or csv, or its dictionary as csv."""
    if kind == "xlsx":
        return workbook_answer(view)
    if kind == "csv":
        return csv_answer(view, file_lines(view), "")
    if kind == "dictionary":
        return csv_answer(view, dictionary_lines(view), "-数据字典")
    raise NotFound("没有这种文件。", next_step="请回到老年人状况页面重新选择。")
