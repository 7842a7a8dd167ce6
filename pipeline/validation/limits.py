"""The numbers by which rules decide: all ours, and each a reason to look, no law."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Thresholds of the rules."""

    examples: int = 5
    """Rows that a finding names."""
    near_duplicate: float = 0.8
    """Estimated Jaccard similarity of word 3-grams from which two questions with their answers say
    the same; as `selection.near_duplicate` in a recipe."""
    time_slack: float = 0.1
    """Seconds that a time may lie past an end: texts round to tenths, containers to frames."""
    box_slack: float = 0.01
    """Share of the frame by which a box may stick out: detectors round to it."""
    accident: float = 0.0005
    """Probability below which a share above chance is no accident."""
    letter_points: float = 0.05
    """And how far it must be from chance to matter: a letter's share of the right answers."""
    length_points: float = 0.1
    """The same, for the share of rows whose right option is the longest, or the shortest."""
