"""Every write of determination."""

from songhe.contexts.entitlements.actions.determine_city import determine_city, recover_interrupted
from songhe.contexts.entitlements.actions.determine_households import determine_households, determine_person
from songhe.contexts.entitlements.actions.request_city_run import request_city_run
from songhe.contexts.entitlements.actions.simulate_draft import simulate_draft

__all__ = ["determine_city", "determine_households", "determine_person", "recover_interrupted", "request_city_run", "simulate_draft"]
