"""What assessment tells the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class ResultInForce:
    """A person's grade counts from `on`; its statement of the fact has been written."""

    NAME: ClassVar[str] = "assessments.result_in_force"
    result_id: int
    person_id: int
