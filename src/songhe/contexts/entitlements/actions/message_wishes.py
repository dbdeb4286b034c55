"""Whether a person wants messages about their grants: said at the counter or on a visit (an answer to a message comes with the receipts)."""

from __future__ import annotations

from django.db import transaction

from songhe.contexts.messaging import actions as messaging_actions
from songhe.contexts.messaging.queries import RefusalWay
from songhe.contexts.people import queries as people
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput


@transaction.atomic
def say_message_wish(actor: Actor, *, person_id: int, wanted: bool, way: RefusalWay) -> None:
    """No message goes to the person's number any more, or they may again. InvalidInput where no mobile number is known."""
    place = people.person_place(actor, person_id=person_id)
    require(actor, Right.HANDLE_GRANTS, place.area_path)
    number = next((each.phone for each in people.phones([person_id])), "")
    if not number:
        raise InvalidInput("没有登记电话，本来就不发短信。", next_step="不用再办。", field="wanted")
    if wanted:
        messaging_actions.accept_messages(actor, number=number, area_path=place.area_path)
    else:
        messaging_actions.refuse_messages(actor, number=number, way=way, area_path=place.area_path)
