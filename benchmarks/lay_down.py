"""A demo city straight into the tables of people, as the importers leave them: `python -m benchmarks.lay_down CITY`.

For measuring determination at a size whose import would take the better part of an hour. Names and identifiers are left out: nothing here needs them.
The city and the folder are named by SONGHE_CITY, SONGHE_SCALE and SONGHE_VAR, as for the `songhe` command.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

SEED = 20_260_101


def columns_of(plan: Any, people: Any, rural: NDArray[np.bool_], counties: NDArray[np.str_], day: dt.date) -> pa.Table:
    """One column a fact, null where nobody wrote it down."""
    from songhe.demo_city.circumstances import build_facts

    rng = np.random.default_rng(SEED + 1)
    facts = build_facts(rng, plan, people, rural, counties)
    elder, assessed = people.elder, facts.pop("assessed").astype(bool)
    days = np.datetime64("1970-01-01", "D") + people.birth.astype("timedelta64[D]")
    checked = (np.datetime64(day, "D") - facts.pop("health_check").astype("timedelta64[D]")).astype("U10")
    income, savings, zero = facts.pop("income"), facts.pop("savings"), facts.pop("zero_employment")
    columns: dict[str, pa.Array] = {
        "birth_date": pa.array(days.astype("U10")),
        "sex": pa.array(np.where(people.sex == 0, "male", "female")),
        "alive": pa.array(np.ones(len(people), bool)),
        "health_check_date": pa.array(checked, mask=~elder),
    }
    for name, values in facts.items():
        unknown = ~elder | (rng.random(len(people)) < 0.02)
        if name in ("ability_grade", "unable_self_care", "ltc_grade"):
            unknown |= ~assessed
        typed = values.astype(np.int32) if name == "disability_grade" else values
        columns[name] = pa.array(
            typed, mask=unknown if name not in ("rural", "county", "registered_here", "resident_here") else None
        )
    columns |= {
        "~income_per_head": pa.array(income),
        "~savings": pa.array(savings),
        "~zero_employment": pa.array(zero),
        "~size": pa.array(people.size),
    }
    columns |= {"~household": pa.array(people.household), "~community": pa.array(people.community)}
    return pa.table(columns)


def lay_down(city: str, scale: float) -> int:
    """The people of the city are in the database; their number. Nothing is done if there are any already."""
    from django.db import connection, transaction

    from songhe.contexts.places import actions as places
    from songhe.contexts.places import queries as places_queries
    from songhe.contexts.policy_library import actions as policy_actions
    from songhe.contexts.policy_library import queries as policy
    from songhe.demo_city.areas import build_areas
    from songhe.demo_city.plan import read_plan
    from songhe.demo_city.residents import build_residents
    from songhe.foundation import clock
    from songhe.foundation.access import SYSTEM
    from songhe.project.paths import PACKS

    policy_actions.load_folder(SYSTEM, root=PACKS, city=city)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM person")
        if there := cursor.fetchone()[0]:
            return int(there)
    pack = policy.pack_in_use().pack
    plan, day = read_plan(pack.demo), clock.today()
    root = build_areas(plan, code=pack.place.code, name=pack.place.name, elders=round(plan.elders * scale))
    places.load_areas(SYSTEM, areas=[places.AreaInput(n.code, n.name, n.level, n.parent or None, n.rural) for n in root.walk()])
    nodes = [node for node in root.walk() if node.level == "community"]
    people = build_residents(np.random.default_rng(SEED), plan, np.array([node.elders for node in nodes]), day)
    table = columns_of(plan, people, np.array([bool(n.rural) for n in nodes]), np.array([n.county for n in nodes]), day)
    at = {area.code: area for area in places_queries.areas_under("", "community")}
    where = pa.table(
        {"community": range(len(nodes)), "area": [at[n.code].id for n in nodes], "path": [at[n.code].path for n in nodes]}
    )
    with tempfile.TemporaryDirectory() as scratch, transaction.atomic(), connection.cursor() as cursor:
        for name, statement in _exports(table, where).items():
            file = Path(scratch) / name
            _write(table, where, statement, file)
            with cursor.copy(f"COPY {name} FROM STDIN (FORMAT csv)") as copy, file.open("rb") as lines:
                while block := lines.read(1 << 20):
                    copy.write(block)
        cursor.execute("ANALYZE person")
    return len(people)


def _exports(table: pa.Table, where: pa.Table) -> dict[str, str]:
    facts = ", ".join(f"'{name}', \"{name}\"" for name in table.column_names if not name.startswith("~"))
    facts = f"json_merge_patch('{{}}', json_object({facts}))"  # absent, not null, where nobody wrote it down
    shared = "'size', \"~size\", 'income_per_head', \"~income_per_head\", 'savings', \"~savings\", 'zero_employment', \"~zero_employment\""
    return {
        "household (id, public_id, key, area_id, area_path, facts, changed_at)": f"""
            SELECT "~household" + 1, uuid(), 'H' || "~household", area, path, json_object({shared}), now()
            FROM (SELECT *, row_number() OVER (PARTITION BY "~household") AS place FROM people JOIN wheres ON community = "~community") WHERE place = 1""",  # noqa: S608
        "person (public_id, household_id, area_id, area_path, name, pinyin, initials, birth_date, sex, id_kind, relation, facts, demo, changed_at)": f"""
            SELECT uuid(), "~household" + 1, area, path, '测', '', '', birth_date, sex, 'resident', '', {facts}, true, now()
            FROM people JOIN wheres ON community = "~community" """,  # noqa: S608
    }


def _write(table: pa.Table, where: pa.Table, statement: str, file: Path) -> None:
    with duckdb.connect(":memory:") as con:
        con.register("people", table)
        con.register("wheres", where)
        con.execute(f"COPY ({statement}) TO '{file}' (FORMAT csv, HEADER false)").fetchall()


if __name__ == "__main__":
    import os

    import django
    from django.core.management import call_command

    from songhe.project.command_line import database

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "songhe.project.settings")
    os.environ["SONGHE_CITY"] = sys.argv[1]
    with database():
        django.setup()
        from songhe.project.starting import create_database

        create_database()
        call_command("migrate", verbosity=0, interactive=False)
        print(lay_down(sys.argv[1], float(os.environ.get("SONGHE_SCALE", "1"))))
