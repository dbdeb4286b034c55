"""The whole-city evaluator."""

from songhe.engines.policy.bitset.session import CitySession, evaluate, evaluate_households

__all__ = ["CitySession", "evaluate", "evaluate_households"]
