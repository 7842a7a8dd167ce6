"""An inspected question as lines of text."""

from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.calls import ModelCall
from pipeline.inspection import GroupQuestions, Inspection, VideoQuestions
from pipeline.records import Bbox, KeyItem
from pipeline.report.particulars import particulars


def question_lines(found: Inspection, *, whole_calls: bool = False) -> Iterator[str]:
    """All of it, section by section; a section whose stage has not run yet is left out.

    Args:
        whole_calls: every prompt and reply in full, not only a line a call.
    """
    yield from _question(found)
    yield from _frames(found)
    yield from _verdict(found)
    yield from _evidence(found)
    yield from _options(found)
    yield from _particulars(found)
    yield from _rollouts(found)
    yield from _fate(found)
    yield from _provenance(found)
    yield from call_lines(found.calls, whole=whole_calls)


def group_lines(found: GroupQuestions, *, whole_calls: bool) -> Iterator[str]:
    """A group with its questions, or with the reason why it has none."""
    yield f"group {found.group.id}: {len(found.questions)} questions"
    for question in found.questions:
        yield f"  {question.id}  {question.task}  {question.question}"
    outcome = found.outcome
    if outcome is not None and outcome.status != "kept":
        yield f"  {outcome.stage}: {outcome.status} ({outcome.code}): {outcome.message}"
    for frame in found.group.frames:
        yield f"    {frame.pts_seconds:9.3f} s  frame {frame.frame_index:<7} {frame.caption}"
    yield from call_lines(found.calls, whole=whole_calls)


def call_lines(calls: Sequence[ModelCall], *, whole: bool) -> Iterator[str]:
    """The calls to language models, a line each, or with all that was said."""
    if calls:
        yield "calls"
    for call in calls:
        yield f"  {_call(call)}"
        if whole:
            yield from _messages(call)


def _call(call: ModelCall) -> str:
    tokens = f"{call.tokens_in} + {call.tokens_out} tokens" if call.tokens_in else "no tokens told"
    cost = "" if call.cost_usd is None else f", ${call.cost_usd:.6f}"
    ended = f"{call.error_class}: {call.message}" if call.error_class else call.finish_reason
    model = call.model
    if call.model_reported and call.model_reported != call.model:
        model += f" (says it is {call.model_reported})"
    return f"{call.stage}: {model}, {call.via}, {tokens}{cost}, {ended}, request {call.key}"


def _messages(call: ModelCall) -> Iterator[str]:
    for message in call.messages:
        yield f"    --- {message['role']}"
        content = message["content"]
        texts: list[dict[str, Any]] = [{"type": "text", "text": content}]
        for part in texts if isinstance(content, str) else content:
            text = part["text"] if part["type"] == "text" else f"[{part['image_url']['url']}]"
            yield from (f"    {line}" for line in str(text).splitlines())
    if call.reply is not None:
        yield "    --- reply"
        yield from (f"    {line}" for line in call.reply.splitlines())


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
        yield from (f"  {line}" for line in _key_item(found, item))


def _key_item(found: Inspection, item: KeyItem) -> Iterator[str]:
    named = f"{item.item} ({item.phrase})"
    boxes = [box for box in found.boxes if box.item == item.item]
    for box in boxes:
        checked = "verified" if box.verified else "not verified"
        clip = "" if box.clip_similarity is None else f"  clip {box.clip_similarity:.3f}"
        which = "" if box.certain else "  may be it"
        yield (
            f"{named}  frame {box.frame_index}  {_bbox(box.bbox)}  score {box.score:.3f}{clip}  "
            f"{checked}{which}  {box.source}"
        )
    if not boxes:
        why = next((u.reason for u in found.unboxed if u.item == item.item), None)
        yield f"{named}  no box" + (f" ({why})" if why else "")


def _bbox(bbox: Bbox) -> str:
    return f"[{', '.join(f'{v:.3f}' for v in bbox)}]"


def _options(found: Inspection) -> Iterator[str]:
    if found.options is None:
        return
    yield "options"
    for letter, text in zip("ABCD", found.options.options, strict=False):
        mark = "*" if letter == found.options.letter else " "
        yield f"  {mark} {letter}. {text}"


def _particulars(found: Inspection) -> Iterator[str]:
    sample = found.sample
    if sample is None:
        return
    for part in particulars(sample.pause, sample.route, None):
        yield part.title.casefold()
        yield from (f"  {line}" for line in part.lines)


def _rollouts(found: Inspection) -> Iterator[str]:
    told = found.difficulty
    if told is None:
        return
    yield (
        f"rollouts: {told.right} of {told.counted} answers right (pass rate "
        f"{told.pass_rate:.0%}), {told.unparsed} of "
        f"{told.samples} unread, right is {told.solution}"
    )
    for row in found.rollouts:
        mark = "*" if row.right else " "
        ends = f", {row.unparsed}" if row.unparsed else ""
        yield (
            f"  {mark} first {row.first!r}, last {row.last!r}, reward {row.reward:.2f}"
            f"{'' if row.formed else ', not in its form'}{', cut off' * row.cut_off}{ends}"
        )


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
