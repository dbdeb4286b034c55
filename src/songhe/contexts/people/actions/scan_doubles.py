"""Two who are known already may be one human being: everybody is compared with whoever is alike, by the same model as the rows of a file.

Nothing is ever linked here: each likely pair is a question for a human, asked once. Who is alike: the same birth date with a name that
sounds the same, or with the same surname in the same community; a name that sounds the same in the same community; a telephone or a
household in common with either. Those who stand for somebody are not compared: their person is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.db import connection, transaction

from songhe.contexts.people.actions.compare_records import Side, city_gazetteer, people_table
from songhe.contexts.people.actions.one_at_a_time import quiet_people
from songhe.contexts.people.actions.run_script import rows_in_blocks, run_script
from songhe.contexts.people.models import LinkCandidate, Person, PersonLink
from songhe.contexts.people.queries.linkage import linkage
from songhe.engines.matching import LinkSettings, link
from songhe.foundation import audit, clock
from songhe.foundation.access import Actor, Right, require

_SCANNING = 7_202_004  # the advisory lock's number: one scan at a time
_BLOCK = 2_000

_ALIKE = """
DROP TABLE IF EXISTS double_pair;
CREATE TEMP TABLE double_pair ON COMMIT DROP AS
WITH head AS MATERIALIZED (
    SELECT id, birth_date, pinyin, area_id, left(name, 1) AS surname, phone_index, household_id FROM person WHERE stands_for_id IS NULL
)
SELECT a.id AS one_id, b.id AS other_id FROM head a JOIN head b ON b.birth_date = a.birth_date AND b.pinyin = a.pinyin AND b.id > a.id
UNION SELECT a.id, b.id FROM head a JOIN head b ON b.birth_date = a.birth_date AND b.area_id = a.area_id AND b.surname = a.surname AND b.id > a.id
UNION SELECT a.id, b.id FROM head a JOIN head b ON b.pinyin = a.pinyin AND b.area_id = a.area_id AND b.id > a.id
UNION SELECT a.id, b.id FROM head a JOIN head b ON b.phone_index = a.phone_index AND (b.pinyin = a.pinyin OR b.birth_date = a.birth_date) AND b.id > a.id
UNION SELECT a.id, b.id FROM head a JOIN head b ON b.household_id = a.household_id AND (b.pinyin = a.pinyin OR b.birth_date = a.birth_date) AND b.id > a.id;
ANALYZE double_pair;
"""

_COMPARED = """
WITH known AS (SELECT one_id AS id FROM double_pair UNION SELECT other_id FROM double_pair),
names AS (SELECT name, count(*) AS people FROM person GROUP BY name), sounds AS (SELECT pinyin, count(*) AS people FROM person GROUP BY pinyin)
SELECT p.id, p.name, p.birth_date, p.sex, encode(p.phone_index, 'hex'), h.address_sealed, h.key, h.key, p.area_path, p.public_id::text, p.id_sealed,
       p.id_index IS NOT NULL, n.people, o.people
FROM known k JOIN person p ON p.id = k.id JOIN household h ON h.id = p.household_id JOIN names n ON n.name = p.name JOIN sounds o ON o.pinyin = p.pinyin
ORDER BY p.id
"""


@dataclass(frozen=True, slots=True)
class ScannedDoubles:
    """How many people were compared, how many pairs may be one human being, how many of those are asked now and were not before, and how
    many questions that nobody had answered are taken back because the two are no longer alike."""

    people: int
    likely: int
    asked: int
    taken_back: int


@transaction.atomic
def scan_doubles(actor: Actor) -> ScannedDoubles:
    """Every two known persons who may be one stand in the queue of questions, at the pack's thresholds, whom nobody has decided on yet.

    For whoever may let files in over everything. Waits for a batch that is let in and for another scan; again it changes nothing.
    """
    require(actor, Right.ACCEPT_IMPORT, "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SCANNING])
    with quiet_people():
        run_script(_ALIKE, {})
        sides = {side.id: side for side in (Side(*row) for block in rows_in_blocks(_COMPARED, {}) for row in block)}
        likely = _likely(list(sides.values()))
        settled = _settled()
        wanted = {_directed(sides[a], sides[b]): found for (a, b), found in likely.items() if (a, b) not in settled}
        asked, taken_back = _keep(wanted)
    result = ScannedDoubles(len(sides), len(likely), asked, taken_back)
    if asked or taken_back:
        detail = {"people": result.people, "asked": asked, "taken_back": taken_back}
        audit.record(actor, "people.scan_doubles", subject_type="city", detail=detail)
    return result


def _likely(sides: list[Side]) -> dict[tuple[int, int], tuple[float, str]]:
    """(smaller id, larger id) → probability and evidence, of pairs that a human should see."""
    if not sides:
        return {}
    table, limits = people_table(sides, city_gazetteer()), linkage()
    settings = LinkSettings(limits.link_at, limits.review_at, people=Person.objects.filter(stands_for=None).count())
    found = link(table, table, settings=settings)
    pairs: dict[tuple[int, int], tuple[float, str]] = {}
    columns = (found.column(name).to_pylist() for name in ("row_id", "known_id", "probability", "evidence"))
    for one, other, probability, evidence in zip(*columns, strict=True):
        if one < other:
            pairs[one, other] = (probability, evidence)
    return pairs


def _settled() -> set[tuple[int, int]]:
    """Pairs on which a human has decided, in whatever way: asked and answered, or linked once and taken apart."""
    decided = LinkCandidate.objects.filter(person__isnull=False).exclude(outcome="").values_list("person_id", "other_id")
    pairs = [*decided, *PersonLink.objects.values_list("person_id", "into_id")]
    return {(min(a, b), max(a, b)) for a, b in pairs if a is not None}


def _directed(one: Side, other: Side) -> tuple[int, int]:
    """(who would count as whom): whoever has a valid ID number stays; of two alike, who was known first."""
    return (one.id, other.id) if (not other.valid, other.id) < (not one.valid, one.id) else (other.id, one.id)


def _keep(wanted: dict[tuple[int, int], tuple[float, str]]) -> tuple[int, int]:
    """Questions open now that were not, and questions taken back. What an import asked is left alone."""
    open_now = LinkCandidate.objects.filter(person__isnull=False, outcome="")
    known = {
        (person, other): (pk, batch)
        for pk, person, other, batch in open_now.values_list("pk", "person_id", "other_id", "batch_id")
    }
    there = {frozenset(pair) for pair in known}
    paths = dict(Person.objects.filter(id__in={each for pair in wanted for each in pair}).values_list("id", "area_path"))
    now = clock.now()
    fresh = [
        LinkCandidate(
            person_id=person, other_id=other, area_path=paths[other], from_area_path=paths[person], probability=probability,
            evidence=json.loads(evidence), found_at=now,
        )
        for (person, other), (probability, evidence) in sorted(wanted.items()) if frozenset((person, other)) not in there
    ]  # fmt: skip
    LinkCandidate.objects.bulk_create(fresh, batch_size=_BLOCK)
    alike = {frozenset(pair) for pair in wanted}
    old = [pk for pair, (pk, batch) in known.items() if batch is None and frozenset(pair) not in alike]
    taken_back, _ = LinkCandidate.objects.filter(pk__in=old).delete()
    return len(fresh), taken_back
