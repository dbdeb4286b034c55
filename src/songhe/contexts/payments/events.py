"""What payment tells the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class StepAsked:
    """Somebody wants a long step of a run to be done in the background: prepare, freeze, check or make_files."""

    NAME: ClassVar[str] = "payments.step_asked"
    run_id: int
    step: str
    user_id: int
