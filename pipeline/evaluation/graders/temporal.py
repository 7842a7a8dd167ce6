"""How well stretches of time agree.

| name | of | formula | source |
|---|---|---|---|
| `best_iou` | one prediction | best of shared / covered by either | VideoAuto-R1, NExT-GQA |
| `union_iou` | any number | shared by both unions / covered by either | ours |
| `best_iop` | one prediction | best of shared / predicted | NExT-GQA |
| `union_iop` | any number | shared by both unions / predicted | ours |

`best_*` takes the true segment that fits best, `union_*` asks for all of them. A reversed
prediction is put in order, as VideoAuto-R1's grader does; one without length scores 0, as there.
"""

from collections.abc import Sequence

from pipeline.evaluation.answers.times import Segment


def best_iou(predicted: Segment, truths: Sequence[Segment]) -> float:
    """Intersection over union with the true segment that fits best, 0 to 1."""
    return max((union_iou((predicted,), (truth,)) for truth in truths), default=0.0)


def best_iop(predicted: Segment, truths: Sequence[Segment]) -> float:
    """Share of the prediction that lies in the true segment that holds most of it, 0 to 1."""
    return max((union_iop((predicted,), (truth,)) for truth in truths), default=0.0)


def union_iou(predicted: Sequence[Segment], truths: Sequence[Segment]) -> float:
    """Intersection over union of all that is predicted and all that is true, 0 to 1."""
    ours, theirs = merged(predicted), merged(truths)
    either = _total(merged((*ours, *theirs)))
    return _shared(ours, theirs) / either if ours and theirs else 0.0


def union_iop(predicted: Sequence[Segment], truths: Sequence[Segment]) -> float:
    """Share of all that is predicted that lies in what is true, 0 to 1."""
    ours = merged(predicted)
    return _shared(ours, merged(truths)) / _total(ours) if ours else 0.0


def merged(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """The same time in segments that are in order and share nothing; those without length go."""
    whole: list[Segment] = []
    for segment in sorted((s.ordered() for s in segments), key=lambda s: (s.start, s.end)):
        if not segment.seconds:
            continue
        if whole and segment.start <= whole[-1].end:
            whole[-1] = Segment(whole[-1].start, max(whole[-1].end, segment.end))
        else:
            whole.append(segment)
    return tuple(whole)


def _total(segments: Sequence[Segment]) -> float:
    return sum(segment.seconds for segment in segments)


def _shared(ours: Sequence[Segment], theirs: Sequence[Segment]) -> float:
    return sum(max(0.0, min(a.end, b.end) - max(a.start, b.start)) for a in ours for b in theirs)
