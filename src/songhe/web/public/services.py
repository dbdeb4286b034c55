"""基本养老服务清单 and 政府购买服务目录 for everybody: as in force, of every earlier version, what changed between versions, as files."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from songhe.contexts.policy_library import queries as policy
from songhe.contexts.policy_library.queries import VersionBrief
from songhe.engines.policy.pack import Pack
from songhe.web.access import PageRequest, public
from songhe.web.city.pack_changes import changes_between
from songhe.web.service_list import NO_STANDARD, PARTS, ListShown, list_of
from songhe.web.service_list_files import file_answer


def _page(request: PageRequest, found: ListShown) -> HttpResponse:
    shown = {
        "section": "services",
        "found": found,
        "versions": policy.public_versions(),
        "earlier": _before(found.version),
        "no_standard": NO_STANDARD,
        "contact": policy.pack_in_use().pack.contact,
    }
    return render(request, "public/services.html", shown)


def _before(version: VersionBrief) -> VersionBrief | None:
    return next((each for each in policy.public_versions() if each.id < version.id), None)


@public
def page_services(request: PageRequest) -> HttpResponse:
    """The lists in force."""
    return _page(request, list_of())


@public
def page_version(request: PageRequest, version: int) -> HttpResponse:
    """The lists of an earlier version, as they stood when it came into force."""
    return _page(request, list_of(version))


@public
def page_changes(request: PageRequest, version: int) -> HttpResponse:
    """What one version changed in the lists and amounts against the one before."""
    found = list_of(version)
    before = _before(found.version)
    changes = () if before is None else changes_between(_content(before), _content(found.version), only=PARTS)
    shown = {"section": "services", "found": found, "before": before, "changes": changes}
    return render(request, "public/services_changes.html", shown)


def _content(version: VersionBrief) -> tuple[str, Pack]:
    return version.content_hash, policy.pack_of(version.id)


@public
def page_file(request: PageRequest, kind: str) -> HttpResponse:
    """The lists in force as a file."""
    return file_answer(list_of(), kind)


@public
def page_version_file(request: PageRequest, version: int, kind: str) -> HttpResponse:
    """The lists of a version as a file."""
    return file_answer(list_of(version), kind)
