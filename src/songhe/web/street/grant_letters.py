"""Letters of many notices as one file, in the order of the list, so that one walk through the community hands them all over."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from itertools import groupby
from urllib.parse import quote

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from songhe.contexts.entitlements import actions as entitlements_actions
from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.entitlements.actions import LetterCodes, WrittenLetter
from songhe.contexts.entitlements.queries import NoticeDue
from songhe.contexts.people import queries as people
from songhe.contexts.places import queries as places
from songhe.contexts.places.queries import CommunityDesk
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.pack import Pack
from songhe.foundation import audit, clock
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.foundation.signing import spaced
from songhe.web.access import PageRequest, desk
from songhe.web.exports import every_row
from songhe.web.grants_shown import place_names
from songhe.web.letters import Counter, face_of, letters_pdf
from songhe.web.printing import is_demo, one_file
from songhe.web.street.grant_lists import chosen_ids, notices_of, show_notices
from songhe.web.street.letter_said import said

MOST = 500
AT_ONCE = 50


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
    """The letters, written and kept where that has not been done; that they were printed, and how many, stands in the audit chain."""
    if not items:
        raise InvalidInput("这里没有要印的通知。", next_step="可能已经送到了，请刷新名单。", field="every")
    today, ids = clock.today(), [each.notice.id for each in items]
    entitlements_actions.write_letters(request.actor, notice_ids=ids, write=lambda codes: _written(request, items, codes, today))
    kept = entitlements.letters_kept(request.actor, notice_ids=ids)
    content = one_file([kept[each] for each in ids])
    detail = {"title": "待遇通知", "rows": len(items), "format": "pdf", "filters": {k: v for k, v in request.GET.items() if v}}
    audit.record(request.actor, "list.export", subject_type="list", area_path=_common(items), detail=detail)
    return handed(content, f"待遇通知-{len(items)}份-{today:%Y%m%d}{'-演示数据' if is_demo() else ''}.pdf")


def _blocks(items: Sequence[NoticeDue]) -> Iterator[list[int]]:
    """The notices in blocks of about AT_ONCE; those of one grant stay together, since they bear one look-up code."""
    block: list[int] = []
    for _, group in groupby(sorted(items, key=lambda each: each.grant.id), key=lambda each: each.grant.id):
        block += [each.notice.id for each in group]
        if len(block) >= AT_ONCE:
            yield block
            block = []
    if block:
        yield block


def handed(content: bytes, name: str) -> HttpResponse:
    """The file as a download that nobody keeps on the way."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f"attachment; filename=\"letters.pdf\"; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "no-store"
    return response


@desk(Right.HANDLE_GRANTS)
def page_letter(request: PageRequest, public_id: uuid.UUID, notice: int) -> HttpResponse:
    """One letter as it was sent, byte by byte."""
    taken = entitlements_actions.take_letter(request.actor, notice_id=notice)
    return handed(taken.content, taken.name)


def _common(items: Sequence[NoticeDue]) -> str:
    """The smallest area that holds all of them."""
    paths = [each.grant.area_path.rstrip("/").split("/") for each in items]
    shared = [codes[0] for codes in zip(*paths, strict=False) if len(set(codes)) == 1]
    return "/".join(shared) + "/" if shared else ""


def _written(
    request: PageRequest, items: Sequence[NoticeDue], codes: Sequence[LetterCodes], today: dt.date
) -> Iterator[WrittenLetter]:
    """The letters that these codes are for, each a file of its own."""
    by_notice = {each.notice.id: each for each in items}
    actor, pack = request.actor, policy.pack_in_use().pack
    chosen = [by_notice[code.notice_id] for code in codes]
    known = people.people_by_id(actor, person_ids=sorted({each.grant.person_id for each in chosen}))
    names, days = place_names(), entitlements.granting().term("appeal_working_days")
    website, desks = request.build_absolute_uri(reverse("mine")), places.desks_of({each.grant.area_path for each in chosen})
    for each, code in zip(chosen, codes, strict=True):
        printed = (_spaced(code.look_up), spaced(code.check))
        counter = counter_of(pack, website, desks.get(each.grant.area_path))
        letter = said(actor, pack, each, known.get(each.grant.person_id), printed, names, counter, days)
        yield WrittenLetter(each.notice.id, letters_pdf((letter,), title="待遇通知", made_on=today), face_of(letter))


def _spaced(code: str) -> str:
    """In two halves that stay on one line, as people read it out."""
    half = len(code) // 2
    return f"{code[:half]}\u00a0{code[half:]}"


def counter_of(pack: Pack, website: str, desk: CommunityDesk | None) -> Counter:
    """Where the reader of a letter can go: the desk of the community where it is known, and the counter of the pack."""
    place, phone = (pack.contact.counter, pack.contact.phone) if pack.contact else ("就近的便民服务中心", "（请问社区）")
    if desk is None:
        return Counter(place, phone, website)
    room = f"{desk.of}{f'（{desk.address}）' if desk.address else ''}{'（演示）' if desk.demo else ''}"
    return Counter(place, desk.phone or phone, website, room, desk.hours)
