"""Which candidates of a task become its questions: spread over videos, balanced in length.

Videos take turns: none gives a second question before all have given one, so none gives more than
the cap makes necessary. Within a turn the next question is the one that brings the sum of the
length gaps nearest to 0, so answers are as often longer than their longest distractor as shorter
where the candidates allow it (the histogram of VideoEspresso, figure 12, is centred on 0). The
hash of the id decides between equals; nothing is drawn.
"""

from collections import deque
from collections.abc import Iterable, Sequence

from pipeline.benchmark.candidates import Candidate, by_task


def choose(candidates: Iterable[Candidate], cap: int) -> list[Candidate]:
    """At most `cap` questions of each task, in the order of task and hash."""
    chosen: list[Candidate] = []
    for _, those in by_task(candidates):
        chosen += sorted(_of_task(those, cap), key=lambda c: c.place)
    return chosen


def _of_task(candidates: Sequence[Candidate], cap: int) -> list[Candidate]:
    if len(candidates) <= cap:
        return list(candidates)
    chosen: list[Candidate] = []
    left = list(candidates)
    total = 0
    while len(chosen) < cap:
        taken = _turn(left, cap - len(chosen), total)
        chosen += taken
        total += sum(c.gap for c in taken)
        ids = {c.id for c in taken}
        left = [c for c in left if c.id not in ids]
    return chosen


def _turn(candidates: Sequence[Candidate], most: int, total: int) -> list[Candidate]:
    """One question of each video, at most so many.

    Args:
        total: the sum of the gaps chosen before.
    """
    by_gap: dict[int, deque[Candidate]] = {}
    for one in candidates:
        by_gap.setdefault(one.gap, deque()).append(one)
    videos: set[str] = set()
    taken: list[Candidate] = []
    while len(taken) < most:
        for gap in list(by_gap):
            waiting = by_gap[gap]
            while waiting and waiting[0].video in videos:
                waiting.popleft()
            if not waiting:
                del by_gap[gap]
        if not by_gap:
            break
        best = min(by_gap, key=lambda gap: (abs(total + gap), abs(gap), by_gap[gap][0].place))
        one = by_gap[best].popleft()
        taken.append(one)
        videos.add(one.video)
        total += one.gap
    return taken
