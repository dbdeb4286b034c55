"""Who listens to what, and who prints what: the one place where an event of one context meets the listener of another."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from songhe.contexts.assessments import listeners as assessments
from songhe.contexts.assessments.events import ResultInForce
from songhe.contexts.entitlements import listeners as entitlements
from songhe.contexts.entitlements.events import CityRunRequested, GrantsChanged, RecomputationAsked, RunPublished
from songhe.contexts.messaging.events import MessageSettled
from songhe.contexts.payments.events import StepAsked
from songhe.contexts.people import listeners as people
from songhe.contexts.people.events import AcceptRequested, CityFactsChanged, HouseholdsChanged, LifeEventsKnown
from songhe.contexts.plan_tracking.events import PlanUploaded
from songhe.contexts.policy_library.events import DraftSealed, PackPutInUse
from songhe.foundation import outbox, printing
from songhe.jobs import determination, drafts, figures, grants, imports, payments, plans, registers
from songhe.web.city.plan_papers import PAPERS

LISTENERS: Mapping[type, tuple[Callable[..., object], ...]] = {
    AcceptRequested: (imports.on_accept_requested,),
    HouseholdsChanged: (entitlements.on_households_changed,),
    LifeEventsKnown: (people.on_life_events_known, assessments.on_life_events_known),
    CityFactsChanged: (determination.on_city_facts_changed, registers.on_city_facts_changed),
    PackPutInUse: (determination.on_pack_put_in_use, registers.on_pack_put_in_use),
    CityRunRequested: (determination.on_city_run_requested,),
    RecomputationAsked: (determination.on_recomputation_asked,),
    PlanUploaded: (plans.on_plan_uploaded,),
    DraftSealed: (drafts.on_draft_sealed,),
    StepAsked: (payments.on_step_asked,),
    MessageSettled: (entitlements.on_message_settled,),
    RunPublished: (
        figures.on_run_published,
        drafts.on_run_published,
        entitlements.on_run_published,
        grants.on_run_published,
    ),
}
"""Events that somebody in the house reacts to."""

OUTWARD: Mapping[type, str] = {
    GrantsChanged: "a payment run reads what is due when it is made; a message to the person may follow from this",
    ResultInForce: "the grade itself reaches decisions as a fact; a letter about the result may follow from this",
}
"""Events that nobody in the house reacts to yet, each with the reason why it is published."""


def connect() -> None:
    """Every listener is registered with the outbox, every paper of the pages is offered to the API; calling it twice changes nothing."""
    for event, listeners in LISTENERS.items():
        for listener in listeners:
            outbox.register(event, listener)
    for kind, printer in PAPERS.items():
        printing.offer(kind, printer)
