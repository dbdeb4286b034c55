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


@dataclass(frozen=True, slots=True)
class DraftSealed:
    """A draft has a content that nobody has checked and simulated yet."""

    NAME: ClassVar[str] = "policy_library.draft_sealed"
    draft_id: int
    seal: str
