"""What planning refuses."""

from __future__ import annotations

from songhe.foundation.errors import InvalidInput, NotFound


class ScenarioNotFound(NotFound):
    """No such scenario, or it has been withdrawn."""

    code = "scenario_not_found"


class BadAssumption(InvalidInput):
    """An assumption that is not one of the pack's, is no number, or lies outside what the pack allows."""

    code = "bad_assumption"


class NothingAssumed(NotFound):
    """The pack in use has no projection.yaml."""

    code = "nothing_assumed"
