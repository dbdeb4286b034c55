"""`songhe keys`: what keys there are and what needs them, a new data key with everything sealed once more, an old key taken away.

The keys named here seal columns (`field`) and files (`file`). The chain of the audit keeps the key that each row was written with; the key of
the search indexes cannot be changed without indexing everything anew, so neither is offered.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from songhe.contexts.accounts import actions as accounts
from songhe.contexts.assessments import actions as assessments
from songhe.contexts.messaging import actions as messaging
from songhe.contexts.payments import actions as payments
from songhe.contexts.people import actions as people
from songhe.contexts.registers import actions as registers
from songhe.foundation import audit, clock, signing_seals
from songhe.foundation.access import SYSTEM
from songhe.foundation.audit import entries_by_key
from songhe.foundation.files import files_by_key, reseal_files
from songhe.foundation.keys import RESEALED, FileKeyProvider, KeptKey, Purpose, provider
from songhe.foundation.resealing import SHOWN, Resealed
from songhe.project.progress import say, step

CONTEXTS = (people, registers, payments, accounts, assessments, messaging, signing_seals)
REST = dt.timedelta(hours=1)
"""An old key may go after this: until then work that began with it may still be under way."""

_LOCK = 7_202_011
_LABELS = {
    Purpose.FIELD: "字段 fields",
    Purpose.FILE: "文件 files",
    Purpose.INDEX: "查找索引 search indexes",
    Purpose.AUDIT: "审计链 audit chain",
}


def list_keys() -> int:
    """Print every key of the key file, without its material, and how many values need it."""
    uses = {purpose: values_by_key(purpose) for purpose in (*RESEALED, Purpose.AUDIT)}
    for key in _store().kept():
        state = "使用中 current" if key.current else f"旧 old, {_day(key.retired)}"
        needed = f"{uses[key.purpose][key.id]:,} 处 values" if key.purpose in uses else "全部索引 every index"
        say(f"{_LABELS[key.purpose]:<24} {key.id:08x}  {_day(key.made):<16}  {state:<28} {needed}")
    return 0


def rotate_keys() -> int:
    """A new key for fields and one for files, and everything sealed under them; one that was cut short is first brought to its end."""
    store = _store()
    with _alone():
        for purpose in RESEALED:
            if store.unfinished(purpose):
                say(f"接着做上次没有做完的更换 · going on with the change that was cut short: {_LABELS[purpose]}")
                continue
            fresh = store.rotate(purpose)
            audit.record(
                SYSTEM, "keys.rotate", subject_type="key", subject_id=f"{fresh.id:08x}", detail={"purpose": purpose.value}
            )
        return _reseal()


def reseal_everything() -> int:
    """What is sealed under another key than the current one is sealed once more; no key is made. For a city whose key service rotates."""
    with _alone():
        return _reseal()


def remove_key(written: str) -> int:
    """An old key that nothing needs is gone from the key file."""
    store = _store()
    found = [key for key in store.kept() if f"{key.id:08x}" == written.lower()]
    if not found:
        raise ValueError(f"没有编号为 {written} 的密钥 · no key {written}; see: songhe keys list")
    with _alone():
        _refuse_while_needed(found[0])
        store.remove(found[0].purpose, found[0].id)
        audit.record(
            SYSTEM, "keys.remove", subject_type="key", subject_id=written.lower(), detail={"purpose": found[0].purpose.value}
        )
    say(f"已移除 removed: {written}")
    say(
        "以前的备份仍要用它,请把当时的密钥文件和备份一起保管 · older backups still need it: keep the key file that was backed up with them"
    )
    return 0


def values_by_key(purpose: Purpose) -> Counter[int]:
    """How many values, files or audit rows need each key of this purpose."""
    if purpose is Purpose.FILE:
        return files_by_key()
    if purpose is Purpose.AUDIT:
        return entries_by_key()
    return sum((context.sealed_values_by_key(SYSTEM) for context in CONTEXTS), Counter())


def unopened_values() -> tuple[str, ...]:
    """Which of the first sealed values of each table do not open with the keys that are here."""
    return tuple(place for context in CONTEXTS for place in context.unopened_sealed_values(SYSTEM))


def _reseal() -> int:
    done = Resealed()
    with step("重新加密字段 fields") as report:
        total = sum(count for key, count in values_by_key(Purpose.FIELD).items() if key != provider().current(Purpose.FIELD).id)
        rows = 0

        def told(more: int) -> None:
            nonlocal rows
            rows += more
            report(rows, total)

        for context in CONTEXTS:
            done += context.reseal_values(SYSTEM, told=told)
    with step("重新加密文件 files") as report:
        files, broken = reseal_files(told=report)
    say(
        f"已用新密钥重新加密 {done.rows:,} 行、{files:,} 个文件 · sealed under the current keys: {done.rows:,} rows, {files:,} files"
    )
    return _finish(done, broken)


def _finish(done: Resealed, broken_files: tuple[str, ...]) -> int:
    broken = (*done.broken, *(f"file:{sha}" for sha in broken_files))
    if broken:
        shown = ", ".join(broken[:SHOWN])
        say(
            f"有 {len(broken):,} 处打不开,没有改动,请从备份恢复 · do not open, left as they are, restore them from a backup: {shown}"
        )
    if done.busy:
        say(
            f"有 {done.busy:,} 行正被使用,请过一会儿再运行一次 songhe keys rotate · rows in use; run it again in a while: {done.busy:,}"
        )
        return 1
    if isinstance(provider(), FileKeyProvider):
        for purpose in RESEALED:
            _store().finish(purpose)
        say(
            "旧密钥还留着,确认无误并备份以后可以移除:songhe keys remove 编号 · the old keys are kept; remove one with: songhe keys remove ID"
        )
    return 1 if broken else 0


def _refuse_while_needed(key: KeptKey) -> None:
    written = f"{key.id:08x}"
    if key.current or key.purpose not in RESEALED:
        raise ValueError(f"密钥 {written} 正在使用,不能移除 · key {written} is in use and cannot be removed")
    needed = values_by_key(key.purpose)[key.id]
    if needed:
        raise ValueError(
            f"还有 {needed:,} 处要用密钥 {written},请先运行 songhe keys rotate · {needed:,} values still need key {written}; first: songhe keys reseal"
        )
    if key.retired is not None and clock.now() < key.retired + REST:
        free = (key.retired + REST).astimezone(clock.CITY_ZONE)
        raise ValueError(
            f"密钥 {written} 刚刚换下,{free:%H:%M} 以后才能移除 · key {written} was in use until just now; remove it after {free:%H:%M}"
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start < %s",
            [(key.retired or clock.now()) + dt.timedelta(minutes=1)],
        )
        if cursor.fetchone()[0]:
            raise ValueError(
                "有换密钥以前开始的工作还没有结束,请稍后再移除 · work that began before the change is not done yet; try again later"
            )


def _store() -> FileKeyProvider:
    store = provider()
    if not isinstance(store, FileKeyProvider):
        raise ValueError(
            "密钥在贵单位的密钥服务里,请在那里更换,再运行 songhe keys reseal · keys come from SONGHE_KEY_PROVIDER: "
            "rotate them there, then run songhe keys reseal"
        )
    return store


@contextmanager
def _alone() -> Iterator[None]:
    """One walk at a time, on whichever machine; the database lets go when the process ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise ValueError("已经有一个密钥命令在运行 · another songhe keys command is at work")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _day(moment: dt.datetime | None) -> str:
    return f"{moment.astimezone(clock.CITY_ZONE):%Y-%m-%d %H:%M}" if moment else "—"
