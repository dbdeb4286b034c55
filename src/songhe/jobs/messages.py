"""Messages leave, and their receipts come in."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from songhe.contexts.messaging import actions
from songhe.contexts.messaging.errors import GatewayWrong
from songhe.foundation.access import SYSTEM

log = logging.getLogger(__name__)


@app.periodic(cron="* * * * * */20")
@app.task(name="send_messages", queue="quick", queueing_lock="send_messages", lock="send_messages")
def send_messages(timestamp: int) -> None:
    """What waits has been tried once, what the platform knows has been taken, and who never gave a receipt is unknown."""
    try:
        actions.send_waiting(SYSTEM)
        actions.fetch_receipts(SYSTEM)
        actions.give_up_waiting(SYSTEM)
    except (GatewayWrong, OSError) as wrong:
        log.warning("messages wait: %s", type(wrong).__name__)  # the page of the system desk says what to mend
