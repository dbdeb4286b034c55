"""Brought in through the front door, the demo city shows what it is made to show: who lives with whom, and that an ID number was corrected."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from songhe.basics.masking import mask_id_number
from songhe.contexts.people import actions, queries
from songhe.contexts.people.models import FormerNumber, Household, Person, Record
from songhe.contexts.people.words import DERIVED, LifeEventKind
from songhe.contexts.places import actions as places
from songhe.demo_city.areas import Node
from songhe.demo_city.build import DemoCity, DemoTables, build_city
from songhe.demo_city.plan import read_plan
from songhe.demo_city.residents import ALONE, COUPLE
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM
from songhe.foundation.encryption import blind_index
from tests.demo_city.city import DEMO, layouts, variables

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 21)
SENDERS = {"police": "公安", "institutions": "养老机构"}
AGREES = 0.995


def _area(node: Node) -> places.AreaInput:
    return places.AreaInput(node.code, node.name, node.level, node.parent or None, node.rural)


def _brought_in(folder: Path) -> tuple[DemoCity, DemoTables]:
    """A demo city of 200 elders, of whom the police and the institutions have sent files, and the police another with what changed."""
    kept: list[DemoTables] = []
    given = {"code": "999900", "name": "试验市", "as_of": DAY, "scale": 0.04, "also": kept.append}
    built = build_city(read_plan(DEMO), layouts(), variables(), folder, **given)  # type: ignore[arg-type]
    places.load_areas(SYSTEM, areas=[_area(node) for node in built.city.walk()])
    for file in (file for file in built.files if file.department in SENDERS):
        batch = actions.upload_file(
            SYSTEM, department=SENDERS[file.department], name=file.path.name, content=file.path, stated_on=DAY
        )
        actions.check_batch(SYSTEM, batch_id=batch)
        actions.accept_batch(SYSTEM, batch_id=batch)
    return built, kept[0]


def test_what_is_derived_agrees_with_what_is_true_and_a_corrected_number_is_an_event(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with clock.frozen(DAY):
        built, made = _brought_in(tmp_path)
    homes = Household.objects.exclude(address_digest="").values_list("address_digest", flat=True)
    assert max(Counter(homes).values()) == 1
    agree, of = _agreement(made)
    with capsys.disabled():
        print(f"\nderived living arrangement agrees with the demo city's truth: {agree / of:.2%} of {of:,}")
    assert of > 300
    assert agree / of >= AGREES
    assert built.files[-1].rows == len(made.changes.persons) == FormerNumber.objects.count() == 2
    for row in made.changes.persons:
        person = Person.objects.get(id_index=_index(_changed(made)[made.columns["id_number"][row]]))
        assert person.name == made.columns["name"][row]
        with clock.frozen(DAY):
            (event,) = queries.life_events(SYSTEM, person_id=person.id)
        assert event.kind is LifeEventKind.NUMBER_CHANGED
        assert event.told == f"身份证号变更：原号码{mask_id_number(made.columns['id_number'][row])}"
        assert event.happened_on is not None and event.happened_on < DAY


def _agreement(made: DemoTables) -> tuple[int, int]:
    """How many of the derived answers are what is true of the demo city, and how many there are: 独居 and 空巢 of its elders."""
    living = dict(zip(map(_index, made.columns["id_number"].tolist()), made.people.living.tolist(), strict=True))
    former = {_index(new): _index(old) for old, new in _changed(made).items()}
    told = Counter[bool]()
    derived: dict[bytes, dict[str, bool | None]] = {}
    rows = Record.objects.filter(department=DERIVED, person__isnull=False).order_by("stated_on", "id")
    for index, values in rows.values_list("person__id_index", "values"):
        derived.setdefault(bytes(index), {}).update(values)  # what is said later takes back what was said before
    for index, values in derived.items():
        true = living[former.get(index, index)]
        for fact, holds in (("lives_alone", true == ALONE), ("empty_nest", true in (ALONE, COUPLE))):
            if values.get(fact) is not None:
                told[values[fact] == holds] += 1
    return told[True], told.total()


def _changed(made: DemoTables) -> dict[str, str]:
    """The ID number before -> the corrected one."""
    cells = dict(zip([kind for _, kind in made.changes.layout.columns], made.changes.columns, strict=True))
    return dict(zip(cells["former_id_number"].tolist(), cells["id_number"].tolist(), strict=True))


def _index(number: str) -> bytes:
    return blind_index(number, kind="id_number")
