"""What messages tell the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class MessageSettled:
    """A message was delivered, failed, or nobody can tell. `key` and `purpose` are as whoever asked for it gave them; `because` is one of
    words.NotDelivered. A message that failed or is unknown may still be told delivered later.
    """

    NAME: ClassVar[str] = "messaging.message_settled"
    key: str
    purpose: str
    state: str
    because: str
    at: datetime
