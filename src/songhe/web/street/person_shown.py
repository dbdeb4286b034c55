"""A person's view in the shapes of the page: head with masked fields, decisions in three groups, one timeline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from songhe.contexts.entitlements.queries import DecisionBrief, PersonDecision
from songhe.contexts.people.queries import LifeEventView, PersonView
from songhe.contexts.policy_library import queries as policy
from songhe.engines.policy.rulebook import Status
from songhe.web.decisions import DecisionShown, decision_shown
from songhe.web.lists import MaskedField, Member, PersonHead

_GROUPS = (
    ("can", "符合条件", (Status.ELIGIBLE, Status.PROVISIONAL)),
    ("unsure", "还不能确定", (Status.CANNOT_TELL,)),
    ("not", "目前不符合", (Status.NOT_ELIGIBLE, Status.DISPLACED, Status.OTHER_MEMBER, Status.NOT_IN_FORCE)),
)


@dataclass(frozen=True, slots=True)
class DecisionGroup:
    """Benefits with the same kind of answer."""

    id: str
    title: str
    decisions: tuple[DecisionShown, ...]


@dataclass(frozen=True, slots=True)
class PersonMoment:
    """One line of the timeline; `said` are (label, value) pairs, `run` a decision that can be opened."""

    day: dt.date
    order: str
    sentence: str
    detail: str = ""
    said: Sequence[tuple[str, str]] = ()
    run: int = 0


def head_of(view: PersonView, revealed: tuple[str, str]) -> PersonHead:
    """Who the page is about; each sensitive field is masked unless it has just been revealed."""
    brief, url = view.brief, reverse("street:reveal", args=[view.brief.public_id])
    masked = (
        ("id_number", "身份证号", brief.id_number),
        ("phone", "电话", brief.phone),
        ("address", "住址", view.household.address),
        ("bank_account", "发放账号", view.bank_account),
        ("diagnosis", "诊断", view.diagnosis),
    )
    fields = tuple(
        MaskedField(name, label, text, url if name in view.revealable else "", revealed[1] if revealed[0] == name else "")
        for name, label, text in masked
        if text or name in ("id_number", "phone")
    )
    return PersonHead(
        name=brief.name,
        sex=brief.sex,
        age=f"{brief.age}周岁" if brief.age is not None else "出生日期不详",
        area=brief.place,
        tags=("已去世",) if brief.alive is False else (),
        fields=fields,
        household=tuple(
            Member(
                member.brief.name,
                reverse("street:person", args=[member.brief.public_id]),
                "，".join(word for word in (member.relation, f"{member.brief.age}周岁" if member.brief.age else "") if word),
            )
            for member in view.household.members
            if member.brief.id != brief.id
        ),
    )


def decision_groups(decided: PersonDecision, rulings: Mapping[str, str] | None = None) -> tuple[DecisionGroup, ...]:
    """The decisions by answer, money first within a group. `rulings`: benefit -> by which appeal it is given against the rules."""
    pack = policy.pack_in_use().pack
    return tuple(
        DecisionGroup(
            id,
            title,
            tuple(
                decision_shown(pack, explained, ruling=(rulings or {}).get(explained.benefit, ""))
                for explained in sorted(decided.explanations, key=lambda each: not each.amount)
                if explained.status in statuses
            ),
        )
        for id, title, statuses in _GROUPS
    )


def benefit_shown(decided: PersonDecision, benefit: str) -> DecisionShown | None:
    """What the rules say of one benefit; None where the run did not decide it."""
    pack = policy.pack_in_use().pack
    return next((decision_shown(pack, each) for each in decided.explanations if each.benefit == benefit), None)


def moments_of(
    view: PersonView, history: Sequence[DecisionBrief], happened: Sequence[LifeEventView] = ()
) -> tuple[PersonMoment, ...]:
    """Records, what happened to the person, and decisions, newest first."""
    records = [
        PersonMoment(entry.stated_on, entry.received_at.isoformat(), entry.title, entry.note, entry.said)
        for entry in view.timeline
    ]
    decisions = [
        PersonMoment(
            brief.published_at.date(),
            brief.published_at.isoformat(),
            f"核算：符合条件{len(brief.eligible)}项，还不能确定{len(brief.cannot_tell)}项",
            brief.cause,
            (),
            brief.run_id,
        )
        for brief in history
        if brief.published_at is not None
    ]
    events = [
        PersonMoment(
            event.happened_on or event.known_at.date(), event.known_at.isoformat(), event.told,
            f"{event.department}说的，{_day(event.known_at)}得知" if event.department else "",
        )
        for event in happened
    ]  # fmt: skip
    return tuple(sorted(records + events + decisions, key=lambda moment: (moment.day, moment.order), reverse=True))


def _day(moment: dt.datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local.year}年{local.month}月{local.day}日"
