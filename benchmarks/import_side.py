"""A department's file of 100,000 rows from upload to acceptance, in a database of its own: `python -m benchmarks.import_side KIND ROWS`.

KIND is csv or xlsx. The police's file brings everybody in first; what is timed is a second file, of civil affairs, about the same people:
nine rows of ten name them by ID number, one of ten without one, by name, birth date and community. A JSON line at the end, with the processor
time of both sides beside every wall time: on a machine that does other work too, only that says what the import itself needs.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import json
import os
import resource
import sys
import time

import numpy as np
import psutil

SEED, COMMUNITIES, CITY = 20_260_101, 120, "990100"
_SURNAMES, _GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "秀英桂兰玉珍淑华建国志强文明永福德才春生金凤海涛"
POLICE = ("公民身份号码", "姓名", "户号", "与户主关系", "村(社区)代码", "住址", "联系电话", "本市户籍", "常住本市", "人员状态")
AID = (
    "身份证号",
    "姓名",
    "出生日期",
    "村(社区)代码",
    "联系电话",
    "救助类别",
    "能力等级",
    "生活不能自理",
    "家庭养老床位",
    "适老化改造",
)
DAY = dt.date(2026, 6, 30)


def people(rows: int) -> list[tuple[str, str, str, str, str]]:
    """ID number, name, birth date, community's code, household, the same for every run."""
    from songhe.basics.identifiers import check_character

    rng = np.random.default_rng(SEED)
    days, orders = rng.integers(0, 365 * 30, rows), rng.integers(1, 1000, rows)
    names, communities = rng.integers(0, 20, (rows, 3)), rng.integers(0, COMMUNITIES, rows)
    found: dict[str, tuple[str, str, str, str, str]] = {}
    for i in range(rows):
        born = dt.date(1930, 1, 1) + dt.timedelta(days=int(days[i]))
        seventeen = f"000000{born:%Y%m%d}{orders[i]:03d}"
        number = seventeen + check_character(seventeen)
        name = _SURNAMES[names[i, 0]] + _GIVEN[names[i, 1]] + _GIVEN[names[i, 2]]
        found.setdefault(number, (number, name, born.isoformat(), f"990101{communities[i]:03d}", f"H{i // 2:07d}"))
    return list(found.values())


def lines(everybody: list[tuple[str, str, str, str, str]], department: str) -> list[tuple[str, ...]]:
    if department == "police":
        return [
            POLICE,
            *(
                (n, name, home, "", place, f"幸福路{i % 900}号", f"138{i:08d}", "是", "是", "正常")
                for i, (n, name, _, place, home) in enumerate(everybody)
            ),
        ]
    kinds, grades = ("无", "低保", "低保边缘", "特困供养"), ("能力完好", "轻度失能", "中度失能", "重度失能")
    return [
        AID,
        *(
            (n if i % 10 else "", name, born, place, f"139{i:08d}", kinds[i % 4], grades[i % 4], "是否"[i % 7 > 0], "否", "是否"[i % 5 > 0])
            for i, (n, name, born, place, _) in enumerate(everybody)
        ),
    ]  # fmt: skip


def file_of(rows: list[tuple[str, ...]], kind: str) -> bytes:
    if kind == "csv":
        text = io.StringIO(newline="")
        csv.writer(text).writerows(rows)
        return text.getvalue().encode("utf-8-sig")
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet("名册")
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    return out.getvalue()


def import_file(department: str, content: bytes, kind: str, day: dt.date) -> dict[str, object]:
    """Seconds of upload, check and acceptance, processor seconds of this process and of the server's, and what became of the rows."""
    from songhe.contexts.people import actions
    from songhe.foundation.access import SYSTEM

    marks, cpu, served = [time.perf_counter()], time.process_time(), _server_seconds()
    batch = actions.upload_file(SYSTEM, department=department, name=f"f.{kind}", content=content, stated_on=day)
    marks.append(time.perf_counter())
    checked = actions.check_batch(SYSTEM, batch_id=batch)
    marks.append(time.perf_counter())
    done = actions.accept_batch(SYSTEM, batch_id=batch)
    marks.append(time.perf_counter())
    upload, check, accept = (round(b - a, 2) for a, b in itertools.pairwise(marks))
    return {
        "seconds": round(marks[-1] - marks[0], 2), "upload": upload, "check": check, "accept": accept, "python_cpu": round(time.process_time() - cpu, 2),
        "server_cpu": round(_server_seconds() - served, 2), "load": round(os.getloadavg()[0], 1),
        "rows": checked.total, "counts": {str(k): v for k, v in done.batch.counts.items()}, "households": done.households,
    }  # fmt: skip


def _server_seconds() -> float:
    """Processor seconds so far of the server process that serves us; it runs on this machine."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        times = psutil.Process(cursor.fetchone()[0]).cpu_times()
    return float(times.user + times.system)


def main(kind: str, rows: int) -> dict[str, object]:
    from songhe.contexts.places.actions import AreaInput, load_areas
    from songhe.foundation.access import SYSTEM

    places = [AreaInput(CITY, "测试市", "city"), AreaInput("990101", "测试镇", "town", CITY)]
    places += [AreaInput(f"990101{i:03d}", f"测试{i}村", "community", "990101", rural=True) for i in range(COMMUNITIES)]
    load_areas(SYSTEM, areas=places)
    everybody = people(rows)
    first = import_file("police", file_of(lines(everybody, "police"), kind), kind, DAY)
    second = import_file("civil_affairs", file_of(lines(everybody, "civil_affairs"), kind), kind, DAY)
    again = import_file("civil_affairs", file_of(lines(everybody, "civil_affairs"), kind), kind, DAY)
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2)
    return {"new_people": first, "known_people": second, "same_file_again": again, "peak_gb": peak}


if __name__ == "__main__":
    import django
    from django.core.management import call_command

    from songhe.project.command_line import database

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "songhe.project.settings")
    with database():
        django.setup()
        from songhe.project.starting import create_database

        create_database()
        call_command("migrate", verbosity=0, interactive=False)
        print(json.dumps(main(sys.argv[1], int(sys.argv[2])), ensure_ascii=False))
