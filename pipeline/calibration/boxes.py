"""What the thresholds of grounding keep: scores of candidate boxes, and how alike their crops."""

from collections.abc import Callable, Sequence

from pipeline.calibration.curve import Curve, Example, Shot, at_least, closest, grid
from pipeline.engine.browse import read_table
from pipeline.engine.workspace import Workspace
from pipeline.recipe import GroundingSettings
from pipeline.records import Candidate

_STEPS = 20


def box_curves(
    workspace: Workspace, videos: Sequence[str], settings: GroundingSettings, examples: int
) -> list[Curve]:
    """Score, similarity and gain over these videos; those for which there are numbers."""
    found = read_table(workspace, "detections", Candidate, {"video": list(videos)})
    scored = _curve(
        found,
        lambda candidate: candidate.score,
        ("grounding.min_score", settings.min_score, grid(0.0, 1.0, _STEPS, settings.min_score)),
        "The detector's score: a box below the line is not used.",
        examples,
    )
    used = [c for c in found if c.score >= settings.min_score]
    checked = [c for c in used if c.clip_similarity is not None]
    similar = _curve(
        checked,
        lambda candidate: candidate.clip_similarity or 0.0,
        ("grounding.min_clip", settings.min_clip, grid(0.0, 0.5, _STEPS, settings.min_clip)),
        "Cosine of crop and phrase by CLIP: a box below the line is not verified.",
        examples,
    )
    gained = _curve(
        checked,
        gain,
        (
            "grounding.min_clip_gain",
            settings.min_clip_gain,
            grid(-0.1, 0.1, _STEPS, settings.min_clip_gain),
        ),
        "How much closer to the phrase the crop is than the whole frame and than a random crop: a "
        "box below the line is not verified.",
        examples,
    )
    return [curve for curve in (scored, similar, gained) if curve is not None]


def gain(candidate: Candidate) -> float:
    """What the box adds to what the frame, or any crop of it, gives."""
    around = max(candidate.clip_frame or 0.0, candidate.clip_random or 0.0)
    return (candidate.clip_similarity or 0.0) - around


def _curve(
    candidates: Sequence[Candidate],
    number_of: Callable[[Candidate], float],
    line: tuple[str, float, list[float]],
    says: str,
    examples: int,
) -> Curve | None:
    if not candidates:
        return None
    setting, current, values = line
    numbers = [number_of(candidate) for candidate in candidates]
    near, far = closest(numbers, current, lambda number: number >= current, examples)
    return Curve(
        setting=setting,
        counts="candidate boxes",
        says=says,
        current=current,
        points=at_least(numbers, values),
        kept=tuple(_example(numbers[i], candidates[i]) for i in near),
        dropped=tuple(_example(numbers[i], candidates[i]) for i in far),
    )


def _example(number: float, candidate: Candidate) -> Example:
    frame, _, phrase = candidate.mention.rpartition("#")
    clip = candidate.clip_similarity
    similar = "" if clip is None else f", clip {clip:.3f}"
    caption = f"{phrase}: score {candidate.score:.3f}{similar}"
    return Example(number, phrase, (Shot(frame, caption, candidate.bbox),))
