"""我的待遇: what a person gets, why, since when, how much, what next; opened by the code of a letter and four digits, for ten minutes.

Nothing tells whether a code exists. Who has failed too often has to wait. The signed cookie holds no name and no number of a person.
"""

from __future__ import annotations

import uuid

from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from songhe.contexts.entitlements import actions as entitlements_actions
from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.entitlements.queries import PublicGrant
from songhe.contexts.entitlements.words import AppealChannel
from songhe.contexts.people import queries as people
from songhe.contexts.places import queries as places
from songhe.contexts.places.queries import CommunityDesk
from songhe.contexts.policy_library import queries as policy
from songhe.foundation.access import SYSTEM
from songhe.foundation.errors import InvalidInput, NotFound, SongheError
from songhe.web.access import PageRequest, public
from songhe.web.lists import FieldProblem
from songhe.web.public.mine_shown import MineGrant, mine_of

COOKIE, PATH, SECONDS = "mine", "/mine/", 600
_SALT = "songhe.mine"
RELATIONS = ("本人", "配偶", "子女", "其他亲属", "其他人")


def contact_of(person_id: int | None = None) -> dict[str, object]:
    """Where to go and whom to call: the desk of the person's community where it is known, otherwise the counter of the pack."""
    found = _desk(person_id) if person_id is not None else None
    return _counter() | ({"desk": found} if found is not None else {})


def _desk(person_id: int) -> CommunityDesk | None:
    path = people.person_place(SYSTEM, person_id=person_id).area_path
    return places.desks_of([path]).get(path)


def _counter() -> dict[str, object]:
    contact = policy.pack_in_use().pack.contact
    if contact is None:
        return {"place": "就近的便民服务中心", "phone": "", "section": "mine"}
    assumed = contact.cited.cite.status == "assumed"
    return {"place": contact.counter, "phone": contact.phone, "phone_assumed": assumed, "section": "mine"}


def keep(response: HttpResponse, grant: str) -> HttpResponse:
    """Ten more minutes."""
    text = signing.dumps(grant, salt=_SALT)
    response.set_cookie(COOKIE, text, max_age=SECONDS, path=PATH, httponly=True, samesite="Strict")
    return response


def person_of(request: PageRequest) -> tuple[str, int] | None:
    """The grant whose code was shown, and whose it is; None where nobody has shown one, or too long ago."""
    try:
        public_id = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=SECONDS)
        grant_id = entitlements.grant_id_of(SYSTEM, public_id=uuid.UUID(public_id))
    except (signing.BadSignature, ValueError, NotFound):
        return None
    return public_id, entitlements.grants_by_id(SYSTEM, grant_ids=[grant_id])[grant_id].person_id


def _form(request: PageRequest, refused: SongheError | None = None) -> HttpResponse:
    problems = (FieldProblem("code", f"{refused.sentence}{refused.next_step}"),) if refused else ()
    found = contact_of() | {"problems": problems, "code_mode": "text"}
    return render(request, "public/mine.html", found, status=refused.http_status if refused else 200)


def _look_up(request: PageRequest) -> PublicGrant:
    sent = request.POST
    code = sent.get("code", "").replace("-", "")
    return entitlements.grant_by_code(
        code=code, id_last4=sent.get("last4", "").strip(), place=request.META.get("REMOTE_ADDR", "")
    )


@never_cache
@public
def page_mine(request: PageRequest) -> HttpResponse:
    """The form; a right pair of code and four digits leads to the benefits."""
    if request.method != "POST":
        return _form(request)
    try:
        found = _look_up(request)
    except NotFound:
        return _form(
            request, InvalidInput("查询码和身份证号最后四位对不上。", next_step="请照最新一份通知再看一遍，或者请社区帮忙。")
        )
    except SongheError as refused:
        return _form(request, refused)
    entitlements_actions.note_opened(public_id=uuid.UUID(found.public_id))
    return keep(redirect("mine_grants"), found.public_id)


@never_cache
@public
def page_grants(request: PageRequest) -> HttpResponse:
    """Everything that the person gets, was given, or could have."""
    known = person_of(request)
    if known is None:
        return redirect("mine")
    response = render(request, "public/mine_grants.html", contact_of(known[1]) | {"grants": mine_of(known[1])})
    response["Cache-Control"] = "no-store, private"
    return keep(response, known[0])


def _object_form(request: PageRequest, grant: MineGrant, refused: SongheError | None = None) -> HttpResponse:
    sent = request.POST
    found = contact_of(grant.person_id) | {
        "grant": grant,
        "relations": RELATIONS,
        "days": entitlements.granting().term("appeal_working_days"),
        "typed": {
            "reason": sent.get("reason", ""),
            "by_name": sent.get("by_name", ""),
            "relation": sent.get("relation", ""),
            "wrong": places_of(request),
        },
        "problems": (FieldProblem(refused.field or "reason", f"{refused.sentence}{refused.next_step}"),) if refused else (),
    }
    response = render(request, "public/mine_object.html", found, status=422 if refused else 200)
    response["Cache-Control"] = "no-store, private"
    return response


@never_cache
@public
def page_object(request: PageRequest, number: int) -> HttpResponse:
    """What is wrong, in the person's own words; sent, it is an appeal that the city answers."""
    known = person_of(request)
    if known is None:
        return redirect("mine")
    grant = next((each for each in mine_of(known[1]) if each.number == number and each.may_object), None)
    if grant is None:
        return redirect("mine_grants")
    if request.method != "POST":
        return _object_form(request, grant)
    try:
        file_objection(request, grant)
    except InvalidInput as refused:
        return _object_form(request, grant, refused)
    return keep(redirect("mine_grants"), known[0])


def places_of(request: PageRequest) -> list[int]:
    """The places of the reasons that were ticked as wrong."""
    return [int(each) for each in request.POST.getlist("wrong") if each.isdecimal() and len(each) < 4]


def file_objection(request: PageRequest, grant: MineGrant) -> None:
    """What is wrong has become an appeal that the city answers; InvalidInput for a form that is not filled in."""
    sent = request.POST
    reason, name = sent.get("reason", "").strip(), sent.get("by_name", "").strip()
    if len(reason) < 2:
        raise InvalidInput("请写一写哪里不对。", next_step="写一句话就行。", field="reason")
    if not name:
        raise InvalidInput("请写您的姓名。", next_step="答复时好称呼您。", field="by_name")
    if sent.get("relation") not in RELATIONS:
        raise InvalidInput("请选您是老人的什么人。", field="relation")
    ticked = places_of(request)
    wrong = "".join(f"“{told.rstrip('。')}”" for place, told in enumerate(grant.reasons) if place in ticked)
    entitlements_actions.file_appeal(
        SYSTEM, person_id=grant.person_id, benefit=grant.benefit, by_name=name[:50], relation=sent["relation"],
        reason=(f"写得不对的是{wrong}。" if wrong else "") + reason[:1000], channel=AppealChannel.PORTAL,
    )  # fmt: skip


@require_POST
@public
def submit_leave(request: PageRequest) -> HttpResponse:
    """Nothing of the person is left on this device."""
    response = redirect("mine")
    response.delete_cookie(COOKIE, path=PATH, samesite="Strict")
    return response
