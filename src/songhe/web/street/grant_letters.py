"""Letters of many notices as one file, in the order of the list, so that one walk through the community hands them all over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from songhe.contexts.entitlements import actions as entitlements_actions
from songhe.contexts.entitlements import queries as entitlements
from songhe.contexts.entitlements.queries import GrantLine, NoticeDue
from songhe.contexts.entitlements.words import SUSPENDED_FOR_LABELS, NoticeKind
from songhe.contexts.people import queries as people
from songhe.contexts.people.queries import PersonBrief
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.granting import TakesEffect
from songhe.engines.policy.pack import Pack
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput
from songhe.web.access import PageRequest, desk
from songhe.web.exports import every_row
from songhe.web.grants_shown import place_names
from songhe.web.letters import Counter, LetterSaid, MonthChanged, letters_pdf
from songhe.web.printing import is_demo
from songhe.web.street.grant_lists import chosen_ids, notices_of, show_notices

MOST = 500
_OF_MONTHS = frozenset({NoticeKind.CHANGED, NoticeKind.ENDED, NoticeKind.RECOVERY})


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
        _said(actor, pack, each, known.get(each.grant.person_id), codes[each.grant.id], names, counter, days) for each in items
    ]


def _spaced(code: str) -> str:
    """In two halves that stay on one line, as people read it out."""
    half = len(code) // 2
    return f"{code[:half]}\u00a0{code[half:]}"


def _counter(pack: Pack, website: str) -> Counter:
    if pack.contact is None:
        return Counter("就近的便民服务中心", "请问社区", website)
    return Counter(pack.contact.counter, pack.contact.phone, website)


def _said(
    actor: Actor, pack: Pack, each: NoticeDue, person: PersonBrief | None, code: str, names: Mapping[str, str], counter: Counter, days: int
) -> LetterSaid:  # fmt: skip
    line, notice = each.grant, each.notice
    made = notice.made_at.astimezone(clock.CITY_ZONE).date()
    months = _months(actor, line, made) if notice.kind in _OF_MONTHS and not line.in_kind else ()
    benefit = pack.benefits.get(line.benefit)
    rules = benefit.on(made) if benefit is not None else None
    return LetterSaid(
        kind=notice.kind, number=notice.id, day=clock.today(), name=line.name, dead=person is not None and person.alive is False,
        area=f"{pack.place.name} · {names.get(line.area_path, '')}", title=line.title, in_kind=line.in_kind, gives=rules.gives if rules else "",
        period=line.period, amount=line.amount, was=None, from_on=_from(line, notice.kind, made, months),
        answer_days=_answer_days(line), reasons=tuple(c.yes for c in rules.who) if rules and notice.kind is NoticeKind.PROPOSED else (),
        because=_because(line, notice.kind), months=tuple(m for m in months if notice.kind is not NoticeKind.RECOVERY or m.now < m.was),
        code=code, counter=counter, appeal_days=days,
    )  # fmt: skip


def _answer_days(line: GrantLine) -> int | None:
    plan = entitlements.granting()
    return plan.term("silence_days") if plan.rule(line.benefit).takes_effect is TakesEffect.SILENCE else None


def _from(line: GrantLine, kind: NoticeKind, made: dt.date, months: Sequence[MonthChanged]) -> dt.date:
    """The first day of what the letter says."""
    match kind:
        case NoticeKind.SUSPENDED:
            return line.suspended_since or made
        case NoticeKind.ENDED:
            return line.until_on or made
        case NoticeKind.CHANGED | NoticeKind.RECOVERY:
            return min((each.month for each in months), default=made)
        case _:
            return line.from_on


def _months(actor: Actor, line: GrantLine, made: dt.date) -> tuple[MonthChanged, ...]:
    """The months that were counted again on the day of the notice, oldest first: what was said before, what it is now."""
    dues = entitlements.grant(actor, grant_id=line.id).dues
    changed = (due for due in reversed(dues) if due.earlier and due.made_at.astimezone(clock.CITY_ZONE).date() == made)
    return tuple(MonthChanged(due.period, due.earlier[-1].amount, due.amount) for due in changed)


def _because(line: GrantLine, kind: NoticeKind) -> str:
    match kind:
        case NoticeKind.SUSPENDED:
            return SUSPENDED_FOR_LABELS[line.suspended_for] if line.suspended_for else ""
        case NoticeKind.ENDED | NoticeKind.RECOVERY:
            return line.ended_because
        case _:
            return ""
