"""The empty file of a department, to be filled in."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse

from songhe.contexts.people import queries as people
from songhe.foundation.access import Right
from songhe.web.access import PageRequest, desk
from songhe.web.ops.import_rows import KINDS


@desk(Right.IMPORT)
def page_template(request: PageRequest, department: str) -> HttpResponse:
    """The empty file with an example and explanations. `?format=csv` is plain."""
    made = people.template_file(department, kind="csv" if request.GET.get("format") == "csv" else "xlsx")
    response = HttpResponse(made.content, content_type=KINDS[made.kind])
    name = quote(f"{made.name}.{made.kind}")
    response["Content-Disposition"] = f"attachment; filename=\"template.{made.kind}\"; filename*=UTF-8''{name}"
    return response
