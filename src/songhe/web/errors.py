"""Pages for what went wrong before a page could answer: not found, not allowed, a form too old, an error of ours."""

from __future__ import annotations

import secrets
from logging import getLogger

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

log = getLogger("songhe.web")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return render(request, "errors/not_found.html", status=404)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return render(request, "errors/not_allowed.html", status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return render(request, "errors/bad_request.html", status=400)


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token did not fit: usually it stood open for too long, or in a second window after signing in again."""
    return render(request, "errors/form_too_old.html", {"back": request.get_full_path()}, status=403)


def too_many_attempts(request: HttpRequest, credentials: object = None) -> HttpResponse:
    """Five wrong passwords: the account rests for a quarter of an hour."""
    return render(request, "errors/too_many_attempts.html", status=429)


def failed(request: HttpRequest) -> HttpResponse:
    """500. The page needs no database; the number on it stands in the log beside the cause."""
    number = secrets.token_hex(4)
    log.error("error page %s for %s", number, request.path)
    return HttpResponse(render_to_string("errors/failed.html", {"number": number}), status=500)
