"""What a reader must not expect of the dataset, found in its numbers and never assumed."""

import math
from collections.abc import Iterator, Sequence

from pipeline.publish.privacy import hidden
from pipeline.publish.statistics import LETTERS, SPLITS, Statistics
from pipeline.recipe import Identity
from pipeline.records import StageCount


def known_limits(
    statistics: Statistics, funnel: Sequence[StageCount], identity: Identity
) -> list[str]:
    """One sentence for every limit that holds."""
    return [
        *_of_writing(statistics, identity),
        *_of_grounding(statistics),
        *_of_persons(statistics, identity),
        *_of_coverage(statistics, funnel),
        *_of_balance(statistics),
        *_of_difficulty(statistics),
    ]


def _of_writing(statistics: Statistics, identity: Identity) -> Iterator[str]:
    if identity.captioner.kind == "detector":
        yield (
            "Captions are composed from the boxes of an object detector: they name things, counts "
            "and places, no actions. No vision-language model wrote them."
        )
    if derived := statistics.answers["derived"]:
        yield (
            f"{_share(derived, statistics.samples)} answers were computed by a program from "
            "detections; they are right where the detections are."
        )
    if written := statistics.answers["model"]:
        asked = [p for p in statistics.provenance if p.stage == "questions"]
        alone = all(p.mode == "captions" for p in asked)
        had = "captions alone" if alone else "frames and captions"
        yield (
            f"{_share(written, statistics.samples)} answers were written by a language model that "
            f"had {had}, and were reviewed by one; nobody checked them against the video."
        )
    if human := statistics.answers["human"]:
        yield f"{_share(human, statistics.samples)} answers are a human's correction."
    elif statistics.samples and not statistics.answers["model"]:
        yield "No human wrote or corrected an answer."
    writers, judges = (
        {(p.writer, p.model) for p in statistics.provenance if p.stage == stage}
        for stage in ("questions", "verdicts")
    )
    if writers & judges:
        yield "Some questions were reviewed by the writer that wrote them."


def _of_grounding(statistics: Statistics) -> Iterator[str]:
    if statistics.unverified:
        yield (
            f"{_share(statistics.unverified, statistics.boxes)} boxes are not verified: they "
            "hardly overlap the place that the writer named, or CLIP finds the crop unlike its "
            "phrase."
        )
    if statistics.uncertain:
        yield (
            f"{_share(statistics.uncertain, statistics.boxes)} boxes are one of several that their "
            "key item may be."
        )
    if statistics.unboxed:
        reasons = ", ".join(f"{n} `{code}`" for code, n in sorted(statistics.unboxed.items()))
        yield f"Key items without a box: {statistics.unboxed.total()} ({reasons})."
    if statistics.without_clip:
        yield (
            f"{_share(statistics.without_clip, statistics.boxes)} boxes have no CLIP similarity."
        )


def _of_persons(statistics: Statistics, identity: Identity) -> Iterator[str]:
    publish = identity.publish
    if publish.blur_faces is not None or (statistics.persons and publish.frames == "embed"):
        yield hidden(statistics, publish.blur_faces)


def _of_coverage(statistics: Statistics, funnel: Sequence[StageCount]) -> Iterator[str]:
    if failed := sum(c.units for c in funnel if c.status == "failed"):
        yield f"{failed} units failed, and what they would have given is missing (see the funnel)."
    missing = [
        t for t in statistics.listed if not any(statistics.tasks[t, split] for split in SPLITS)
    ]
    if missing:
        names = ", ".join(f"`{task}`" for task in missing)
        yield f"{len(missing)} of {len(statistics.listed)} tasks have no sample: {names}."
    for split in SPLITS:
        if not statistics.in_split(split):
            yield f"The split `{split}` has no samples."
    if statistics.unlicensed:
        yield (
            f"{_share(statistics.unlicensed, statistics.samples)} samples come from videos whose "
            "licence is unknown: clear it before you pass them on."
        )


def _of_balance(statistics: Statistics) -> Iterator[str]:
    if not statistics.samples:
        return
    task = max(statistics.listed, key=statistics.of_task)
    if 2 * statistics.of_task(task) > statistics.samples:
        share = _share(statistics.of_task(task), statistics.samples)
        yield f"{share} samples are of one task, `{task}`."
    source, most = statistics.sources[0]
    if 2 * most > statistics.samples:
        name = " ".join(source.split())
        yield f"{_share(most, statistics.samples)} samples come from one source, {name}."
    yield from _of_choices(statistics)
    if tested := statistics.in_split("test"):
        # Wilson's interval at one half: z = 1.96 standard errors of `tested + z * z` samples.
        points = 98 / math.sqrt(tested + 1.96**2)
        yield (
            f"The test split has {tested} samples: a score of 50 % on it has a 95 % interval of "
            f"about {points:.1f} points to both sides."
        )


def _of_difficulty(statistics: Statistics) -> Iterator[str]:
    asked = [p for p in statistics.provenance if p.stage == "rollouts"]
    if any(p.writer == "program" for p in asked):
        yield (
            "Pass rates come from a program that draws lots: they are chance, and say nothing of "
            "how hard a question is."
        )


def _of_choices(statistics: Statistics) -> Iterator[str]:
    """What can be guessed without looking, where it is more than chance explains.

    A share counts as more when it is three standard errors above a quarter.
    """
    total = statistics.letters.total()
    if not total:
        return
    bound = 1 / len(LETTERS) + 3 * math.sqrt(3 / 16 / total)
    if statistics.right_by_length > bound:
        percent = 100 * statistics.right_by_length
        yield (
            f"The longest of four options is the answer in {percent:.1f} % of {total} questions: "
            "length gives answers away."
        )
    letter = max(LETTERS, key=lambda one: statistics.letters[one])
    if statistics.letters[letter] / total > bound:
        share = _share(statistics.letters[letter], total)
        yield f"{share} answers are option {letter}: whoever always says so scores that."


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole}" if part < whole else f"All {whole}"
