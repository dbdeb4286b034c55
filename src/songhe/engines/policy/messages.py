"""messages.yaml: the texts of short messages, each with all that it may say of a person, short enough for one message."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from songhe.engines.policy.pack import Cited

MOST_UNITS = 70  # of one message in UCS-2
LONGEST: Mapping[str, str] = MappingProxyType({"surname": "欧阳", "code": "A" * 10, "phone": "0953-12345678"})
"""What a text may be filled in with, and the longest value of each."""
PLACE = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True, slots=True)
class MessageText:
    """One text; `text` with {surname}, {code} and {phone}."""

    id: str
    title: str
    text: str
    cited: Cited


@dataclass(frozen=True, slots=True)
class MessageValue:
    """A number with its unit and source."""

    value: int
    unit: str
    cited: Cited


@dataclass(frozen=True, slots=True)
class MessagePlan:
    """`price_li`: a thousandth of a yuan a message; `days_until_visit`: so long after it arrived unread until somebody visits."""

    signature: str
    signature_cited: Cited
    price: MessageValue
    days_until_visit: MessageValue
    texts: Mapping[str, MessageText]

    def filled(self, text: str, values: Mapping[str, str]) -> str:
        """The text with its signature, filled in."""
        return f"【{self.signature}】{PLACE.sub(lambda found: values.get(found[1], ''), self.texts[text].text)}"


def units_of(text: str) -> int:
    """UTF-16 units: how much of a message the text fills."""
    return len(text.encode("utf-16-le")) // 2
