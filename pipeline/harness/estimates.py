"""Means with their confidence intervals, by the statistics of `pipeline.evaluation`."""

from collections.abc import Mapping, Sequence
from statistics import fmean

from pipeline.harness.protocols import Measured
from pipeline.harness.results import Estimate


def over_questions(values: Sequence[float], measure: Measured) -> Estimate:
    """Every question counts the same."""
    mean = fmean(values) if values else None
    return Estimate(n=len(values), mean=mean, low=None, high=None)


def over_tasks(values: Mapping[str, Sequence[float]], measure: Measured) -> Estimate:
    """Every task counts the same."""
    means = [fmean(found) for found in values.values()]
    return Estimate(n=len(means), mean=fmean(means) if means else None, low=None, high=None)
