"""The real stage with the real worker, several packs at once, as the engine runs it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pipeline.engine.stage import Unit
from pipeline.outcome import Failed, Kept
from pipeline.recipe import CaptionerRuntime, Identity, Recipe, Runtime
from pipeline.records import Caption
from pipeline.stages.captions import StoredFrame, stage
from tests.models.tiny_vlm import caption_of, jpeg
from tests.models.transformers_captioner.asking import NAMES, TOKENS, settings
from tests.stages.units import kept, run, store_jpegs, unit


def test_packs_that_run_at_once_get_their_own_captions(qwen: Path, tmp_path: Path) -> None:
    shown = [NAMES[(n + n // 4) % 3] for n in range(60)]
    blobs, places = store_jpegs(tmp_path, [*map(jpeg, shown), b"no picture"])
    frames = [
        StoredFrame(id=f"v/f{n:03}", video="v", frame_index=n, pts_seconds=n / 2, **place)
        for n, place in enumerate(places)
    ]
    captions = stage(
        Recipe(
            name="t",
            identity=Identity(captioner=settings(qwen)),
            runtime=Runtime(captioner=CaptionerRuntime(batch_tokens=6 * TOKENS)),
        )
    )
    assert captions.resources.packs == 3
    worker = captions.worker(blobs)
    packs: list[list[Unit]] = [
        [unit(captions, f"v/w{n}", *frames[n : n + 5]) for n in range(first, first + 20, 5)]
        for first in (0, 20, 40)
    ]
    packs[1].append(unit(captions, "v/bad", frames[0], frames[-1]))
    with ThreadPoolExecutor(captions.resources.packs) as pool:
        outcomes = list(pool.map(lambda pack: list(worker(pack)), packs))

    failed = outcomes[1].pop()
    assert isinstance(failed, Failed)
    assert failed.error_class == "UndecodableImage"
    rows = [row for pack in outcomes for outcome in pack for row in kept(outcome)]
    assert [row.id for row in rows] == [frame.id for frame in frames[:-1]]
    assert [row.text for row in rows] == [caption_of(colour) for colour in shown]
    assert all(isinstance(row, Caption) and not row.objects for row in rows)
    assert len({row.captioner for row in rows}) == 1
    first = outcomes[0][0]
    assert isinstance(first, Kept)
    assert (first.usage.tokens_in, first.usage.tokens_out) == (5 * 75, 5 * 5)
    # Another worker, one unit at a time: the same rows.
    (alone,) = run(captions, blobs, packs[2][1])
    assert kept(alone) == kept(outcomes[2][1])
