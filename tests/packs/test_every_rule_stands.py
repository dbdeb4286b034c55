"""Every rule of the eligibility catalogue stands in the pack of each city whose plan has it, cited, and in words of our own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

import pytest
import yaml

from songhe.engines.policy.files import read_folder
from songhe.engines.policy.loading import Pack, load_pack
from songhe.engines.policy.pack import Cited
from tests.packs.reference import CITIES, PACKS, plan_windows, rules, windows

# A term of the plan may be used where it names a thing: an indicator, a unit, an office, a document, what a figure speaks of.
NAMES = {"indicator", "unit", "responsible", "participating", "scope"}
NAMES_OF_A_SOURCE = {"title", "issuer", "number"}


@pytest.fixture(scope="module", params=["national", *CITIES.values()])
def city(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def pack(city: str) -> Pack:
    return load_pack(read_folder(PACKS, city), city)


def test_the_catalogue_has_71_rules() -> None:
    assert sorted(rules()) == [f"E{number:02}" for number in range(1, 72)]


@pytest.mark.parametrize("rule", sorted(rules()))
def test_a_rule_stands_in_the_pack_of_each_city_whose_plan_has_it(rule: str) -> None:
    cities = rules()[rule]
    assert cities
    assert [name for name in cities if rule not in _rules_of(name)] == []


def test_a_pack_names_only_rules_of_the_catalogue_that_its_own_plan_has(city: str) -> None:
    assert sorted(rule for rule in _rules_of(city) if city not in _cities_that_mention(rule)) == []


def test_every_entry_says_where_it_comes_from_or_that_and_why_it_is_assumed(pack: Pack) -> None:
    cited = list(_cited(pack))
    assert len(cited) > 50
    for entry in cited:
        if entry.cite.document:
            assert entry.cite.document in pack.sources, entry.at
            assert entry.cite.clause, entry.at
        else:
            assert entry.cite.status == "assumed", entry.at
            assert entry.note, entry.at


def test_every_figure_of_a_national_document_is_marked_as_not_verified(pack: Pack) -> None:
    national = set(_files("national")["pack"]["sources"])
    taken = [entry for entry in _cited(pack) if entry.cite.document in national and entry.at.file.startswith("national/")]
    assert taken
    assert {entry.cite.status for entry in taken} <= {"unverified", "assumed"}, [e.at for e in taken if e.cite.status == "stated"]


def test_no_sentence_of_a_plan_stands_in_a_pack(city: str) -> None:
    plans = plan_windows()
    assert len(plans) > 40_000
    shared = {}
    for stem, content in _files(city).items():
        for where, text in _texts(content, (stem,)):
            found = [run for key, run in windows(text).items() if key in plans]
            if found:
                shared[where] = found[0]
    assert shared == {}


@cache
def _files(city: str) -> dict[str, Any]:
    """The pack's own files as plain data, by name."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return {path.stem: yaml.load(path.read_bytes(), Loader=loader) for path in sorted((PACKS / city).glob("*.yaml"))}  # noqa: S506


def _rules_of(city: str) -> set[str]:
    return set().union(*(_rule_ids(content) for content in _files(city).values()))


def _rule_ids(part: object) -> set[str]:
    if isinstance(part, dict):
        own = set(part["rules"]) if isinstance(part.get("rules"), list) else set()
        return own.union(*(_rule_ids(inner) for inner in part.values()))
    return set().union(*(_rule_ids(inner) for inner in part)) if isinstance(part, list) else set()


def _cities_that_mention(rule: str) -> set[str]:
    """The cities of a rule's heading, and those whose like sentence its body compares."""
    compared = {"E35": {"xuchang"}, "E41": {"xuchang", "qidong"}, "E62": {"weihai"}}
    return set(rules().get(rule, ())) | compared.get(rule, set())


def _cited(part: object) -> Iterator[Cited]:
    """Every citation in a pack, wherever it stands."""
    if isinstance(part, Cited):
        yield part
    elif isinstance(part, dict):
        for inner in part.values():
            yield from _cited(inner)
    elif isinstance(part, tuple | list):
        for inner in part:
            yield from _cited(inner)
    elif is_dataclass(part):
        for field in fields(part):
            yield from _cited(getattr(part, field.name))


def _texts(part: object, where: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Every text of a file that is not the name of something, with its place."""
    if isinstance(part, dict):
        for key, inner in part.items():
            of_a_source = "sources" in where and key in NAMES_OF_A_SOURCE
            if key not in NAMES and not of_a_source:
                yield from _texts(inner, (*where, str(key)))
    elif isinstance(part, list):
        for at, inner in enumerate(part):
            yield from _texts(inner, (*where, str(at)))
    elif isinstance(part, str):
        yield "/".join(where), part
