"""What a person may see of a grant without an account: by the code of the letter and the last four of their ID number."""

from __future__ import annotations

import datetime as dt
import hashlib

from songhe.contexts.entitlements.errors import GrantNotFound, TooManyTries
from songhe.contexts.entitlements.models import CodeTry, Grant
from songhe.contexts.entitlements.queries.grants import PublicGrant, ruling_of
from songhe.contexts.entitlements.words import GrantState
from songhe.contexts.people import queries as people
from songhe.foundation import clock

TRIES = 5  # wrong ones, for one code or from one place …
WITHIN = dt.timedelta(hours=1)  # … within this time
PLACE_TRIES = 20


def digest_of(code: str) -> str:
    """What is kept of a code, written by whoever with small letters or spaces."""
    return hashlib.sha256("".join(code.upper().split()).encode()).hexdigest()


def grant_by_code(*, code: str, id_last4: str, place: str = "") -> PublicGrant:
    """The grant. Raises GrantNotFound for a wrong code or number alike, TooManyTries after TRIES wrong ones within WITHIN (PLACE_TRIES from
    one `place`, such as a network address; only its digest is kept). A wrong try is remembered, so this is the one question that writes.
    """
    digest, now = digest_of(code), clock.now()
    origin = hashlib.sha256(place.encode()).hexdigest() if place else ""
    recent = CodeTry.objects.filter(at__gt=now - WITHIN)
    if recent.filter(code_digest=digest).count() >= TRIES or (
        origin and recent.filter(place_digest=origin).count() >= PLACE_TRIES
    ):
        raise TooManyTries("输错的次数太多了，请一小时后再试。", next_step="也可以带身份证到社区或窗口查询。")
    grant = Grant.objects.filter(code_digest=digest).first() if len(code) <= 40 else None
    if grant is None or not people.number_ends_with(grant.person_id, id_last4.strip()):
        CodeTry.objects.create(code_digest=digest, place_digest=origin, at=now)
        raise GrantNotFound("查询码或身份证号后四位不对。", next_step="请照通知书上的查询码重新输入。")
    return PublicGrant(
        grant.title, GrantState(grant.state), grant.in_kind, grant.period, grant.amount, grant.from_on, grant.until_on,
        grant.effective_on_silence, str(grant.public_id), ruling_of(grant.overridden_by),
    )  # fmt: skip
