"""What the policy library tells the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class PackPutInUse:
    """Another version of the pack decides from now on; every person has to be determined again."""

    NAME: ClassVar[str] = "policy_library.pack_put_in_use"
    version_id: int
    cause: str
