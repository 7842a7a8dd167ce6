"""Writing the evidence of route questions: reverse thinking, step by step.

The opposite question of the same category is answered first, then the route is gone through with
its times, then follows the conclusion. Upstream's reasoning is about another category than the
question in 35 % of its training rows; here both come from one plan.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from pydantic import TypeAdapter

from pipeline.models.program.routes.kinds import category_of, is_reverse
from pipeline.models.program.wordings import Wordings, seconds
from pipeline.models.replies import DraftClaim, DraftKeyItem, EvidenceReply
from pipeline.models.writer import Request
from pipeline.records import Bbox, GroupFrame, RouteMark, RoutePath, RouteStep
from pipeline.tasks import Task

_PATH: Final = TypeAdapter(RoutePath)
_FRAMES: Final = TypeAdapter(tuple[GroupFrame, ...])


def write(request: Request) -> EvidenceReply:
    """Opposite question and answer, the route's steps in the order of time, the conclusion."""
    inputs, wordings = request.inputs, Wordings(request.prompt)
    path, task = _PATH.validate_python(inputs["route"]), Task(inputs["task"])
    cited = tuple(inputs["cited"])
    items = {item.item: item for item in _key_items(path, task, inputs)}
    claims = list(_steps(path, task, items.values(), cited, wordings))
    opposite = inputs["opposite"]
    seed = inputs["question"]
    opening = wordings.say("opening", "texts", seed, **opposite)
    lead = wordings.say("back" if is_reverse(task) else "ahead", "texts", seed)
    conclusion = wordings.say("conclusion", "texts", seed, answer=inputs["answer"])
    return EvidenceReply(
        key_items=tuple(items.values()),
        claims=(
            DraftClaim(text=opening, frames=cited),
            *claims,
            DraftClaim(text=f"{lead} {conclusion}", frames=cited),
        ),
    )


def _key_items(path: RoutePath, task: Task, inputs: Any) -> Iterator[DraftKeyItem]:
    """The landmarks that the question is about, each on the frame where it comes near.

    As many as there is room for frames; none where the question is about something else.
    """
    if category_of(task) not in ("route_description", "landmark_change"):
        return
    frames = {frame.frame: frame for frame in _FRAMES.validate_python(inputs["frames"])}
    used = set(inputs["cited"])
    for mark in path.landmarks:
        if mark.frame not in used and len(used) >= inputs["max_core_frames"]:
            continue
        used.add(mark.frame)
        yield DraftKeyItem(
            item=f"{mark.name.replace(' ', '_')}_1",
            phrase=mark.name,
            frame=mark.frame,
            near=_box(frames[mark.frame], mark),
        )


def _box(frame: GroupFrame, mark: RouteMark) -> Bbox | None:
    found = [o for o in frame.objects if o.label == mark.name]
    return max(found, key=lambda o: o.score).bbox if found else None


def _steps(
    path: RoutePath,
    task: Task,
    items: Any,
    cited: Sequence[str],
    wordings: Wordings,
) -> Iterator[DraftClaim]:
    """A claim for each thing that happens on the way, in the order of time."""
    claims: list[tuple[float, DraftClaim]] = []
    category = category_of(task)
    if category in ("route_description", "direction_change"):
        claims += [
            (step.start_seconds, _step(step, wordings))
            for step in path.steps
            if step.frame in cited
        ]
    seconds_of = {mark.frame: mark.seconds for mark in path.landmarks}
    for item in items:
        at = seconds_of[item.frame]
        text = wordings.say("landmark", "texts", item.frame, time=seconds(at), item=item.item)
        claims.append((at, DraftClaim(text=text, frames=(item.frame,))))
    if category == "action_change":
        for mark in path.actions:
            text = wordings.say(
                "action", "texts", mark.frame, time=seconds(mark.seconds), action=mark.name
            )
            claims.append((mark.seconds, DraftClaim(text=text, frames=(mark.frame,))))
    yield from (claim for _, claim in sorted(claims, key=lambda entry: entry[0]))


def _step(step: RouteStep, wordings: Wordings) -> DraftClaim:
    text = wordings.say(
        step.way,
        "texts",
        step.frame,
        start=f"{step.start_seconds:.1f}",
        end=seconds(step.end_seconds),
        degrees=round(abs(step.degrees)),
    )
    return DraftClaim(text=text, frames=(step.frame,))
