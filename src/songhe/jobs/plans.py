"""Reading plan documents that are too long to be read while somebody waits."""

from __future__ import annotations

from procrastinate.contrib.django import app

from songhe.contexts.plan_tracking import actions
from songhe.contexts.plan_tracking.events import PlanUploaded
from songhe.foundation.access import SYSTEM


@app.task(name="read_plan_document", queue="imports")
def read_plan_document(document_id: int) -> None:
    """The document is read, or says why not; run again after a kill it does what is left, and nothing if that was all."""
    try:
        actions.read_plan_document(SYSTEM, document_id=document_id)
    except Exception:  # whatever went wrong, nothing of the reading was written
        actions.give_up_reading(SYSTEM, document_id=document_id)
        raise


def on_plan_uploaded(event: PlanUploaded) -> None:
    """A job reads the document."""
    read_plan_document.defer(document_id=event.document_id)
