"""The public home: three ways on, nothing else."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from songhe.contexts.policy_library import queries as policy
from songhe.web.access import PageRequest, public


@public
def page_home(request: PageRequest) -> HttpResponse:
    """The first page for elders and families; before a pack is loaded it says so."""
    loaded = policy.is_pack_loaded()
    return render(
        request, "public/home.html", {"loaded": loaded, "contact": policy.pack_in_use().pack.contact if loaded else None}
    )
