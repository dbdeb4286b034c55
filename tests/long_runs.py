"""How many plays a state machine is given: few and the same ones each time in `make test`, thousands and new ones in `make test-long`."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

LONG = "SONGHE_LONG_TESTS"  # how many plays of each machine


def plays(examples: int, steps: int) -> settings:
    """`examples` plays of `steps` steps, the same ones every time; under `make test-long` as many new ones as the environment says."""
    many = int(os.environ.get(LONG) or 0)
    if many:
        return settings(
            max_examples=many, stateful_step_count=steps * 2, deadline=None, suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        )  # fmt: skip
    return settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True,
        phases=[Phase.generate],
    )  # fmt: skip
