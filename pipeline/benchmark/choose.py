"""Which candidates of a task become its questions: spread over videos, balanced in length.

Videos take turns: none gives a second question before all have given one, so none gives more than
the cap makes necessary. Within a turn the hash of the id orders the questions, and the next one is
taken whose length gap brings the sum of the gaps back towards 0; where no such question is left,
the one with the smallest gap. So the histogram of gaps is centred on 0 where the candidates allow
it, as that of VideoEspresso (figure 12), and keeps its width: taking only gaps of 0 would teach
that the answer is never shorter than the rest.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from pipeline.benchmark.candidates import Candidate, by_task


def choose(candidates: Iterable[Candidate], cap: int) -> list[Candidate]:
    """At most `cap` questions of each task, in the order of task and hash."""
    chosen: list[Candidate] = []
    for _, those in by_task(candidates):
        chosen += sorted(_of_task(those, cap), key=lambda c: c.place)
    return chosen


def _of_task(candidates: Sequence[Candidate], cap: int) -> list[Candidate]:
    """Of candidates in the order of their hashes."""
    if len(candidates) <= cap:
        return list(candidates)
    chosen: list[Candidate] = []
    left = list(candidates)
    while len(chosen) < cap:
        taken = _turn(left, cap - len(chosen), sum(c.gap for c in chosen))
        chosen += taken
        ids = {c.id for c in taken}
        left = [c for c in left if c.id not in ids]
    return chosen


def _turn(candidates: Sequence[Candidate], most: int, total: int) -> list[Candidate]:
    """One question of each video, at most so many.

    Args:
        total: the sum of the gaps chosen before.
    """
    videos: set[str] = set()
    taken: list[Candidate] = []

    def queue(fits: Callable[[int], bool]) -> deque[Candidate]:
        return deque(c for c in candidates if fits(c.gap))

    def first(waiting: deque[Candidate]) -> Candidate | None:
        while waiting and waiting[0].video in videos:
            waiting.popleft()
        return waiting[0] if waiting else None

    either = queue(lambda gap: True)
    shorter, longer = queue(lambda gap: gap <= 0), queue(lambda gap: gap >= 0)
    nearest = deque(sorted(candidates, key=lambda c: (abs(c.gap), c.place)))
    while len(taken) < most:
        wanted = shorter if total > 0 else longer if total < 0 else either
        one = first(wanted) or first(nearest)
        if one is None:
            break
        taken.append(one)
        videos.add(one.video)
        total += one.gap
    return taken
