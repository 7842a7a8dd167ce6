import itertools
import math

import numpy as np

from pipeline.models.detector import ScoredBox
from pipeline.models.transformers_detector.answers import Answer
from pipeline.models.transformers_detector.candidates import candidates
from tests.models.tiny_detectors import settings


def of(*rows: tuple[float, ...]) -> Answer:
    """An answer of rows `score, x1, y1, x2, y2`."""
    table = np.array(rows, np.float32).reshape(-1, 5)
    return Answer(table[:, 0], table[:, 1:])


def test_candidates_are_clipped_rounded_and_not_empty() -> None:
    found = candidates(
        of(
            (0.51239, -0.2, 0.1, 0.33338, 1.7),
            (0.9, 1.1, 0.1, 1.3, 0.2),
            (0.9, 0.2, 0.5, 0.20004, 0.9),
            (math.nan, 0.1, 0.1, 0.2, 0.2),
            (0.9, math.nan, 0.1, 0.2, 0.2),
        ),
        settings("x"),
    )
    assert found == (ScoredBox((0.0, 0.1, 0.3334, 1.0), 0.5124),)


def test_candidates_have_the_score_that_is_asked_for() -> None:
    rows = [
        (score, 0.1 * i, 0.0, 0.1 * i + 0.1, 0.1) for i, score in enumerate((0.3, 0.29996, 0.2999))
    ]
    assert [c.score for c in candidates(of(*rows), settings("x", min_score=0.3))] == [0.3, 0.3]


def test_equal_scores_are_ordered_by_place_and_the_best_are_kept() -> None:
    boxes = [(0.5, x / 10, 0.0, x / 10 + 0.05, 0.1) for x in (7, 3, 5)]
    rows = [(0.4, 0.0, 0.5, 0.1, 0.6), *boxes]
    for order in itertools.permutations(rows):
        found = candidates(of(*order), settings("x", max_candidates=3))
        assert [c.bbox[0] for c in found] == [0.3, 0.5, 0.7]


def test_of_boxes_that_overlap_the_better_one_stays() -> None:
    best, shifted, apart = (0.0, 0.0, 0.4, 0.4), (0.05, 0.0, 0.45, 0.4), (0.2, 0.0, 0.6, 0.4)
    rows = of((0.6, *shifted), (0.9, *best), (0.5, *apart))
    kept = {
        overlap: [c.bbox for c in candidates(rows, settings("x", max_overlap=overlap))]
        for overlap in (0.9, 0.7, 0.2)
    }
    # Intersections over unions: 0.35 / 0.45 of the first two, 0.2 / 0.6 of first and third.
    assert kept == {0.9: [best, shifted, apart], 0.7: [best, apart], 0.2: [best]}


def test_of_two_equal_boxes_with_equal_scores_one_is_kept() -> None:
    rows = of((0.6, 0.1, 0.1, 0.2, 0.2), (0.6, 0.1, 0.1, 0.2, 0.2))
    assert len(candidates(rows, settings("x"))) == 1
