"""A refusal that an action raised becomes a page in plain words, with its own status; part requests get the part only."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from songhe.foundation.errors import SongheError
from songhe.web.access import VISITOR, actor_of


class RefusalPages:
    """Every SongheError that leaves a page is shown as sentence, next step and code."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page that says what was refused; None for anything that is not a refusal."""
        if not isinstance(error, SongheError) or request.path.startswith("/api/"):
            return None
        part = getattr(request, "htmx", False) and not request.htmx.boosted  # type: ignore[attr-defined]
        template = "parts/error_state.html" if part else "errors/refused.html"
        found = {
            "sentence": error.sentence,
            "next_step": error.next_step,
            "code": error.code,
            "signed_in": actor_of(request).kind != VISITOR.kind,
        }
        return render(request, template, found, status=error.http_status)
