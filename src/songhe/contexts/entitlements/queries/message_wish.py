"""Whether messages go to a person."""

from __future__ import annotations

from dataclasses import dataclass

from songhe.contexts.messaging import queries as messaging
from songhe.contexts.people import queries as people
from songhe.foundation.access import Actor, Right, require


@dataclass(frozen=True, slots=True)
class MessageWish:
    """`mobile`: a mobile number is known; `gets`: messages go there (the person has not refused); `connected`: there is a gateway."""

    mobile: bool
    gets: bool
    connected: bool


def message_wish(actor: Actor, *, person_id: int) -> MessageWish:
    """How it stands now, for somebody who may see the person's grants."""
    place = people.person_place(actor, person_id=person_id)
    require(actor, Right.SEE_GRANTS, place.area_path)
    number = next((each.phone for each in people.phones([person_id])), "")
    return MessageWish(bool(messaging.mobile(number)), messaging.sendable([number])[0], messaging.is_connected())
