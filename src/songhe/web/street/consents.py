"""What a person agreed to about the use of their data, taken down at the counter or on a visit."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from songhe.contexts.people import actions as people_actions
from songhe.contexts.people import queries as people
from songhe.contexts.people.queries import ConsentView
from songhe.foundation.access import Right
from songhe.foundation.errors import InvalidInput
from songhe.web.access import PageRequest, desk


@require_POST
@desk(Right.CORRECT_FACTS)
def submit_consent(request: PageRequest, public_id: uuid.UUID) -> HttpResponse:
    """The person's word is kept; back to the page, which says so or says what is wrong."""
    person_id, post = people.person_id_of(request.actor, public_id=public_id), request.POST
    try:
        said = people_actions.record_consent(
            request.actor,
            person_id=person_id,
            use=post.get("use", ""),
            given=post.get("given") == "1",
            channel=post.get("channel", ""),
            by_whom=post.get("by_whom", ""),
            stated_on=_day(post.get("stated_on", "")),
            until=_day(post.get("until", "")),
        )
    except InvalidInput as refused:
        messages.error(request, f"没有登记：{refused.sentence}{refused.next_step}")
    else:
        messages.success(request, f"已登记：{'同意' if said.given else '不同意'}“{said.title}”。")
    return redirect(reverse("street:person", args=[public_id]) + "#data-use")


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInput("日期写得不对。", next_step="例如 2026-11-21。", field="stated_on") from None


def latest_of(consents: Sequence[ConsentView]) -> Mapping[str, ConsentView]:
    """The word that counts for each use."""
    return {said.use: said for said in consents if said.latest}
