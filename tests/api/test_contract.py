"""The committed contract is what the code answers, and no input finds an answer that it does not have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import positive_data_acceptance

from songhe.api import application
from songhe.contexts.entitlements import actions
from songhe.foundation.access import SYSTEM
from tests.api.conftest import Caller

# A household may name facts that the city's dictionary does not have, a cursor may be made up: refused with 422, which no schema can say.
BEYOND_THE_SCHEMA = [positive_data_acceptance]
COMMITTED = Path(application.__file__).with_name("openapi.json")
wsgi = get_wsgi_application()
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", wsgi)


def test_the_contract_is_current() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == application.openapi_text()


def test_every_operation_needs_a_right() -> None:
    for path in application.api.get_openapi_schema()["paths"].values():
        for operation in path.values():
            assert operation["security"]


@pytest.fixture
def token(city_caller: Caller) -> Iterator[str]:
    """Requests run on the test's own connection, which must not be closed between them."""
    actions.determine_city(SYSTEM, cause="试验")
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield city_caller.token
    for signal in signals:
        signal.connect(close_old_connections)


@schema.parametrize()
@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))
def test_no_undocumented_answer(case: schemathesis.Case, token: str) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, excluded_checks=BEYOND_THE_SCHEMA)
