"""Whether a process of this machine does its work, for a supervisor: `python -m songhe.project.health [--worker]`; ends with 0 or 1.

The pages are asked as a visitor asks them. A worker is well while the queue has no job that waited for minutes: that shows in the database.
"""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence

ADDRESS = "http://127.0.0.1:8000/accounts/login/"
SECONDS = 8
MINUTES_WAITED = 15


def main(arguments: Sequence[str]) -> int:
    """0 where all is well."""
    return _worker() if "--worker" in arguments else _pages()


def _pages() -> int:
    host = os.environ.get("SONGHE_HOSTS", "127.0.0.1").split(",")[0]
    headers = {"Host": host, "X-Forwarded-Proto": "https"}
    try:
        with urllib.request.urlopen(urllib.request.Request(ADDRESS, headers=headers), timeout=SECONDS) as answer:
            return 0 if answer.status == 200 else 1
    except (urllib.error.URLError, OSError) as error:
        print(f"songhe: the pages do not answer ({error})", file=sys.stderr)
        return 1


def _worker() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "songhe.project.settings")
    import django

    django.setup()
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred' "
            "WHERE j.status = 'todo' AND coalesce(j.scheduled_at, e.at) < now() - make_interval(mins => %s) AND j.queue_name = 'quick'",
            [MINUTES_WAITED],
        )
        waiting = cursor.fetchone()[0]
    if waiting:
        print(f"songhe: {waiting} quick jobs have waited for {MINUTES_WAITED} minutes: no worker takes them", file=sys.stderr)
    return 1 if waiting else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
