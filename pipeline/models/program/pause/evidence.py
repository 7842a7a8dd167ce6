"""Writing the reasoning at a pause: the paused moment, what came before, what follows."""

from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.models.coco import one
from pipeline.models.pause_replies import DraftStep, PauseEvidenceReply, Step
from pipeline.models.program.observations import Moment, distinct, observe, side
from pipeline.models.program.pause.checking import borne_out
from pipeline.models.program.pause.places import place
from pipeline.models.program.pause.reading import Said, read
from pipeline.models.program.wordings import Wordings, listed
from pipeline.models.replies import DraftKeyItem
from pipeline.models.writer import Request
from pipeline.records import DetectedObject

_MOST_OF_A_LABEL = 2
"""Objects boxed where the answer speaks of several: enough to bear out a plural."""


def write(request: Request) -> PauseEvidenceReply:
    """The three steps; empty where the cited frames do not bear the answer out."""
    inputs, wordings = request.inputs, Wordings(request.prompt)
    group, cited = observe(inputs["frames"]), set(inputs["cited"])
    paused = group[-1]
    earlier = [moment for moment in group[:-1] if moment.frame in cited]
    answer: str = inputs["answer"]
    said = read(answer)
    numbers = Counter[str]()
    now = list(_items(paused, [s for s in said if not s.before], numbers))
    then = [(m, list(_items(m, _of_before(said), numbers))) for m in earlier]
    held = all(borne_out(s, paused, earlier) for s in said)
    whole = now and then and all(items for _, items in then)
    if not held or not whole or len(then) + 1 > inputs["max_core_frames"]:
        return PauseEvidenceReply(key_items=(), claims=())
    addressed = " you" in f" {answer.casefold()}"
    steps = [
        _step(wordings, "observation", paused, now, addressed),
        *(_step(wordings, "so_far", moment, items, addressed) for moment, items in then),
    ]
    text = wordings.say("inference", inputs["task"], answer, answer=answer)
    frames = (*(moment.frame for moment in earlier), paused.frame)
    return PauseEvidenceReply(
        key_items=tuple(item for items in (now, *(i for _, i in then)) for item in items),
        claims=(*steps, DraftStep(step="inference", text=text, frames=frames)),
    )


def _of_before(said: Sequence[Said]) -> list[Said]:
    """What an earlier moment must show: what is said of before, and what has since come closer."""
    return [s for s in said if s.before or s.closer]


def _items(moment: Moment, said: Sequence[Said], numbers: Counter[str]) -> Iterator[DraftKeyItem]:
    """The objects that are spoken of, none twice, numbered through the reasoning."""
    found: list[DetectedObject] = []
    for s in said:
        here = [o for o in moment.of(s.label) if s.side in (None, side(o.bbox))]
        found += distinct(here)[: _MOST_OF_A_LABEL if s.plural else 1]
    for o in dict.fromkeys(found):
        numbers[o.label] += 1
        name = f"{o.label.replace(' ', '_')}_{numbers[o.label]}"
        yield DraftKeyItem(item=name, phrase=o.label, frame=moment.frame, near=o.bbox)


def _step(
    wordings: Wordings, step: Step, moment: Moment, items: Sequence[DraftKeyItem], addressed: bool
) -> DraftStep:
    seen = listed([f"{_named(items, i)}{_place(i, addressed)}" for i in items])
    text = wordings.say(step, "addressed" if addressed else "told", moment.frame, seen=seen)
    return DraftStep(step=step, text=text, frames=(moment.frame,))


def _named(items: Sequence[DraftKeyItem], item: DraftKeyItem) -> str:
    """`a <obj>car_1</obj>`, of a second one `another <obj>car_2</obj>`."""
    tag = f"<obj>{item.item}</obj>"
    first = next(other for other in items if other.phrase == item.phrase)
    return one(item.phrase).replace(item.phrase, tag) if first is item else f"another {tag}"


def _place(item: DraftKeyItem, addressed: bool) -> str:
    where = None if item.near is None else side(item.near)
    return "" if where is None else f" {place(where, addressed=addressed)}"
