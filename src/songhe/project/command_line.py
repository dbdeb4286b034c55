"""The `songhe` command. Every refusal is one line that says what is wrong and what to do."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TypeAlias

from songhe.project.city import choose, parse_choice, read_choice
from songhe.project.paths import PACKS, VAR

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


class Refusal(Exception):
    """Something that the person at the terminal has to mend; the message is the one line."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "songhe.project.settings")
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except (Refusal, ValueError) as refusal:
        return _refuse(str(refusal))
    except KeyboardInterrupt:
        return _refuse("已停止,再次运行会接着做 · stopped; run the command again, it goes on where it stopped")
    except Exception as error:
        sentence = _known_trouble(error)
        if sentence is None:
            raise
        return _refuse(sentence)


def _refuse(sentence: str) -> int:
    print(f"songhe: {sentence}", file=sys.stderr)
    return 1


def _known_trouble(error: BaseException) -> str | None:
    """The sentence for a full disk, a path too long or an unreachable database, wherever in the chain of causes it is."""
    cause: BaseException | None = error
    while cause is not None:
        full = isinstance(cause, OSError) and cause.errno == errno.ENOSPC
        if full or type(cause).__name__ == "DiskFull" or "No space left on device" in str(cause):
            return "磁盘已满,腾出空间后再次运行 · the disk is full; free some space and run again, it goes on where it stopped"
        if type(cause).__name__ == "PathTooLong":
            return f"路径太长 · the path {cause} is too long for a socket; set SONGHE_VAR to a shorter folder"
        if type(cause).__name__ == "OperationalError" and "connection" in str(cause):
            first = str(cause).strip().splitlines()[0]
            return (
                f"连不上数据库 · the database cannot be reached ({first}); check DATABASE_URL, or unset it to use our own server"
            )
        cause = cause.__cause__ or cause.__context__
    return None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="songhe", description="A city's elderly-care services.")
    commands = parser.add_subparsers(required=True, metavar="command")
    up = commands.add_parser("up", help="build the demo city if it is not there, and serve it")
    up.add_argument("--city", default=os.environ.get("CITY"))
    up.add_argument("--scale", default=os.environ.get("SCALE") or "1")
    up.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
    up.add_argument("--no-serve", action="store_true", help="stop when everything is ready to be served")
    up.set_defaults(run=_up)
    commands.add_parser("worker", help="run background jobs until stopped").set_defaults(run=_worker)
    pack = commands.add_parser("pack", help="policy packs").add_subparsers(required=True, metavar="what")
    check = pack.add_parser("check", help="find everything that is wrong with one pack or with all")
    check.add_argument("city", nargs="?")
    check.set_defaults(run=_pack_check)
    plan = commands.add_parser("plan", help="plan documents").add_subparsers(required=True, metavar="what")
    read = plan.add_parser("read", help="read a document's tasks, targets and present figures (txt, html, docx, pdf)")
    read.add_argument("file", type=Path)
    read.add_argument("--json", action="store_true", help="as JSON, each row with clause, quote and offset")
    read.set_defaults(run=_plan_read)
    fits = plan.add_parser("check", help="find what does not fit in a document: numbers, dates, units, names")
    fits.add_argument("file", type=Path)
    fits.add_argument("--json", action="store_true", help="as JSON, each finding with severity, computation and places")
    fits.set_defaults(run=_plan_check)
    audit = commands.add_parser("audit", help="the audit chain").add_subparsers(required=True, metavar="what")
    audit.add_parser("verify", help="find any audit row that was altered by hand").set_defaults(run=_audit_verify)
    signature = commands.add_parser("signature", help="signed documents").add_subparsers(required=True, metavar="what")
    verify = signature.add_parser("verify", help="whether a PDF was signed here and is unchanged")
    verify.add_argument("file", type=Path)
    verify.add_argument("--certificate", type=Path, default=None, help="a published certificate (PEM): no database is needed")
    verify.set_defaults(run=_signature_verify)
    shown = signature.add_parser("certificates", help="the certificates that sign or have signed")
    shown.add_argument("--pem", action="store_true", help="only the one that signs now, for publishing")
    shown.set_defaults(run=_signature_certificates)
    signature.add_parser("rotate", help="a fresh certificate of our own signs from now on").set_defaults(run=_signature_rotate)
    decisions = commands.add_parser("decisions", help="decisions about people").add_subparsers(required=True, metavar="what")
    again = decisions.add_parser(
        "check", help="decide every past run of the whole city again from its snapshot and its pack version"
    )
    again.add_argument("--run", type=int, default=None, dest="number", help="only this run")
    again.set_defaults(run=_decisions_check)
    release = commands.add_parser("release", help="releases about the elders").add_subparsers(required=True, metavar="what")
    release.add_parser("check", help="count every release again from its snapshot").set_defaults(run=_release_check)
    _add_keys(commands)
    _add_going_live(commands)
    _add_backup(commands)
    api = commands.add_parser("api", help="the HTTP API").add_subparsers(required=True, metavar="what")
    schema = api.add_parser("schema", help="write the contract to src/songhe/api/openapi.json")
    schema.add_argument("--check", action="store_true", help="only say whether the committed file is right")
    schema.set_defaults(run=_api_schema)
    reset = commands.add_parser("reset", help="forget the demo city: its database, files and snapshots")
    reset.add_argument("--yes", action="store_true")
    reset.set_defaults(run=_reset)
    django = commands.add_parser("django", help="a command of Django, on the right database")
    django.add_argument("arguments", nargs=argparse.REMAINDER)
    django.set_defaults(run=_django)
    return parser


def _add_keys(commands: Commands) -> None:
    keys = commands.add_parser("keys", help="keys of what is encrypted").add_subparsers(required=True, metavar="what")
    keys.add_parser("list", help="every key and how many values need it").set_defaults(run=_keys, deed="list_keys")
    keys.add_parser(
        "rotate", help="a new key, with everything sealed once more; after a kill it goes on where it stopped"
    ).set_defaults(run=_keys, deed="rotate_keys")
    keys.add_parser("reseal", help="only seal once more what an old key sealed, without a new key").set_defaults(
        run=_keys, deed="reseal_everything"
    )
    gone = keys.add_parser("remove", help="take away an old key that nothing needs any more")
    gone.add_argument("key", help="its eight digits, see: songhe keys list")
    gone.set_defaults(run=_keys, deed="remove_key")


def _add_going_live(commands: Commands) -> None:
    ready = commands.add_parser("prepare", help="tables, pages and the pack of a city that goes live; again after an upgrade")
    ready.add_argument("--city", default=os.environ.get("SONGHE_CITY"))
    ready.set_defaults(run=_prepare)
    areas = commands.add_parser("areas", help="load the city's areas from a csv file")
    areas.add_argument("file", type=Path)
    areas.set_defaults(run=_areas)
    first = commands.add_parser("first-account", help="open the first security administrator's account")
    first.add_argument("username")
    first.add_argument("display_name")
    first.set_defaults(run=_first_account)


def _add_backup(commands: Commands) -> None:
    backup = commands.add_parser("backup", help="backups of the city").add_subparsers(required=True, metavar="what")
    for what, text in (
        ("make", "the database, files and snapshots in a new folder under FOLDER"),
        ("verify", "bring a backup back beside the city, look at it, take it away again"),
        ("restore", "bring a backup back into this machine's empty database"),
    ):
        parts = backup.add_parser(what, help=text)
        parts.add_argument("folder", type=Path)
        parts.add_argument("--keys", type=Path, default=None, help="the folder of the keys, which are kept apart")
        parts.set_defaults(run=_backup, what=what)


def database() -> AbstractContextManager[object]:
    """The embedded server runs as long as this is held; nothing to do where DATABASE_URL names another."""
    if os.environ.get("DATABASE_URL"):
        return nullcontext()
    from songhe.project.embedded_postgres import EmbeddedPostgres  # half a second that commands without a database do not need

    return EmbeddedPostgres(VAR / "postgres")


def _up(options: argparse.Namespace) -> int:
    from songhe.project import serving

    if not options.city:
        remembered = read_choice(VAR)
        if remembered is None:
            raise Refusal(
                "请说明城市,例如 make run CITY=… · name a city, for example: songhe up --city NAME (a folder of packs/)"
            )
        choice = remembered
    else:
        choice = parse_choice(options.city, options.scale, PACKS)
    if not options.no_serve and serving.port_is_taken(options.port):
        raise Refusal(
            f"端口 {options.port} 已被占用 · port {options.port} is taken (is Songhe already running?); choose another: "
            f"make run PORT={options.port + 1}"
        )
    choose(choice, VAR)
    with database():
        import django

        django.setup()
        from songhe.project import starting

        starting.prepare(choice)
        if options.no_serve:
            return 0
        return serving.serve(options.port, lambda: starting.say_ready(options.port))


def _worker(options: argparse.Namespace) -> int:
    with database():
        import django

        django.setup()
        from songhe.jobs.worker import work

        work()
    return 0


def _pack_check(options: argparse.Namespace) -> int:
    from songhe.project.pack_check import check_packs

    return check_packs(PACKS, options.city)


def _plan_read(options: argparse.Namespace) -> int:
    from songhe.project.plan_files import print_reading

    return print_reading(options.file, as_json=options.json)


def _plan_check(options: argparse.Namespace) -> int:
    from songhe.project.plan_files import print_findings

    return print_findings(options.file, as_json=options.json)


def _audit_verify(options: argparse.Namespace) -> int:
    with database():
        import django

        django.setup()
        from songhe.project.audit_check import verify_audit

        return verify_audit()


def _keys(options: argparse.Namespace) -> int:
    with database():
        import django

        django.setup()
        from songhe.project import key_rotation

        deed = getattr(key_rotation, options.deed)
        return int(deed(options.key) if options.deed == "remove_key" else deed())


def _prepare(options: argparse.Namespace) -> int:
    remembered = read_choice(VAR)
    if not options.city and remembered is None:
        raise Refusal("请说明城市 · name a city, for example: songhe prepare --city NAME (a folder of packs/)")
    choice = parse_choice(options.city, "1", PACKS) if options.city else remembered
    assert choice is not None
    choose(choice, VAR)
    with database():
        import django

        django.setup()
        from songhe.project.going_live import prepare_city

        return prepare_city(choice)


def _areas(options: argparse.Namespace) -> int:
    with database():
        import django

        django.setup()
        from songhe.project.going_live import load_areas

        return load_areas(options.file)


def _first_account(options: argparse.Namespace) -> int:
    with database():
        import django

        django.setup()
        from songhe.project.going_live import open_first_account

        return open_first_account(options.username, options.display_name)


def _backup(options: argparse.Namespace) -> int:
    if options.what == "restore" and read_choice(VAR) is None:
        from songhe.project.city import choice_of_backup

        choose(choice_of_backup(options.folder), VAR)
    with database():
        import django

        django.setup()
        from songhe.project import backup, restoring

        if options.what == "make":
            return backup.make_backup(options.folder, options.keys)
        if options.what == "verify":
            return restoring.verify_backup(options.folder, options.keys)
        from songhe.project.starting import create_database

        create_database()
        return restoring.restore_backup(options.folder, options.keys)


def _signature_verify(options: argparse.Namespace) -> int:
    if not options.file.is_file():
        raise Refusal(f"没有这个文件 · no such file: {options.file}")
    import django

    if options.certificate is not None:
        django.setup()
        from songhe.project.signature_check import verify_elsewhere

        return verify_elsewhere(options.file, options.certificate)
    with database():
        django.setup()
        from songhe.project.signature_check import verify_file

        return verify_file(options.file)


def _signature_certificates(options: argparse.Namespace) -> int:
    with database():
        import django

        django.setup()
        from songhe.project.signature_check import list_certificates

        return list_certificates(pem=options.pem)


def _signature_rotate(options: argparse.Namespace) -> int:
    with database():
        import django

        django.setup()
        from songhe.project.signature_check import rotate

        return rotate()


def _decisions_check(options: argparse.Namespace) -> int:
    with database():
        import django

        django.setup()
        from songhe.project.recompute_check import check_decisions

        return check_decisions(options.number)


def _release_check(options: argparse.Namespace) -> int:
    with database():
        import django

        django.setup()
        from songhe.project.release_check import check_releases

        return check_releases()


def _api_schema(options: argparse.Namespace) -> int:
    import django

    django.setup()
    from songhe.project.api_schema import write_schema

    return write_schema(only_check=options.check)


def _reset(options: argparse.Namespace) -> int:
    from songhe.project import resetting

    choice = read_choice(VAR)
    if choice is None:
        raise Refusal("还没有演示城市 · there is no demo city to forget")
    if not options.yes:
        answer = input(f"songhe: 将删除 {choice.label} 的数据库和文件,输入 yes 继续 · this deletes {choice.label}; type yes: ")
        if answer.strip() != "yes":
            raise Refusal("什么也没有删除 · nothing was deleted")
    with database():
        resetting.reset(choice)
    return 0


def _django(options: argparse.Namespace) -> int:
    with database():
        from django.core.management import execute_from_command_line

        execute_from_command_line(["songhe django", *options.arguments])
    return 0


if __name__ == "__main__":
    sys.exit(main())
