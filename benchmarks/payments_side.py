"""A month's payments from freeze to bank file, in a database of its own: `python -m benchmarks.payments_side PAYMENTS [EARLIER]`.

People, accounts, grants and the month's dues are laid into the tables first (accounts sealed as an import seals them); that is not measured.
One in a hundred was paid a month before with another amount, so that arrears and recoveries are on the list too. EARLIER months before that one
were paid to everybody (laid into the tables as well), so that the dues and payments of a year are there. A JSON line at the end gives the seconds
of every step.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import sys
import time
import uuid
from collections.abc import Callable, Iterable

from django.db import connection, transaction

from songhe.basics.ages import months_before

CITY, COMMUNITIES = "990100", 120
MONTH, BEFORE, DAY = dt.date(2026, 6, 1), dt.date(2026, 5, 1), dt.date(2026, 6, 10)
BENEFITS = (("age_allowance", 10_000), ("care_subsidy", 30_000))


def lay_down(payments: int, earlier: int) -> None:
    """As many grants with a due each, two benefits a person at most; every hundredth grant also has a due of the month before. With earlier
    months all of them have begun then.
    """
    from songhe.contexts.places.models import Area
    from songhe.contexts.policy_library.models import PackVersion
    from songhe.foundation import clock
    from songhe.foundation.encryption import seal_many

    city = Area.objects.create(code=CITY, name="试验市", level="city", path=f"{CITY}/")
    town = Area.objects.create(code=f"{CITY}001", name="一镇", level="town", path=f"{CITY}/{CITY}001/", parent=city)
    paths = []
    for n in range(COMMUNITIES):
        code = f"{CITY}001{n:03d}"
        made = Area.objects.create(
            code=code, name=f"{n}社区", level="community", path=f"{town.path}{code}/", parent=town, rural=False
        )
        paths.append((made.pk, made.path))
    people = payments * 3 // 4
    ids = [uuid.UUID(int=1 << 100 | n) for n in range(people)]
    sealed = seal_many([f"6222{n:012d}" for n in range(people)], contexts=[f"people:bank_account:{public}" for public in ids])
    now = clock.now()
    _copy(
        "household (id, public_id, key, area_id, area_path, facts, changed_at)",
        ((n + 1, uuid.UUID(int=1 << 101 | n), f"H{n}", *paths[n % COMMUNITIES], "{}", now) for n in range(people)),
    )
    _copy(
        "person (id, public_id, household_id, area_id, area_path, name, pinyin, initials, sex, id_kind, relation, facts, demo, changed_at, disputed,"
        " stale, bank_account_sealed)",
        (
            (
                n + 1, ids[n], n + 1, *paths[n % COMMUNITIES], f"老人{n}", "", "", "female", "resident", "", '{"alive": true}', False, now, "{}", "{}",
                "\\x" + (sealed[n] or b"").hex(),
            )
            for n in range(people)
        ),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO snapshot (kind, taken_at, sha256, path, persons, households) VALUES ('city', now(), repeat('0', 64), '', 0, 0) RETURNING id"
        )
        snapshot = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO determination_run (kind, snapshot_id, pack_version_id, rulebook_hash, as_of, benefits, started_at, started_by, published_at,"
            " failed, persons, cause) VALUES ('city', %s, %s, repeat('0', 64), %s, %s, now(), 0, now(), '', 0, '') RETURNING id",
            [snapshot, PackVersion.objects.get(in_use=True).pk, DAY, [benefit for benefit, _ in BENEFITS]],
        )
        run = cursor.fetchone()[0]
        cursor.execute(
            """
            INSERT INTO grant_given (public_id, person_id, household_id, area_path, benefit, title, in_kind, period, state, proposed_run_id,
                current_run_id, proposed_on, confirmed_on, from_on, amount, amount_since, account_checked_on, code_digest, ended_because, suspended_for)
            SELECT gen_random_uuid(), p.id, p.household_id, p.area_path, CASE WHEN n = 1 THEN %(one)s ELSE %(other)s END, '', false, 'month', 'active',
                   %(run)s, %(run)s, %(before)s, %(before)s,
                   CASE WHEN %(earlier)s > 0 THEN %(first)s::date WHEN p.id %% 100 = 0 THEN %(before)s::date ELSE %(month)s::date END,
                   CASE WHEN n = 1 THEN 10000 ELSE 30000 END, %(first)s, %(before)s, '', '', ''
            FROM person p CROSS JOIN generate_series(1, 2) n WHERE n = 1 OR p.id %% 3 = 0
            """,
            {
                "one": BENEFITS[0][0],
                "other": BENEFITS[1][0],
                "run": run,
                "month": MONTH,
                "before": BEFORE,
                "earlier": earlier,
                "first": months_before(BEFORE, earlier),
            },
        )
        for back in range(earlier, 0, -1):
            _paid_then(months_before(BEFORE, back), run)
        cursor.execute("ANALYZE")


def _paid_then(month: dt.date, run: int) -> None:
    """A month that is over: due, paid and closed for everybody."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # what the triggers keep is so by the way it is written
        cursor.execute(
            "INSERT INTO grant_due (grant_id, period, revision, amount, days, of_days, run_id, reason, made_at)"
            " SELECT id, %s, 1, amount, 30, 30, %s, 'bench', now() FROM grant_given ORDER BY id",
            [month, run],
        )
        cursor.execute(
            "INSERT INTO pay_run (public_id, month, sequence, purpose, state, made_by, made_at, frozen_at, approved_by, approved_at, closed_at, list_hash,"
            " payments, amount, note, shares, recovering) VALUES (gen_random_uuid(), %s, 1, 'grants', 'closed', 7, now(), now(), 8, now(), now(), '', 0, 0, '',"
            " '{}', '{}') RETURNING id",
            [month],
        )
        cursor.execute(
            "INSERT INTO payment (run_id, kind, grant_id, due_id, person_id, area_path, benefit, period, amount, fund_id, payee_name, account_digest,"
            " state, held_because, failure, settled_on) SELECT %s, 'regular', g.id, d.id, g.person_id, g.area_path, g.benefit, d.period, d.amount,"
            " (SELECT min(id) FROM fund), '', '', 'paid', '', '', %s FROM grant_given g JOIN grant_due d ON d.grant_id = g.id AND d.period = %s ORDER BY g.id",
            [cursor.fetchone()[0], month, month],
        )


def _copy(table: str, rows: Iterable[tuple[object, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def main() -> None:
    """All steps of two months; the second is what is measured."""
    import django

    from songhe.project.command_line import database

    payments, earlier = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    with database():
        django.setup()
        from django.core.management import call_command

        from songhe.project.starting import create_database

        create_database()
        call_command("migrate", verbosity=0, interactive=False)
        from songhe.contexts.payments import actions
        from songhe.contexts.policy_library.actions import load_folder
        from songhe.foundation import clock
        from songhe.foundation.access import SYSTEM, Actor, Grant, Role
        from songhe.project.paths import PACKS

        maker = Actor(7, "bench", "user", (Grant(Role.CITY_OFFICER, ""),))
        checker = Actor(8, "bench", "user", (Grant(Role.CITY_OFFICER, ""),))
        seconds: dict[str, float] = {}

        def timed(name: str, step: Callable[[], object]) -> None:
            begun = time.perf_counter()
            step()
            seconds[name] = time.perf_counter() - begun

        with clock.frozen(DAY):
            load_folder(SYSTEM, root=PACKS, city="qingtongxia")
            actions.keep_fund_line(maker, fund="city_budget", year=2026, amount=10**13, document="bench")
            lay_down(payments, earlier)
            for month, names in (
                (BEFORE, ("", "", "", "", "")),
                (MONTH, ("prepare", "freeze", "check", "approve", "bank_files")),
            ):
                run = 0

                def prepare() -> None:
                    nonlocal run
                    run = actions.prepare_run(maker, month=month).run_id  # noqa: B023

                timed(names[0], prepare)
                timed(names[1], lambda: actions.freeze_run(maker, run_id=run))  # noqa: B023
                timed(names[2], lambda: actions.check_run(maker, run_id=run))  # noqa: B023
                _release(run, maker)
                timed(names[3], lambda: actions.approve_run(checker, run_id=run))  # noqa: B023
                timed(names[4], lambda: actions.make_bank_files(checker, run_id=run))  # noqa: B023
                if month == BEFORE:
                    _change_dues(earlier)
        with connection.cursor() as cursor:
            cursor.execute("SELECT kind, count(*) FROM payment WHERE run_id = %s GROUP BY 1", [run])
            kinds = dict(cursor.fetchall())
        seconds.pop("", None)
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(json.dumps({"seconds": seconds, "payments": sum(kinds.values()), **kinds, "python_cpu": used.ru_utime + used.ru_stime,
                          "peak_gb": used.ru_maxrss / 2**20, "load": os.getloadavg()[0]}))  # fmt: skip


def _release(run: int, maker: object) -> None:
    from songhe.contexts.payments.models import Finding, PayRun

    Finding.objects.filter(run_id=run).delete()
    assert PayRun.objects.get(id=run).state == "checked"


def _change_dues(earlier: int) -> None:
    """Of the month before one in a hundred becomes more or less (without earlier months only these were due)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO grant_due (grant_id, period, revision, amount, days, of_days, run_id, replaces_id, reason, made_at)
            SELECT grant_id, period, 2, CASE WHEN grant_id %% 2 = 0 THEN amount + 500 ELSE amount - 500 END, days, of_days, run_id, id, 'bench', now()
            FROM grant_due WHERE period = %s AND (%s = 0 OR grant_id %% 200 < 2)
            """,
            [BEFORE, earlier],
        )


if __name__ == "__main__":
    main()
