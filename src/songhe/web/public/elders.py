"""老年人状况 for everybody: the newest published release, earlier ones, each table, files and the data dictionary."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from songhe.contexts.statistics import queries as statistics
from songhe.contexts.statistics.queries import ReleaseState, ReleaseView
from songhe.foundation.errors import NotFound
from songhe.web.access import PageRequest, public
from songhe.web.release_files import dictionary_lines
from songhe.web.release_pages import file_answer, release_page, table_page


def _published(request: PageRequest, release_id: int) -> ReleaseView:
    view = statistics.release(request.actor, release_id=release_id)
    if view.brief.published_at is None:
        raise NotFound("没有这一份发布。", next_step="请从老年人状况页面重新选择。")
    return view


@public
def page_elders(request: PageRequest) -> HttpResponse:
    """The release that stands for the newest year; before the first one the page says so."""
    kept = [brief for brief in statistics.releases(request.actor) if brief.published_at is not None]
    now = next((brief for brief in kept if brief.state is ReleaseState.PUBLISHED), None)
    if now is None:
        return render(request, "public/elders.html", {"section": "elders", "view": None})
    view = statistics.release(request.actor, release_id=now.id)
    return render(request, "public/elders.html", {"section": "elders", "kept": kept} | release_page(view, "elders_release"))


@public
def page_release(request: PageRequest, release_id: int) -> HttpResponse:
    """One published release; one that was corrected says what stands in its place."""
    kept = [brief for brief in statistics.releases(request.actor) if brief.published_at is not None]
    shown = release_page(_published(request, release_id), "elders_release")
    return render(request, "public/elders.html", {"section": "elders", "kept": kept} | shown)


@public
def page_table(request: PageRequest, release_id: int, table: str) -> HttpResponse:
    """One table; of places one level at a time."""
    shown = table_page(request, _published(request, release_id), table, "elders_release")
    return render(request, "public/elders_table.html", {"section": "elders"} | shown)


@public
def page_dictionary(request: PageRequest, release_id: int) -> HttpResponse:
    """What every column and class means."""
    view = _published(request, release_id)
    lines, back = dictionary_lines(view), reverse("elders_release", args=[release_id])
    shown = {"section": "elders", "view": view, "brief": view.brief, "head": lines[0], "lines": lines[1:], "back": back}
    return render(request, "public/elders_dictionary.html", shown)


@public
def page_file(request: PageRequest, release_id: int, kind: str) -> HttpResponse:
    """The release as a file."""
    return file_answer(_published(request, release_id), kind)
