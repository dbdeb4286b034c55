"""What a person agrees to, or no longer agrees to, about the use of their data: recorded as it was said, never deleted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from songhe.contexts.people.access import person_for
from songhe.contexts.people.models import Consent
from songhe.contexts.people.queries.data_uses import data_uses
from songhe.contexts.people.words import CONSENT_CHANNELS, CONSENT_SPEAKERS
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right
from songhe.foundation.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class RecordedConsent:
    """The word that counts from now on for this use."""

    consent_id: int
    use: str
    title: str
    given: bool


@transaction.atomic
def record_consent(
    actor: Actor,
    *,
    person_id: int,
    use: str,
    given: bool,
    channel: str,
    stated_on: dt.date | None = None,
    until: dt.date | None = None,
    by_whom: str = "self",
) -> RecordedConsent:
    """The person's word about the use is kept beside the earlier ones, and the audit chain says who took it down.

    Taking a consent back is a word with `given` False. Raises InvalidInput, PersonNotFound, AccessDenied.
    """
    person = person_for(actor, person_id, right=Right.CORRECT_FACTS, lock=True)
    known = data_uses().get(use)
    if known is None or not known.needs_consent:
        raise InvalidInput("这一项用途不需要老人同意，或者没有这一项。", next_step="请从列出的用途里选择。", field="use")
    if channel not in CONSENT_CHANNELS:
        raise InvalidInput("请写明是怎么说的。", next_step="请选择窗口、上门、书面或网上。", field="channel")
    if by_whom not in CONSENT_SPEAKERS:
        raise InvalidInput("请写明是谁说的。", next_step="请选择老人本人或者替老人办事的人。", field="by_whom")
    day = stated_on or clock.today()
    if day > clock.today():
        raise InvalidInput("日期不能晚于今天。", next_step="请填写老人说的那一天。", field="stated_on")
    if until is not None and (not given or until < day):
        raise InvalidInput("到期日要晚于说的那一天，不同意时不用填。", next_step="请改正或者留空。", field="until")
    row = Consent.objects.create(
        person=person, use=use, given=given, stated_on=day, until=until, channel=channel, by_whom=by_whom, recorded_by=actor.id,
        recorded_at=clock.now(),
    )  # fmt: skip
    detail = {"use": use, "given": given, "channel": channel, "stated_on": day, "until": until, "by_whom": by_whom}
    audit.record(
        actor, "people.record_consent", subject_type="person", subject_id=person.id, area_path=person.area_path, detail=detail
    )
    return RecordedConsent(row.id, use, known.title, given)
