"""With whom somebody lives, as far as registration shows it: 独居, 空巢, 留守, 纯老家庭 from members, relations, ages and addresses.

What is derived is a statement of the department "推算" with its rule as the note: everybody else's word counts before it. Those who live
together are the living members of a household, and of at most three others that say exactly the same address, who are not said to live
elsewhere or in an institution. Where it matters whether somebody lives there and nobody has said so, nothing is derived.

- 独居: nobody else is registered there; not, where somebody else is known to live there.
- 空巢: nobody else or only the spouse; not, where a child or grandchild is known to live there. Children who are registered nowhere in the
  city cannot be seen, so this holds as far as members show.
- 留守: in the country, with grown children in the household of whom all are said to live elsewhere; not, where one is known to live there.
- 纯老家庭: everybody there is sixty or older.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from songhe.contexts.people.actions.run_script import run_script
from songhe.contexts.people.words import DERIVED, LIVING_RULES
from songhe.foundation import clock

ELDER, GROWN = 60, 18
PERSON_KEYS = ["lives_alone", "empty_nest", "left_behind"]  # what is derived of a person; `all_elders` is the household's
MOST_AT_ONE_ADDRESS = 4  # more households than this at one address: it names a village or a building, not a dwelling

# `living_home`: households to derive for, those at the same addresses included. `living_group`: which households live together with one.
_GROUPS = """
DROP TABLE IF EXISTS living_home, living_group, living_member, living_pair, living_found, living_new;
CREATE TEMP TABLE living_home ON COMMIT DROP AS
WITH asked AS (SELECT h.id, h.address_digest FROM household h WHERE h.id IN ({asked}))
SELECT id FROM asked
UNION SELECT o.id FROM asked a JOIN household o ON o.address_digest = a.address_digest WHERE a.address_digest <> '';
CREATE INDEX ON living_home (id);
ANALYZE living_home;

CREATE TEMP TABLE living_group ON COMMIT DROP AS
SELECT h.id AS home_id, h.id AS with_id FROM living_home l JOIN household h ON h.id = l.id
UNION
SELECT h.id, o.id FROM living_home l JOIN household h ON h.id = l.id JOIN household o ON o.address_digest = h.address_digest
WHERE h.address_digest <> '' AND h.address_digest IN (
    SELECT k.address_digest FROM household k WHERE k.address_digest <> '' AND k.address_digest IN (
        SELECT d.address_digest FROM living_home e JOIN household d ON d.id = e.id WHERE d.address_digest <> '')
      AND EXISTS (SELECT 1 FROM person p WHERE p.household_id = k.id AND p.stands_for_id IS NULL)
    GROUP BY k.address_digest HAVING count(*) <= %(most)s);
ANALYZE living_group;

CREATE TEMP TABLE living_member ON COMMIT DROP AS
SELECT g.home_id, p.id, p.household_id = g.home_id AS own, p.birth_date <= %(elder)s AS elder, p.birth_date > %(elder)s AS younger,
       p.birth_date <= %(grown)s AS grown, (p.facts -> 'resident_here')::text::boolean AS here, p.facts -> 'rural' = 'true'::jsonb AS rural,
       coalesce(p.facts -> 'in_institution' = 'true'::jsonb, FALSE) AS institution,
       CASE WHEN p.relation ~ '^(户主|本人|配偶|妻|夫|丈夫|妻子)$' THEN 'self' WHEN p.relation ~ '侄|甥' THEN 'other'
            WHEN p.relation ~ '子|女|儿|媳|婿|孙' THEN 'down' WHEN p.relation ~ '父|母|岳|公公|婆婆' THEN 'up' ELSE 'other' END AS generation
FROM living_group g JOIN person p ON p.household_id = g.with_id
WHERE p.stands_for_id IS NULL AND p.facts -> 'alive' IS DISTINCT FROM 'false'::jsonb;
CREATE INDEX ON living_member (home_id);
ANALYZE living_member;
"""

# Each elder with everybody else of the dwelling, counted.
_FOUND = """
CREATE TEMP TABLE living_pair ON COMMIT DROP AS
SELECT e.id, e.home_id, bool_or(e.rural) AS rural,
       count(o.id) FILTER (WHERE o.here IS DISTINCT FROM FALSE AND NOT o.institution) AS others,
       count(o.id) FILTER (WHERE o.here AND NOT o.institution) AS others_here,
       count(o.id) FILTER (WHERE o.here IS DISTINCT FROM FALSE AND NOT o.institution AND o.own AND o.generation = 'self' AND e.generation = 'self') AS spouses,
       count(o.id) FILTER (WHERE o.here AND NOT o.institution AND o.descends) AS descendants_here,
       count(o.id) FILTER (WHERE o.own AND o.descends AND o.grown AND o.younger) AS grown_children,
       count(o.id) FILTER (WHERE o.own AND o.descends AND o.grown AND o.younger AND o.here IS FALSE) AS grown_children_away,
       count(o.id) FILTER (WHERE o.descends AND o.grown AND o.here AND NOT o.institution) AS grown_children_here
FROM living_member e LEFT JOIN LATERAL (
    SELECT m.*, coalesce(m.own AND (e.generation = 'self' AND m.generation = 'down'
                                    OR e.generation = 'up' AND m.generation IN ('self', 'down')), FALSE) AS descends
    FROM living_member m WHERE m.home_id = e.home_id AND m.id <> e.id
) o ON TRUE
WHERE e.own AND e.elder AND e.here IS DISTINCT FROM FALSE AND NOT e.institution
GROUP BY e.id, e.home_id;

CREATE TEMP TABLE living_found ON COMMIT DROP AS
SELECT id AS person_id, NULL::bigint AS household_id, jsonb_strip_nulls(jsonb_build_object(
           'lives_alone', CASE WHEN others = 0 THEN TRUE WHEN others_here > 0 THEN FALSE END,
           'empty_nest', CASE WHEN others = 0 OR others = 1 AND spouses = 1 THEN TRUE WHEN descendants_here > 0 THEN FALSE END,
           'left_behind', CASE WHEN grown_children_here > 0 THEN FALSE
                               WHEN rural AND grown_children > 0 AND grown_children = grown_children_away THEN TRUE END)) AS values,
       CASE WHEN grown_children_here = 0 AND rural AND grown_children > 0 AND grown_children = grown_children_away THEN 'children_away'
            WHEN others = 0 THEN 'alone' WHEN others = 1 AND spouses = 1 THEN 'couple'
            WHEN descendants_here > 0 THEN 'with_younger' ELSE 'with_others' END AS rule
FROM living_pair
UNION ALL
SELECT NULL, m.home_id, jsonb_strip_nulls(jsonb_build_object(
           'all_elders', CASE WHEN bool_or(m.younger AND m.here) THEN FALSE WHEN bool_and(m.elder) THEN TRUE END)),
       CASE WHEN bool_and(coalesce(m.elder, FALSE)) THEN 'all_elders' ELSE 'not_all_elders' END
FROM living_member m WHERE m.here IS DISTINCT FROM FALSE AND NOT m.institution
GROUP BY m.home_id HAVING bool_or(m.own AND m.elder);
"""

# What was derived before and does not follow any more is taken back: null says that nothing is derived.
_RECORDS = """
CREATE TEMP TABLE living_new ON COMMIT DROP AS
WITH held AS (
    SELECT r.person_id, NULL::bigint AS household_id, people_merge(r.values ORDER BY r.stated_on, r.id) AS said
    FROM living_home l JOIN person p ON p.household_id = l.id JOIN department_record r ON r.person_id = p.id
    WHERE r.department = %(derived)s GROUP BY r.person_id
    UNION ALL
    SELECT NULL, r.household_id, people_merge(r.values ORDER BY r.stated_on, r.id)
    FROM living_home l JOIN department_record r ON r.household_id = l.id
    WHERE r.department = %(derived)s GROUP BY r.household_id)
SELECT coalesce(f.person_id, h.person_id) AS person_id, coalesce(f.household_id, h.household_id) AS household_id, coalesce(f.values, '{{}}') AS values,
       coalesce(h.said, '{{}}') AS said, coalesce(f.rule, 'no_more') AS rule
FROM living_found f FULL JOIN held h ON coalesce(h.person_id, -h.household_id) = coalesce(f.person_id, -f.household_id)
WHERE coalesce(f.values, '{{}}') <> jsonb_strip_nulls(coalesce(h.said, '{{}}'));

INSERT INTO department_record (person_id, household_id, department, stated_on, received_at, batch_id, actor_id, values, identity, note)
SELECT n.person_id, n.household_id, %(derived)s, %(today)s, %(now)s, NULL, 0,
       n.values || coalesce((SELECT jsonb_object_agg(k.key, 'null'::jsonb) FROM jsonb_each(jsonb_strip_nulls(n.said)) k WHERE NOT n.values ? k.key), '{{}}'),
       '{{}}', r.sentence
FROM living_new n JOIN unnest(%(rules)s::text[], %(sentences)s::text[]) AS r (rule, sentence) ON r.rule = n.rule
ORDER BY n.person_id, n.household_id;
"""

# The batch has just filled the table of records, and what was derived fills it more: without its sizes the plan would be one for an empty table.
_FILLED = "ANALYZE department_record (person_id, department);\n"
_MANY = 2_000

# It counts only where nobody else says anything, so one statement settles it for a whole city.
_COUNTING = """
ANALYZE living_new;
DROP TABLE IF EXISTS living_said;
CREATE TEMP TABLE living_said ON COMMIT DROP AS
SELECT DISTINCT n.person_id, k.key
FROM (
    SELECT person_id, person_id AS id FROM living_new WHERE person_id IS NOT NULL
    UNION ALL SELECT n.person_id, s.id FROM living_new n JOIN person s ON s.stands_for_id = n.person_id
) n JOIN department_record r ON r.person_id = n.id
CROSS JOIN LATERAL jsonb_object_keys(r.values) k (key)
WHERE r.department <> %(derived)s AND r.values ?| %(keys)s AND k.key = ANY (%(keys)s);
CREATE UNIQUE INDEX ON living_said (person_id, key);
ANALYZE living_said;

UPDATE person p SET facts = (p.facts - t.gone) || t.values, changed_at = %(now)s
FROM (
    SELECT n.person_id, coalesce(jsonb_object_agg(k.key, k.value) FILTER (WHERE k.value <> 'null'), '{{}}') AS values, array_agg(k.key) AS gone
    FROM living_new n
    CROSS JOIN LATERAL jsonb_each(n.values || coalesce((
        SELECT jsonb_object_agg(g.key, 'null'::jsonb) FROM jsonb_each(n.said) g WHERE NOT n.values ? g.key), '{{}}')) k
    LEFT JOIN living_said said ON said.person_id = n.person_id AND said.key = k.key
    WHERE n.person_id IS NOT NULL AND said.key IS NULL GROUP BY n.person_id
) t WHERE p.id = t.person_id AND (p.facts - t.gone) || t.values <> p.facts;

UPDATE household h SET facts = (h.facts - 'all_elders') || jsonb_strip_nulls(jsonb_build_object('all_elders', n.values -> 'all_elders')), changed_at = %(now)s
FROM living_new n WHERE h.id = n.household_id
  AND NOT EXISTS (SELECT 1 FROM department_record r WHERE r.household_id = h.id AND r.department <> %(derived)s AND r.values ? 'all_elders');
"""


@dataclass(frozen=True, slots=True)
class DerivedLiving:
    """Of whom something else is derived than before."""

    person_ids: tuple[int, ...]
    household_ids: tuple[int, ...]


def derive_living(home_ids: Collection[int]) -> DerivedLiving:
    """The households and those at the same addresses have statements of what follows from their members as they are now.

    A step of settling: what counts has still to be settled for whom is returned.
    """
    if not home_ids:
        return DerivedLiving((), ())
    _derive("SELECT unnest(%(homes)s::bigint[])", {"homes": sorted(home_ids)})
    return _new()


def derive_living_of_batch() -> DerivedLiving:
    """As `derive_living` for the households in `import_home`, with what counts settled too."""
    return _derive_and_count("SELECT id FROM import_home")


def derive_living_of_city() -> DerivedLiving:
    """As `derive_living_of_batch`, for every household."""
    return _derive_and_count("SELECT id FROM household")


def _derive_and_count(asked: str) -> DerivedLiving:
    values = _derive(asked, {})
    found = _new()
    many = len(found.person_ids) + len(found.household_ids) >= _MANY
    run_script((_FILLED if many else "") + _COUNTING.format(), values)
    return found


def _derive(asked: str, given: dict[str, object]) -> dict[str, object]:
    today = clock.today()
    values = {
        **given, "most": MOST_AT_ONE_ADDRESS, "elder": _years_before(today, ELDER), "grown": _years_before(today, GROWN), "derived": DERIVED,
        "keys": PERSON_KEYS, "today": today, "now": clock.now(), "rules": list(LIVING_RULES), "sentences": list(LIVING_RULES.values()),
    }  # fmt: skip
    run_script(_GROUPS.format(asked=asked) + _FOUND + _RECORDS.format(), values)
    return values


def _years_before(day: dt.date, years: int) -> dt.date:
    """The latest birth date of somebody who is so many years old on the day."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return dt.date(day.year - years, 2, 28)


def _new() -> DerivedLiving:
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_id, household_id FROM living_new ORDER BY person_id, household_id")
        rows = cursor.fetchall()
    return DerivedLiving(
        tuple(person for person, _ in rows if person is not None), tuple(home for _, home in rows if home is not None)
    )
