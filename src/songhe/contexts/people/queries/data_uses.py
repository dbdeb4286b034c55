"""What facts about people may be used for (packs/national/data_uses.yaml), and what a person has agreed to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from songhe.contexts.people.access import person_for
from songhe.contexts.people.models import Consent, Person
from songhe.contexts.people.words import CONSENT_CHANNELS
from songhe.foundation import clock
from songhe.foundation.access import Actor


@dataclass(frozen=True, slots=True)
class DataUse:
    """One use. `document` is the name and clause of what allows it; `verified` whether that has been checked against the official text."""

    id: str
    title: str
    purpose: str
    departments: tuple[str, ...]
    needs_consent: bool
    document: str
    clause: str
    verified: bool
    assumed: bool


@dataclass(frozen=True, slots=True)
class ConsentView:
    """What was said about one use; `holds` where it is the latest word, given and not run out."""

    id: int
    use: str
    title: str
    given: bool
    stated_on: dt.date
    until: dt.date | None
    channel: str
    by_whom: str
    holds: bool
    latest: bool


@cache
def data_uses() -> Mapping[str, DataUse]:
    """Every use by id, in the order of the file; a city's own file adds to them or replaces one."""
    found: dict[str, DataUse] = {}
    for folder in dict.fromkeys(("national", settings.CITY)):
        file = Path(settings.PACKS) / folder / "data_uses.yaml"
        if folder and file.is_file():
            titles = _titles("national") | _titles(folder)
            found |= {name: _use(name, entry, titles) for name, entry in (yaml.safe_load(file.read_text("utf-8")) or {}).items()}
    return found


def _titles(folder: str) -> dict[str, str]:
    pack = yaml.safe_load((Path(settings.PACKS) / folder / "pack.yaml").read_text("utf-8"))
    return {name: str(source["title"]) for name, source in (pack.get("sources") or {}).items()}


def _use(name: str, entry: Mapping[str, Any], titles: Mapping[str, str]) -> DataUse:
    cite = entry.get("cite") or {}
    return DataUse(
        name, entry["title"], entry["purpose"], tuple(entry["departments"]), bool(entry.get("consent", False)),
        titles.get(cite.get("doc", ""), ""), str(cite.get("clause", "")), entry.get("verified", True), entry.get("source") == "assumed",
    )  # fmt: skip


def consents(actor: Actor, *, person_id: int) -> tuple[ConsentView, ...]:
    """Everything the person said about the uses of their data, latest first."""
    return _views(person_for(actor, person_id))


def may_use(person: Person, use: DataUse) -> bool:
    """Whether the person's data may be used so: nobody has to agree, or the latest word is a consent that has not run out."""
    return not use.needs_consent or any(view.holds for view in _views(person) if view.use == use.id)


def _views(person: Person) -> tuple[ConsentView, ...]:
    written_as = [person.id, *Person.objects.filter(stands_for=person.id).values_list("id", flat=True)]
    today, seen = clock.today(), set[str]()
    found = []
    for row in Consent.objects.filter(person_id__in=written_as).order_by("-stated_on", "-id"):
        latest = row.use not in seen
        seen.add(row.use)
        use = data_uses().get(row.use)
        holds = latest and row.given and (row.until is None or row.until >= today)
        found.append(
            ConsentView(
                row.id, row.use, use.title if use else row.use, row.given, row.stated_on, row.until,
                CONSENT_CHANNELS.get(row.channel, row.channel), row.by_whom, holds, latest,
            )
        )  # fmt: skip
    return tuple(found)
