"""After signing in: the desks of this account; one desk opens at once."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from songhe.web.access import PageRequest, signed_in
from songhe.web.desks import desks_of


@signed_in
def page_desks(request: PageRequest) -> HttpResponse:
    """The desk chooser; straight to the desk where there is only one."""
    found = [(desk, desk.entries_for(request.actor)[0]) for desk in desks_of(request.actor)]
    if len(found) == 1 and "choose" not in request.GET:
        return redirect(found[0][1].page)
    return render(request, "signing/desks.html", {"desks": found})
