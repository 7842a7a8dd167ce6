"""What answering takes: frames, tokens, and an estimate of the arithmetic.

    picture tokens  = (tokens given - tokens given blind) / frames, where the endpoint counts them
    token ratio     = frames / (video seconds x cost.fps), pictures being of one size
    TFLOPs          = 2 x parameters x (tokens given + tokens written) / 10^12

The last is the usual estimate of a transformer's forward passes (Kaplan et al., 2020); attention
and the vision tower are left out of it. With the frame selector, what its captioner and its chooser
took is added: VideoEspresso's table 5 leaves that out (its TFLOPs are those of 16 frames times
frames/16), so its numbers are lower.
"""

from collections.abc import Mapping, Sequence
from statistics import fmean

from pipeline.engine.workspace import Workspace
from pipeline.harness.collecting import answers, given
from pipeline.harness.forms import FORM_OF
from pipeline.harness.results import CostResult
from pipeline.harness.rows import Item, Said
from pipeline.recipe.evaluation import BLIND, EvaluationSettings


def cost_result(
    workspace: Workspace, settings: EvaluationSettings, items: Sequence[Item], label: str
) -> CostResult:
    """What one question takes under an input, on average over those that were answered.

    Where protocols ask in several forms it is the first one's that counts.
    """
    cost, form = settings.identity.cost, FORM_OF[settings.identity.protocols[0]]
    said, shown = answers(workspace, label, form), given(workspace, label)
    program = settings.identity.model.kind == "program"
    tokens_in = None if program else _known([row.tokens_in for row in said.values()])
    tokens_out = None if program else _known([row.tokens_out for row in said.values()])
    a_picture, source = cost.picture_tokens, "settings"
    if a_picture is None and settings.identity.model.sees == "frames":
        a_picture, source = _a_picture(said, answers(workspace, BLIND, form)), "usage"
    seconds = {item.id: item.video_seconds for item in items if item.video_seconds}
    ratios = [len(shown[i].frames) / (s * cost.fps) for i, s in seconds.items() if i in shown]
    selector = _sum(
        _tflops(cost.captioner_billion, _mean([row.caption_tokens for row in shown.values()])),
        _tflops(cost.chooser_billion, _mean([row.chooser_tokens for row in shown.values()])),
    )
    took = None if tokens_in is None or tokens_out is None else tokens_in + tokens_out
    return CostResult(
        frames=_mean([len(row.frames) for row in shown.values()]),
        frames_considered=_mean([row.considered for row in shown.values()]),
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        picture_tokens=a_picture,
        picture_tokens_from=None if a_picture is None else source,
        token_ratio=fmean(ratios) if ratios else None,
        tflops=_sum(_tflops(cost.parameters_billion, took), selector),
        selector_tflops=selector,
    )


def _a_picture(said: Mapping[str, Said], blind: Mapping[str, Said]) -> float | None:
    """Of the questions that were asked both ways, what the frames added to what was given."""
    both = [(row, blind[name]) for name, row in said.items() if name in blind and row.frames]
    told = [
        (row.tokens_in - other.tokens_in, row.frames)
        for row, other in both
        if row.tokens_in is not None and other.tokens_in is not None
    ]
    added = sum(tokens for tokens, _ in told)
    return added / sum(frames for _, frames in told) if added > 0 else None


def _tflops(billion: float | None, tokens: float | None) -> float | None:
    if billion is None or tokens is None:
        return None
    return 2 * billion * 1e9 * tokens / 1e12


def _sum(*parts: float | None) -> float | None:
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


def _known(counts: Sequence[int | None]) -> float | None:
    """The mean, where every count is known."""
    known = [count for count in counts if count is not None]
    return fmean(known) if known and len(known) == len(counts) else None


def _mean(counts: Sequence[int]) -> float:
    return fmean(counts) if counts else 0.0
