"""An inspected question as lines of text."""

from collections.abc import Iterator

from pipeline.inspection import Inspection, VideoQuestions
from pipeline.records import Bbox, KeyItem


def question_lines(found: Inspection) -> Iterator[str]:
    """All of it, section by section; a section whose stage has not run yet is left out."""
    yield from _question(found)
    yield from _frames(found)
    yield from _verdict(found)
    yield from _evidence(found)
    yield from _options(found)
    yield from _fate(found)
    yield from _provenance(found)


def video_lines(found: VideoQuestions) -> Iterator[str]:
    """A line for each question of a video."""
    yield f"video {found.video}: {len(found.questions)} questions"
    for question in found.questions:
        yield f"  {question.id}  {question.task}  {question.question}"


def _question(found: Inspection) -> Iterator[str]:
    question, verdict = found.question, found.verdict
    path = f"  ({found.video.path})" if found.video else ""
    yield f"question {question.id}"
    yield f"  task   {question.task}"
    yield f"  video  {question.video}{path}"
    yield f"  group  {question.group}"
    yield f"  Q: {question.question}"
    yield f"  A: {found.answer}"
    if verdict is not None and verdict.answer != question.answer:
        yield f"  the writer's answer was: {question.answer}"


def _frames(found: Inspection) -> Iterator[str]:
    if found.group is None:
        return
    core = {frame.id for frame in found.core_frames}
    yield f"frames of the group, {len(core)} of {len(found.group.frames)} core (*)"
    for frame in found.group.frames:
        mark = "*" if frame.frame in core else " "
        yield (
            f"  {mark} {frame.pts_seconds:9.3f} s  frame {frame.frame_index:<7} "
            f"scene {frame.scene:<3} {frame.caption}"
        )


def _verdict(found: Inspection) -> Iterator[str]:
    verdict = found.verdict
    if verdict is None:
        return
    human = ", decided by a human" if verdict.overridden else ""
    yield f"verdict: {'passed' if verdict.passed else 'not passed'}{human}"
    for judgement in verdict.judgements:
        mark = "+" if judgement.passed else "-"
        yield f"  {mark} {judgement.criterion}: {judgement.reason}"


def _evidence(found: Inspection) -> Iterator[str]:
    evidence = found.evidence
    if evidence is None:
        return
    yield "evidence"
    yield f"  {evidence.text}"
    if found.intervals:
        yield "claims"
    for i in found.intervals:
        yield f"  [{i.start_seconds:.3f}, {i.end_seconds:.3f}) s  {i.claim}"
    if evidence.key_items:
        yield "key items"
    for item in evidence.key_items:
        yield f"  {_key_item(found, item)}"


def _key_item(found: Inspection, item: KeyItem) -> str:
    named = f"{item.item} ({item.phrase})"
    for box in found.boxes:
        if box.item == item.item:
            checked = "verified" if box.verified else "not verified"
            return (
                f"{named}  frame {box.frame_index}  {_bbox(box.bbox)}  score {box.score:.3f}  "
                f"{checked}  {box.source}"
            )
    return f"{named}  no box"


def _bbox(bbox: Bbox) -> str:
    return f"[{', '.join(f'{v:.3f}' for v in bbox)}]"


def _options(found: Inspection) -> Iterator[str]:
    if found.options is None:
        return
    yield "options"
    for letter, text in zip("ABCD", found.options.options, strict=False):
        mark = "*" if letter == found.options.letter else " "
        yield f"  {mark} {letter}. {text}"


def _fate(found: Inspection) -> Iterator[str]:
    if found.rejection is not None:
        rejection = found.rejection
        yield f"rejected by {rejection.stage} ({rejection.reason}): {rejection.message}"
    elif found.sample is not None:
        yield f"became a sample, licence {found.sample.licence}, source {found.sample.source}"
    else:
        yield "not decided yet: selection has not come to it"
    for outcome in found.outcomes:
        code = f" ({outcome.code})" if outcome.code else ""
        yield f"  {outcome.stage}: {outcome.status}{code}: {outcome.message}"


def _provenance(found: Inspection) -> Iterator[str]:
    yield "provenance"
    for p in found.provenance:
        yield (
            f"  {p.stage}: {p.writer}, model {p.model}, prompt {p.prompt} "
            f"({p.prompt_sha256[:12]}), answer {p.answer_source}"
        )
