"""Letters of many notices as one file, in the order of the list, so that one walk through the community hands them all over."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from songhe.contexts.entitlements import actions as entitlements_actions
from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.entitlements.queries import NoticeDue
from songhe.contexts.people import queries as people
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.pack import Pack
from songhe.foundation import audit, clock
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.web.access import PageRequest, desk
from songhe.web.exports import every_row
from songhe.web.grants_shown import place_names
from songhe.web.letters import Counter, LetterSaid, letters_pdf
from songhe.web.printing import is_demo
from songhe.web.street.grant_lists import chosen_ids, notices_of, show_notices
from songhe.web.street.letter_said import said

MOST = 500


@require_POST
@desk(Right.HANDLE_GRANTS)
def submit_letters(request: PageRequest) -> HttpResponse:
    """The letters of all notices of the filters in the address."""
    found = every_row(lambda after: notices_of(request, after, limit=200))
    try:
        if len(found) > MOST:
            raise InvalidInput(
                f"一共{len(found)}份，一次最多印{MOST}份。", next_step="请选一个村（社区）再印。", field="filter-area"
            )
        return _answer(request, found)
    except InvalidInput as refused:
        return show_notices(request, refused)


@require_POST
@desk(Right.HANDLE_GRANTS)
def submit_letters_chosen(request: PageRequest) -> HttpResponse:
    """The letters of the notices that are ticked."""
    try:
        wanted = set(chosen_ids(request, "notice"))
        found = every_row(lambda after: notices_of(request, after, limit=200))
        return _answer(request, [each for each in found if each.notice.id in wanted])
    except InvalidInput as refused:
        return show_notices(request, refused)


def _answer(request: PageRequest, items: Sequence[NoticeDue]) -> HttpResponse:
    """The file; that it was printed, and how many letters, stands in the audit chain."""
    if not items:
        raise InvalidInput("这里没有要印的通知。", next_step="可能已经送到了，请刷新名单。", field="every")
    today = clock.today()
    content = letters_pdf(letters_of(request, items), title="待遇通知", made_on=today)
    detail = {"title": "待遇通知", "rows": len(items), "format": "pdf", "filters": {k: v for k, v in request.GET.items() if v}}
    audit.record(request.actor, "list.export", subject_type="list", area_path=_common(items), detail=detail)
    response = HttpResponse(content, content_type="application/pdf")
    name = quote(f"待遇通知-{len(items)}份-{today:%Y%m%d}{'-演示数据' if is_demo() else ''}.pdf")
    response["Content-Disposition"] = f"attachment; filename=\"letters.pdf\"; filename*=UTF-8''{name}"
    response["Cache-Control"] = "no-store"
    return response


def _common(items: Sequence[NoticeDue]) -> str:
    """The smallest area that holds all of them."""
    paths = [each.grant.area_path.rstrip("/").split("/") for each in items]
    shared = [codes[0] for codes in zip(*paths, strict=False) if len(set(codes)) == 1]
    return "/".join(shared) + "/" if shared else ""


def letters_of(request: PageRequest, items: Sequence[NoticeDue]) -> list[LetterSaid]:
    """What each letter says. Each gets a new look-up code; the one on an older letter of the same grant is void from then on."""
    actor, pack = request.actor, policy.pack_in_use().pack
    known = people.people_by_id(actor, person_ids=sorted({each.grant.person_id for each in items}))
    issued = entitlements_actions.issue_codes(actor, grant_ids={each.grant.id for each in items})
    codes = {each.grant_id: _spaced(each.code) for each in issued}
    names, days = place_names(), entitlements.granting().term("appeal_working_days")
    counter = _counter(pack, request.build_absolute_uri(reverse("mine")))
    return [
        said(actor, pack, each, known.get(each.grant.person_id), codes[each.grant.id], names, counter, days) for each in items
    ]


def _spaced(code: str) -> str:
    """In two halves that stay on one line, as people read it out."""
    half = len(code) // 2
    return f"{code[:half]}\u00a0{code[half:]}"


def _counter(pack: Pack, website: str) -> Counter:
    if pack.contact is None:
        return Counter("就近的便民服务中心", "请问社区", website)
    return Counter(pack.contact.counter, pack.contact.phone, website)
