"""Files that the API hands out: as a download that nobody keeps on the way."""

from __future__ import annotations

import io

from django.http import FileResponse, HttpResponseBase

from songhe.foundation.printing import Paper


def download(name: str, content: bytes, *, content_type: str = "application/octet-stream") -> HttpResponseBase:
    """The bytes under their name."""
    response = FileResponse(io.BytesIO(content), content_type=content_type, as_attachment=True, filename=name)
    response["Cache-Control"] = "no-store"
    return response


def printed(paper: Paper) -> HttpResponseBase:
    """The paper as PDF."""
    return download(paper.name, paper.content, content_type="application/pdf")
