"""Whether a number can get messages: a mobile number of somebody who has not refused."""

from __future__ import annotations

from collections.abc import Sequence

from songhe.basics.identifiers import Phone, parse_phone
from songhe.contexts.messaging.access import refusals
from songhe.foundation.encryption import blind_index_many

KIND = "message_number"


def mobile(number: str) -> str:
    """The number in its normal form; empty where it is no mobile number."""
    found = parse_phone(number) if number else None
    return found.number if isinstance(found, Phone) and found.kind == "mobile" else ""


def sendable(numbers: Sequence[str]) -> tuple[bool, ...]:
    """For each number whether a message may go there. Asked inside an action that holds the numbers already."""
    plain = [mobile(number) for number in numbers]
    indexes = blind_index_many((number or None for number in plain), kind=KIND)
    refused = {
        bytes(index)
        for index in refusals().filter(number_index__in=[i for i in indexes if i]).values_list("number_index", flat=True)
    }
    return tuple(index is not None and index not in refused for index in indexes)
