"""Which database: the one that DATABASE_URL names, or the embedded server in `var/postgres`."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from songhe.project.city import Choice

NAME = "songhe"


def database_settings(
    url: str | None, var: Path, choice: Choice | None = None, *, password_file: str | None = None
) -> dict[str, Any]:
    """Django's settings for the database. The address of the embedded server is known before it runs.

    `password_file` holds the password where the address has none, so that it stands in no environment and no list of processes.
    """
    name = choice.database if choice else NAME
    common: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
    if not url:
        return common | {"NAME": name, "USER": "postgres", "HOST": str((var / "postgres").resolve()), "PORT": "5432"}
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(f"DATABASE_URL must begin with postgresql://, not {parts.scheme or 'nothing'}://")
    options = dict(parse_qsl(parts.query))
    return common | {
        "NAME": unquote(parts.path.lstrip("/")) or NAME,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or "") or (Path(password_file).read_text().strip() if password_file else ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": options.pop("port", str(parts.port or "")),
        "OPTIONS": options,
    }
