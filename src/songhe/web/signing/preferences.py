"""What a reader may choose for themselves: large type, and at a desk the area to look at. Kept in cookies, not in the account."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from songhe.web.access import PageRequest, public, signed_in
from songhe.web.frame import AREA_COOKIE, LARGE_TYPE_COOKIE

_YEAR = 365 * 24 * 3600
_WORKING_DAY = 12 * 3600


def _back(request: PageRequest) -> HttpResponse:
    target = request.POST.get("next", "/")
    return HttpResponseRedirect(target if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}) else "/")


@require_POST
@public
def submit_large_type(request: PageRequest) -> HttpResponse:
    """关怀模式 is on or off on this device; back to the page it was asked from."""
    response = _back(request)
    if request.POST.get("on") == "1":
        response.set_cookie(LARGE_TYPE_COOKIE, "1", max_age=_YEAR, samesite="Lax", httponly=True)
    else:
        response.delete_cookie(LARGE_TYPE_COOKIE, samesite="Lax")
    return response


@require_POST
@signed_in
def submit_area(request: PageRequest) -> HttpResponse:
    """The desk looks at one area from now on; an area that the actor does not hold is not kept."""
    response, path = _back(request), request.POST.get("area", "")
    if path and any(path.startswith(grant.area_path) for grant in request.actor.grants):
        response.set_cookie(AREA_COOKIE, path, max_age=_WORKING_DAY, samesite="Lax", httponly=True)
    else:
        response.delete_cookie(AREA_COOKIE, samesite="Lax")
    return response
