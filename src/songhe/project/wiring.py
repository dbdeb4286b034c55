"""Who listens to what: the one place where an event of one context meets the listener of another."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from songhe.contexts.entitlements import listeners as entitlements
from songhe.contexts.entitlements.events import CityRunRequested, RunPublished
from songhe.contexts.people.events import AcceptRequested, CityFactsChanged, HouseholdsChanged, LifeEventsKnown
from songhe.contexts.policy_library.events import PackPutInUse
from songhe.foundation import outbox
from songhe.jobs import determination, imports

LISTENERS: Mapping[type, tuple[Callable[..., object], ...]] = {
    AcceptRequested: (imports.on_accept_requested,),
    HouseholdsChanged: (entitlements.on_households_changed,),
    CityFactsChanged: (determination.on_city_facts_changed,),
    PackPutInUse: (determination.on_pack_put_in_use,),
    CityRunRequested: (determination.on_city_run_requested,),
}
"""Events that somebody in the house reacts to."""

OUTWARD: Mapping[type, str] = {
    LifeEventsKnown: "their households are determined again by HouseholdsChanged; grants and payments will stop on a death",
    RunPublished: "pages read the newest run by themselves; later contexts (grants, indicators) will listen",
}
"""Events that nobody in the house reacts to yet, each with the reason why it is published."""


def connect() -> None:
    """Every listener is registered with the outbox; calling it twice changes nothing."""
    for event, listeners in LISTENERS.items():
        for listener in listeners:
            outbox.register(event, listener)
