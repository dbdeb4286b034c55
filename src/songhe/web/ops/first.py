"""The operations desk's address by itself: on to the first page that this account may open."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect

from songhe.foundation.access import Right
from songhe.web.access import PageRequest, desk
from songhe.web.frame import Frame


@desk(Right.IMPORT, Right.MANAGE_USERS, Right.SEE_JOBS, Right.SEE_AUDIT)
def page_first(request: PageRequest) -> HttpResponse:
    """Imports, accounts, background work or audit."""
    return redirect(Frame(request).entries[0].page)
