"""The steps of `make run`, each of which finds out what is already done: killed anywhere, the next run goes on."""

from __future__ import annotations

import shutil

import django
import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection, connections
from psycopg import sql

from songhe.contexts.policy_library import actions as policy_library
from songhe.foundation import certificates
from songhe.foundation.access import SYSTEM
from songhe.project import demonstration, demonstration_assessments, demonstration_grants, demonstration_payments
from songhe.project.city import Choice
from songhe.project.paths import PACKS, ROOT
from songhe.project.progress import say, step
from songhe.project.serving import HOST

BUILT = ROOT / "src" / "songhe" / "web" / "static"


def prepare(choice: Choice) -> None:
    """The city is in the database, with a decision for everybody, and can be served."""
    say(f"松鹤 Songhe · {choice.label}")
    demonstration.check_disk(0)
    with step("数据库 database"):
        create_database()
        call_command("migrate", verbosity=0, interactive=False)
    with step("签名证书 signing certificate"):
        try:
            certificates.current()
        except certificates.SigningUnavailable as unusable:  # everything else goes on; what has to be signed says so
            say(f"{unusable.sentence}{unusable.next_step}")
    with step("页面文件 front end"):
        collect_static()
    with step("政策包 policy packs"):
        policy_library.load_folder(SYSTEM, root=PACKS, city=choice.city)
    demonstration.bring_in(choice)
    demonstration.determine()
    demonstration_grants.grants()  # before a grade of an assessment makes the first of them follow
    demonstration_payments.payments()
    demonstration_assessments.assessments()
    demonstration.release()
    connections.close_all()


def say_ready(port: int) -> None:
    """The address and the demo accounts of each desk."""
    say(f"\n已就绪 ready: http://{HOST}:{port}/  (公众服务不用登录 the public pages need no account)\n")
    for account in demonstration.accounts():
        say(f"  {account.username:<12} {account.password:<18} /{account.desk}/  {account.label}")
    say("\n按 Ctrl-C 停止 press Ctrl-C to stop")
    connections.close_all()


def create_database() -> None:
    """The database of this choice exists. A server of the city's own is taken as it is if its database is there."""
    default = settings.DATABASES["default"]
    try:
        connection.ensure_connection()
    except OperationalError as error:
        if f'database "{default["NAME"]}" does not exist' not in str(error):
            raise
        with psycopg.connect(
            host=default["HOST"],
            port=default["PORT"],
            user=default["USER"],
            password=default.get("PASSWORD", ""),
            dbname="postgres",
            autocommit=True,
        ) as maintenance:
            name = sql.Identifier(default["NAME"])
            maintenance.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(name))


def collect_static() -> None:
    """The files that pages load stand under names that change with their content; nothing to do if they were built from these."""
    stamp = settings.STATIC_ROOT / "COLLECTED"
    newest = max((file.stat().st_mtime_ns for file in BUILT.rglob("*") if file.is_file()), default=0)
    wanted = f"{django.get_version()} {newest}"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    shutil.rmtree(settings.STATIC_ROOT, ignore_errors=True)
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(wanted)
