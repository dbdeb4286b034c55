"""Grants in the small town: what its first run proposed, noticed and ready to be handed over."""

from __future__ import annotations

from dataclasses import dataclass

from songhe.contexts.entitlements import actions as entitlements
from songhe.contexts.entitlements import queries
from songhe.contexts.entitlements.queries import GrantLine
from songhe.foundation.access import SYSTEM
from tests.web.town import Town, build_town


@dataclass(frozen=True)
class Granted:
    """The town, and the age allowance of 吴秀兰 (85) as it was proposed."""

    town: Town
    allowance: GrantLine


def build_granted() -> Granted:
    """The first run has been followed: grants are proposed and their notices made."""
    town = build_town()
    entitlements.follow_run(SYSTEM, run_id=town.run)
    return Granted(town, line_of(town.wife.id, "age_allowance"))


def line_of(person_id: int, benefit: str) -> GrantLine:
    """The person's newest grant of the benefit as it stands now."""
    return next(line for line in queries.grants_of(SYSTEM, person_id=person_id) if line.benefit == benefit)


def notice_of(line: GrantLine) -> int:
    """The number of the newest notice about the grant."""
    return queries.grant(SYSTEM, grant_id=line.id).notices[-1].id


def notified(line: GrantLine) -> GrantLine:
    """Its notice has been handed over today."""
    entitlements.deliver_notice(SYSTEM, notice_id=notice_of(line), received_by="本人")
    return line_of(line.person_id, line.benefit)
