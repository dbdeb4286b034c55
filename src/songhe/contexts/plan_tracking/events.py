"""What others may react to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class PlanUploaded:
    """A document is stored and too long to be read while somebody waits."""

    NAME: ClassVar[str] = "plan_tracking.plan_uploaded"
    document_id: int
