"""What `croissant.json` says for responsible use: only what the numbers and settings bear out.

The words are those of Croissant's RAI vocabulary 1.0. Nothing is claimed of who is in the videos,
of consent, or of uses that nobody tried: where nobody looked, it says that nobody looked.
"""

from collections.abc import Sequence
from typing import Any

from pipeline.publish.facts import CardFacts, models_of
from pipeline.publish.limits import known_limits
from pipeline.publish.privacy import hidden
from pipeline.publish.statistics import Statistics
from pipeline.records import StageCount


def responsible_ai(
    facts: CardFacts, statistics: Statistics, funnel: Sequence[StageCount]
) -> dict[str, Any]:
    """The properties of the vocabulary, by their names with the prefix."""
    videos = sum(len(found) for found in statistics.videos.values())
    human = statistics.answers["human"]
    frames = facts.identity.frames
    return {
        "rai:dataCollection": (
            "Samples are made from videos that whoever ran the recipe gave (videos: "
            f"{videos}, sources: {len(statistics.sources)}). How the videos came about is not "
            "known here; `source`, `licence` and `metadata` of a row say what was stated of its "
            "video."
        ),
        "rai:dataCollectionType": ["Secondary Data Analysis"],
        "rai:dataCollectionRawData": (
            "The video files. They are not part of the dataset; `video` is the BLAKE3 hash (128 "
            "bits) of the file."
        ),
        "rai:dataCollectionMissingData": _missing(funnel),
        "rai:dataPreprocessingProtocol": [
            f"Frames are sampled by the rule `{frames.sampling}` and stored as JPEG with a longer "
            f"side of {frames.long_side} pixels at most.",
            "Of consecutive frames whose captions say nearly the same (cosine of sentence "
            f"embeddings above {facts.identity.core_frames.tau:g}) the first is kept.",
            "Every setting and threshold stands in README.md.",
        ],
        "rai:dataAnnotationProtocol": [
            "Stages of a program caption the frames, write questions with answers, review them, "
            "write the evidence, find boxes and write distractors; rules turn down what does not "
            "pass, and the reasons are published. Every prompt stands in README.md in full.",
        ],
        "rai:machineAnnotationTools": [
            f"{use.stage}: {use.writer}, {use.model}" for use in models_of(facts, statistics)
        ],
        "rai:annotationsPerItem": "1",
        "rai:annotatorDemographics": [
            f"A human corrected {human} of {statistics.samples} answers; nothing more is recorded "
            "about who did."
            if human
            else "No human wrote or corrected an answer."
        ],
        "rai:dataLimitations": known_limits(statistics, funnel, facts.identity),
        "rai:personalSensitiveInformation": [
            "Frames are pictures from the videos and may show persons, faces, number plates and "
            "private places. Whether those shown agreed is not known here.",
            hidden(statistics, facts.identity.publish.blur_faces),
            f"{statistics.persons} of {statistics.samples} samples have a key item that is a "
            "person.",
        ],
        "rai:dataUseCases": [
            "Training and testing models that answer questions about video with evidence, boxes "
            "and times.",
        ],
        "rai:dataReleaseMaintenancePlan": (
            "None is stated. The same settings and videos rebuild the dataset; a new video never "
            "moves an old one to the other split."
        ),
    }


def _missing(funnel: Sequence[StageCount]) -> str:
    failed = [c for c in funnel if c.status == "failed"]
    if not failed:
        return "No unit of work failed."
    named = ", ".join(f"{c.stage} {c.units} ({c.code})" for c in failed)
    return f"Units of work that failed and are missing: {named}."
