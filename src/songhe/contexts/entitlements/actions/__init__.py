"""Every write of determination."""

from songhe.contexts.entitlements.actions.determine_city import determine_city, recover_interrupted
from songhe.contexts.entitlements.actions.determine_households import determine_households, determine_person

__all__ = ["determine_city", "determine_households", "determine_person", "recover_interrupted"]
