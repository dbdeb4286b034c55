"""The demo city's way in: built as department files, then through the same importers as anybody's data, then decided."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml
from django.conf import settings
from django.db import connection

from songhe.contexts.accounts import actions as accounts_actions
from songhe.contexts.accounts import queries as accounts_queries
from songhe.contexts.accounts.actions import DemoAccount
from songhe.contexts.entitlements import actions as entitlements
from songhe.contexts.people import actions as people
from songhe.contexts.people import queries as people_queries
from songhe.contexts.people.queries import BatchBrief
from songhe.contexts.places import actions as places
from songhe.contexts.places import queries as places_queries
from songhe.contexts.policy_library import queries as policy_library
from songhe.contexts.registers import actions as registers
from songhe.contexts.registers import queries as registers_queries
from songhe.contexts.statistics import actions as statistics
from songhe.contexts.statistics import queries as statistics_queries
from songhe.contexts.statistics.errors import NoReleasePlan, TooFewToPublish
from songhe.demo_city.areas import Node
from songhe.demo_city.build import build_city
from songhe.demo_city.files import read_layouts
from songhe.demo_city.plan import read_plan
from songhe.demo_city.register_files import RegisterFile, write_register_files
from songhe.foundation import clock
from songhe.foundation.access import SYSTEM, Actor
from songhe.jobs.determination import is_current
from songhe.project.city import Choice
from songhe.project.paths import PACKS, VAR
from songhe.project.progress import Report, say, step

MEGABYTES_NEEDED = 500
KILOBYTES_PER_ELDER = 20  # department files, rows with their history, decisions, snapshots
MEGABYTES_OF_LOG = 4096  # the database's own log grows up to max_wal_size while a city is brought in
CAUSE = "演示城市建成"
OFFICER = "city"  # user name of the account in whose name files are sent


def check_disk(elders: int) -> None:
    """Refuse with one sentence if a city of so many elders would fill the disk."""
    VAR.mkdir(parents=True, exist_ok=True)
    free, data = shutil.disk_usage(VAR).free // 2**20, elders * KILOBYTES_PER_ELDER // 1024
    needed = MEGABYTES_NEEDED + data + min(2 * data, MEGABYTES_OF_LOG)
    if free < needed:
        raise ValueError(f"磁盘空间不足 · the disk is nearly full: {free} MB free in {VAR}, {needed} MB needed")


def bring_in(choice: Choice) -> None:
    """Areas, accounts and every department's file are in the database; nothing is brought in twice."""
    folder = Path(settings.VAR) / "demo" / choice.label
    mark = folder / "complete.json"
    fingerprint = f"{policy_library.pack_in_use().pack.version} {choice.scale:g}"
    state = json.loads(mark.read_text()) if mark.exists() else {}
    if state.get("of") != fingerprint or not places_queries.area_tree():
        state = _build(choice, folder) | {"of": fingerprint}
        draft = folder / "complete.draft"
        draft.write_text(json.dumps(state))
        os.replace(draft, mark)
    accounts()
    day, known = dt.date.fromisoformat(state["as_of"]), {batch.file_name: batch for batch in _batches()}
    _import_all([(department, folder / name, known.get(Path(name).name)) for department, name in state["files"]], day)
    _fill_registers([(register, folder / name) for register, name in state.get("registers", [])])


def determine() -> None:
    """Everybody has a decision by the pack in use from the facts as they are."""
    entitlements.recover_interrupted()
    if is_current():
        return
    with step("认定 determination") as report:
        entitlements.determine_city(SYSTEM, cause=CAUSE, progress=_without_words(report))


def release() -> None:
    """老年人状况 of this year stands on the public page: drafted by the system, checked and published by the demo city's officer."""
    if statistics_queries.releases(SYSTEM):
        return
    try:
        made = statistics.draft_release(SYSTEM, year=clock.today().year)
    except (TooFewToPublish, NoReleasePlan) as refused:
        say(f"    老年人状况没有发布 no release of the state of elders: {refused}")
        return
    officer = _officer()
    statistics.check_release(officer, release_id=made.id, agrees=True)
    statistics.publish_release(officer, release_id=made.id)


def accounts() -> tuple[DemoAccount, ...]:
    """One account for each desk that needs signing in, with the same password at every start."""
    towns = [area.path for area in places_queries.areas_under("", "town")]
    communities = [area.path for area in places_queries.areas_under(towns[0] if towns else "", "community")]
    city = places_queries.area_tree()[0].path
    return accounts_actions.create_demo_accounts(SYSTEM, city_path=city, town_paths=towns, community_paths=communities)


def _build(choice: Choice, folder: Path) -> dict[str, object]:
    """The department files stand in the folder and the areas are in the database; what to import, and of which day."""
    shutil.rmtree(folder, ignore_errors=True)
    pack, day = policy_library.pack_in_use().pack, clock.today()
    plan = read_plan(pack.demo)
    check_disk(round(plan.elders * choice.scale))
    ledgers: list[RegisterFile] = []
    layouts = read_layouts(yaml.safe_load((PACKS / "national" / "departments.yaml").read_text(encoding="utf-8"))["departments"])
    with step("演示城市 demo city") as report:
        built = build_city(
            plan,
            layouts,
            pack.variables_of("person"),
            folder,
            code=pack.place.code,
            name=pack.place.name,
            as_of=day,
            scale=choice.scale,
            progress=_without_words(report),
            also=lambda made: ledgers.extend(write_register_files(pack, made, folder / "registers", day)),
        )
    say(f"    {built.elders} 位老年人 elders, {built.residents} 位居民 residents")
    with step("区划 areas"):
        places.load_areas(SYSTEM, areas=[_area(node) for node in built.city.walk()])
        places.keep_desks(SYSTEM, desks=_desks([node for node in built.city.walk() if node.level == "community"]))
    files = [(file.department, str(file.path.relative_to(folder))) for file in built.files]
    entries = [(file.register, str(file.path.relative_to(folder))) for file in ledgers]
    return {"as_of": day.isoformat(), "files": files, "registers": entries}


def _desks(nodes: list[Node]) -> list[places.DeskInput]:
    """Telephones (154…, assigned to no operator) and hours of communities, marked as made up; every ninth has said nothing yet."""
    return [
        places.DeskInput(node.code, f"{node.name}便民服务站", f"154{place:08d}", "周一到周五 8:30-17:30", demo=True)
        for place, node in enumerate(nodes)
        if place % 9 != 8
    ]


def _area(node: Node) -> places.AreaInput:
    outline = json.dumps(node.outline) if node.outline else None
    source = "schematic" if outline else ""
    return places.AreaInput(
        node.code, node.name, node.level, node.parent or None, node.rural, outline=outline, outline_source=source
    )


def _batches() -> Iterator[BatchBrief]:
    """Every batch, oldest last, so that the newest of one file name counts when they are put in a map in reverse."""
    found: list[BatchBrief] = []
    after: str | None = None
    while True:
        page = people_queries.list_batches(SYSTEM, limit=200, after=after)
        found += page.items
        after = page.next
        if after is None:
            return iter(reversed(found))


def _import_all(files: list[tuple[str, Path, BatchBrief | None]], day: dt.date) -> None:
    """Every file has been accepted, in order; what a killed run left of one is taken up where it stands.

    While one file is let in, which is the database's work, the next is read, which is ours: both processors are busy.
    """
    done = ("accepted", "accepting")  # the worker does the rest
    left = [(department, file, known) for department, file, known in files if known is None or known.status not in done]
    if not left:
        return
    with ThreadPoolExecutor(1, "reading") as ahead:
        reading = [ahead.submit(_check, *left[0], day)]
        for place, (_, file, _) in enumerate(left):
            with step(f"导入 import {file.name}") as report:
                batch = reading[place].result()
                reading += [ahead.submit(_check, *following, day) for following in left[place + 1 : place + 2]]
                result = people.accept_batch(SYSTEM, batch_id=batch, progress=_without_words(report)).batch
            say("    " + ", ".join(f"{verdict} {count}" for verdict, count in result.counts.items() if count))
    with step("疑似同一人 doubles"):
        people.scan_doubles(SYSTEM)


def _check(department: str, file: Path, known: BatchBrief | None, day: dt.date) -> int:
    """The file has its dry run; runs beside the acceptance of the one before, on a connection of its own."""
    try:
        batch = known.id if known else _upload(department, file, day)
        people.check_batch(SYSTEM, batch_id=batch)
        return batch
    finally:
        connection.close()


def _fill_registers(files: list[tuple[str, Path]]) -> None:
    """Every register's files are in, and everybody has been looked at once for who else belongs there."""
    known = {register: registers_queries.register_files(SYSTEM, register=register, limit=500).items for register, _ in files}
    left = [(register, file) for register, file in files if file.name not in {b.name for b in known[register] if b.accepted_at}]
    if not left:
        return
    with step("台账 registers") as report:
        for done, (register, file) in enumerate(left, start=1):
            registers.import_entries(_officer(), register=register, name=file.name, content=file)
            report(done, len(left) + 1)
        registers.refresh_candidates(SYSTEM)
        registers.settle_clocks(SYSTEM)
        report(len(left) + 1, len(left) + 1)


def _officer() -> Actor:
    known = accounts_queries.list_users(SYSTEM, text=OFFICER).items
    return accounts_queries.actor_of_user(next(user.id for user in known if user.username == OFFICER))


def _upload(department: str, file: Path, day: dt.date) -> int:
    """Sent by the demo city's officer, so that the city's desks list it."""
    return people.upload_file(_officer(), department=department, name=file.name, content=file, stated_on=day)


def _without_words(report: Report) -> Callable[[int, int, str], None]:
    def told(done: int, total: int, step: str) -> None:
        report(done, total)

    return told
