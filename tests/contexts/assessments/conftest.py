"""The trial city on its day."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from songhe.foundation import clock
from tests.contexts.assessments import trial as made
from tests.contexts.assessments.trial import DAY, Trial


@pytest.fixture
def trial(db: None) -> Iterator[Trial]:
    with clock.frozen(DAY):
        yield made.make()
