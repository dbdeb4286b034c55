"""A release: exact numbers of a small city, its way from draft to publication, races and refusals, and the same bytes again."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, connections, transaction

from songhe.contexts.people.models import Person
from songhe.contexts.statistics import actions, queries
from songhe.contexts.statistics.errors import NotAgreedYet, OwnDraft, ReleaseStands, ReleaseUnknown
from songhe.contexts.statistics.models import Release
from songhe.contexts.statistics.queries import ReleaseState
from songhe.contexts.statistics.words import CANNOT_TELL
from songhe.foundation import clock
from songhe.foundation.access import Actor, Grant, Role
from songhe.foundation.errors import AccessDenied, InvalidInput
from songhe.foundation.models import AuditEntry
from tests.contexts.statistics.conftest import CITY, CLERK, OFFICER, TOWN, areas, build_people, build_registers

SECOND = Actor(id=8, name="复核员", kind="user", grants=(Grant(Role.CITY_OFFICER, CITY),))
NOBODY = Actor(id=0, name="访客", kind="visitor")


def elders() -> list[Person]:
    """Who is counted: alive, sixty on the day of the cut-off, living here."""
    on = dt.date(2026, 11, 21)
    found = []
    for person in Person.objects.order_by("id"):
        born = person.birth_date
        assert born is not None
        age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
        if person.facts["alive"] and person.facts["resident_here"] and age >= 60:
            found.append(person)
    return found


@pytest.mark.django_db
def test_numbers_are_those_of_the_people_and_small_ones_are_not_shown(city: list[Person]) -> None:
    made = actions.draft_release(OFFICER, year=2026)
    view = queries.release(OFFICER, release_id=made.id)
    people = elders()
    assert (view.total, view.threshold, view.threshold_source) == (len(people), 10, "assumed")
    by_sex = {"male": 0, "female": 0}
    for person in people:
        by_sex[person.facts["sex"]] += 1
    shown = {category.id: category.count for category in view.dimension("sex").categories}
    assert shown == {**by_sex, "cannot_tell": 0}
    ability = view.dimension("ability").categories
    true = [sum(person.facts.get("ability_grade") == grade for person in people) for grade in range(5)]
    true.append(sum("ability_grade" not in person.facts for person in people))
    assert [category.title for category in ability][-1] == CANNOT_TELL
    for category, count in zip(ability, true, strict=True):
        assert category.count in ((None,) if 0 < count < 10 else (count, None)), category
    for table in view.tables:
        for line in table.cells:
            assert all(cell is None or cell == 0 or cell >= 10 for cell in line)
    towns = [category for category in view.dimension("area").categories if category.level == "town"]
    assert {t.id: t.count for t in towns}[TOWN] == sum(person.area_path.startswith(TOWN) for person in people)


@pytest.mark.django_db
def test_draft_agreed_by_another_then_published_and_never_changed(city: list[Person]) -> None:
    made = actions.draft_release(OFFICER, year=2026)
    assert made.state is ReleaseState.DRAFT and queries.releases(NOBODY) == ()
    with pytest.raises(ReleaseUnknown):
        queries.release(NOBODY, release_id=made.id)
    with pytest.raises(OwnDraft):
        actions.check_release(OFFICER, release_id=made.id, agrees=True)
    with pytest.raises(NotAgreedYet):
        actions.publish_release(OFFICER, release_id=made.id)
    assert Release.objects.get().checked_at is None and Release.objects.get().published_at is None
    assert actions.check_release(SECOND, release_id=made.id, agrees=True).state is ReleaseState.AGREED
    published = actions.publish_release(OFFICER, release_id=made.id)
    assert published.state is ReleaseState.PUBLISHED and published.sha256 == made.sha256
    assert [brief.id for brief in queries.releases(NOBODY)] == [made.id]
    for change in ({"remark": "x"}, {"content": "{}"}, {"published_at": None, "published_by": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Release.objects.filter(id=made.id).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.filter(id=made.id).delete()
    deeds = AuditEntry.objects.filter(action__startswith="release.").order_by("seq").values_list("action", flat=True)
    assert list(deeds) == ["release.drafted", "release.agreed", "release.published"]


@pytest.mark.django_db
def test_a_correction_names_the_old_one_and_why(city: list[Person]) -> None:
    first = actions.draft_release(OFFICER, year=2026)
    with pytest.raises(ReleaseStands):
        actions.draft_release(SECOND, year=2026)
    returned = actions.check_release(SECOND, release_id=first.id, agrees=False, remark="请先核实一村")
    assert (returned.state, returned.remark) == (ReleaseState.RETURNED, "请先核实一村")
    second = actions.draft_release(OFFICER, year=2026)
    actions.check_release(SECOND, release_id=second.id, agrees=True)
    actions.publish_release(OFFICER, release_id=second.id)
    with pytest.raises(ReleaseStands):
        actions.draft_release(OFFICER, year=2026)
    with pytest.raises(InvalidInput):
        actions.draft_release(OFFICER, year=2026, corrects=second.id, reason=" ")
    third = actions.draft_release(OFFICER, year=2026, corrects=second.id, reason="补录一个社区")
    assert Release.objects.count() == 3
    actions.check_release(SECOND, release_id=third.id, agrees=True)
    actions.publish_release(SECOND, release_id=third.id)
    states = {brief.id: (brief.state, brief.corrects, brief.corrected_by) for brief in queries.releases(NOBODY)}
    assert states == {
        third.id: (ReleaseState.PUBLISHED, second.id, None),
        second.id: (ReleaseState.CORRECTED, None, third.id),
    }
    with pytest.raises(ReleaseStands):
        actions.draft_release(OFFICER, year=2026, corrects=second.id, reason="再改一次旧的")


@pytest.mark.django_db
def test_counted_again_it_is_the_same_to_the_byte(city: list[Person]) -> None:
    made = actions.draft_release(OFFICER, year=2026)
    Person.objects.update(facts={})
    with clock.frozen(dt.date(2027, 2, 1)):
        again = queries.recompute(OFFICER, release_id=made.id)
    assert again.same and again.sha256 == made.sha256


@pytest.mark.django_db
def test_refusals_write_nothing(city: list[Person]) -> None:
    entries = AuditEntry.objects.count()
    with pytest.raises(AccessDenied):
        actions.draft_release(CLERK, year=2026)
    with pytest.raises(InvalidInput):
        actions.draft_release(OFFICER, year=2027)
    with pytest.raises(ReleaseUnknown):
        actions.publish_release(OFFICER, release_id=999)
    assert Release.objects.count() == 0 and AuditEntry.objects.count() == entries


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_publish_once(stopped: None) -> None:
    from django.conf import settings

    from songhe.contexts.entitlements import actions as entitlements
    from songhe.contexts.policy_library.actions import load_folder
    from songhe.foundation.access import SYSTEM

    at = areas()
    load_folder(SYSTEM, root=settings.PACKS, city="qingtongxia")
    build_people(at)
    build_registers()
    entitlements.determine_city(SYSTEM, cause="试验")
    made = actions.draft_release(OFFICER, year=2026)
    actions.check_release(SECOND, release_id=made.id, agrees=True)

    def publish(actor: Actor) -> str:
        try:
            return actions.publish_release(actor, release_id=made.id).state.value
        except ReleaseStands as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(publish, (OFFICER, SECOND)))
    assert found == ["published", "release_stands"]
    assert AuditEntry.objects.filter(action="release.published").count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM release WHERE published_at IS NOT NULL")
        assert cursor.fetchone() == (1,)
