"""People in the small city, decided once: a household of two in one community, a poor man of unknown ability, a woman of the other town."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from songhe.contexts.entitlements import actions as entitlements
from songhe.contexts.people.models import Household, Person, Record
from songhe.contexts.people.words import seal_context
from songhe.contexts.places import actions as places
from songhe.contexts.places.models import Area
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM
from songhe.foundation.encryption import blind_index, seal
from tests.web.city import COMMUNITY, OTHER_TOWN

OTHER_COMMUNITY = f"{OTHER_TOWN}640381101001/"
ID_NUMBER, PHONE = "00000019410601002X", "13900001234"
SETTLED = {
    "alive": True, "registered_here": True, "resident_here": True, "rural": False, "assistance": "none", "ability_grade": 0,
    "unable_self_care": False, "ltc_benefit": False, "in_institution": False, "disability_grade": 0, "family_planning": "none",
    "lives_alone": False, "empty_nest": False, "left_behind": False, "mobility_difficulty": False,
}  # fmt: skip


@dataclass(frozen=True)
class Town:
    """The people by name, and the number of the first run of the whole city."""

    wife: Person
    husband: Person
    poor: Person
    stranger: Person
    run: int


def _household(key: str, path: str, size: int) -> Household:
    area = Area.objects.get(path=path)
    return Household.objects.create(key=key, area=area, area_path=path, facts={"size": size}, changed_at=clock.now())


def _person(home: Household, name: str, age: int, pinyin: str, **facts: object) -> Person:
    born = dt.date(clock.today().year - age, 1, 1)
    known = {
        key: value
        for key, value in (SETTLED | {"birth_date": born.isoformat(), "sex": "female"} | facts).items()
        if value is not None
    }
    person = Person.objects.create(
        household=home, area=home.area, area_path=home.area_path, name=name, birth_date=born,
        sex=str(known["sex"]), pinyin=pinyin, initials="".join(word[0] for word in pinyin.split("-")),
        facts=known, changed_at=clock.now(),
    )  # fmt: skip
    Record.objects.create(
        person=person, department="公安", stated_on=clock.today(), received_at=clock.now(), values=known, identity={"name": name}
    )
    return person


def _identified(person: Person) -> Person:
    """With an ID number and a telephone, sealed as the importer seals them."""
    owner = str(person.public_id)
    person.id_sealed = seal(ID_NUMBER, context=seal_context("id_number", owner))
    person.id_index = blind_index(ID_NUMBER, kind="id_number")
    person.phone_sealed = seal(PHONE, context=seal_context("phone", owner))
    person.phone_index = blind_index(PHONE, kind="phone")
    person.save()
    return person


def build_town() -> Town:
    """The people are there and the whole city has been decided once."""
    places.load_areas(SYSTEM, areas=[places.AreaInput("640381101001", "怡园社区", "community", "640381101", rural=False)])
    pair, alone, away = _household("T1", COMMUNITY, 2), _household("T2", COMMUNITY, 1), _household("T3", OTHER_COMMUNITY, 1)
    wife = _identified(_person(pair, "吴秀兰", 85, "wuxiulan"))
    husband = _person(pair, "李国华", 79, "liguohua", sex="male")
    poor = _person(
        alone, "张建明", 76, "zhangjianming", sex="male", assistance="dibao", ability_grade=None, unable_self_care=None,
        lives_alone=True, empty_nest=True,
    )  # fmt: skip
    stranger = _person(away, "王玉珍", 86, "wangyuzhen")
    return Town(wife, husband, poor, stranger, entitlements.determine_city(SYSTEM, cause="第一次核算"))
