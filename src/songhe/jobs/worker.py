"""The worker beside the pages."""

from __future__ import annotations

from contextlib import suppress

from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from songhe.contexts.entitlements import actions
from songhe.contexts.entitlements.errors import RunInProgress
from songhe.jobs.determination import request_determination

CONCURRENCY = 2  # a whole-city determination must not keep quick jobs waiting


def work(*, until_idle: bool = False) -> None:
    """Run jobs until stopped (or until none is left); a determination that a kill cut short is asked for again first."""
    with suppress(RunInProgress):  # then nothing was interrupted
        for cause in actions.recover_interrupted():
            request_determination(cause)
    connector = app.connector
    assert isinstance(connector, DjangoConnector)
    with app.replace_connector(connector.get_worker_connector()) as working:
        working.run_worker(concurrency=CONCURRENCY, wait=not until_idle, install_signal_handlers=not until_idle)
