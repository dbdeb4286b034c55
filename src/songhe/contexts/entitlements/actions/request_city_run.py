"""Ask for everybody to be decided again; the run itself is a background job."""

from __future__ import annotations

from django.db import transaction

from songhe.contexts.entitlements.events import CityRunRequested
from songhe.contexts.policy_library import queries as policy
from songhe.foundation import audit, outbox
from songhe.foundation.access import Actor, Right, require
from songhe.foundation.errors import InvalidInput

SHORTEST_CAUSE = 2
LONGEST_CAUSE = 200


@transaction.atomic
def request_city_run(actor: Actor, *, cause: str) -> None:
    """CityRunRequested is published, with the cause in words; whoever listens decides the city soon.

    Raises AccessDenied without the right at the city, InvalidInput for a cause that says nothing; then nothing is asked for.
    """
    require(actor, Right.DETERMINE, f"{policy.pack_in_use().pack.place.code}/")
    cause = cause.strip()
    if not SHORTEST_CAUSE <= len(cause) <= LONGEST_CAUSE:
        raise InvalidInput(
            f"请用{SHORTEST_CAUSE}到{LONGEST_CAUSE}个字写明为什么要重新核算。", next_step="例如：核对导入结果。", field="cause"
        )
    audit.record(actor, "run.requested", subject_type="run", detail={"cause": cause})
    outbox.publish(CityRunRequested(cause=cause))
