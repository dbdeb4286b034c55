"""What a device needs besides the pages: the worker that keeps today's forms usable without a network, and who is signed in."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles.finders import find
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.templatetags.static import static

from songhe.foundation.access import Right
from songhe.web.access import PageRequest, desk

SHELL = ("dist/songhe.css", "dist/page.js", "dist/assess.js", "seal.svg", "favicon.svg", "django_htmx/htmx-2.min.js")
"""What every page of the form loads; nothing in it is about anybody."""


@lru_cache(maxsize=1)
def _worker() -> str:
    """The worker's text, with the addresses of the shell and a version that changes with any of their contents."""
    files = [Path(str(find(name))) for name in ("dist/assess_worker.js", *SHELL)]
    version = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
    shell = json.dumps([static(name) for name in SHELL])
    head = f'self.SONGHE_SHELL={shell};self.SONGHE_VERSION="{version}";\n'
    return head + files[0].read_text(encoding="utf-8")


@desk(Right.ASSESS, Right.ARRANGE_ASSESSMENT, Right.SEE_ASSESSMENTS)
def page_worker(request: PageRequest) -> HttpResponse:
    """The worker's script; a browser asks for it anew each time, so that a new version reaches every device."""
    response = HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    response["Service-Worker-Allowed"] = "/assess/"
    return response


@desk(Right.ASSESS)
def part_device(request: PageRequest) -> HttpResponse:
    """Who is signed in, and a token for what the device sends; asked before sending, since both may have changed meanwhile."""
    response = JsonResponse({"user": str(request.actor.id), "token": get_token(request)})
    response["Cache-Control"] = "no-store"
    return response
