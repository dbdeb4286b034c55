"""The trial city."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from songhe.contexts.people.models import Person
from songhe.foundation import clock
from tests.contexts.registers import trial_city


@pytest.fixture
def trial(db: None, tmp_path: Path) -> Iterator[Path]:
    """The city and its pack on its day; the folder of its packs."""
    with clock.frozen(trial_city.DAY):
        trial_city.load_places()
        trial_city.load_trial(tmp_path)
        yield tmp_path


@pytest.fixture
def zhang(trial: Path) -> Person:
    return trial_city.elder(1, "张桂兰")
