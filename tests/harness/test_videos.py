import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.harness.videos import find
from pipeline.media.probe import content_hash
from pipeline.recipe.evaluation import EvaluationIdentity, InputSettings
from tests.fakes.openai_server import Call, FakeOpenAI
from tests.footage import bikes
from tests.harness.small import Evaluation, dataset, of, paused, row, settings
from tests.harness.test_objective import pictures
from tests.publish.exports.rows import frame

INPUTS = (
    {"kind": "uniform", "frames": 4},
    {"kind": "all", "fps": 1.0},
    {"kind": "selected"},
)


def choose(call: Call) -> str:
    """A chooser that takes two moments; a model that always says A."""
    if "You choose the moments" in str(call.body["messages"][0]["content"]):
        return '{"frames": ["F3", "F1"]}'
    return "Answer: A"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four questions, two about a video that is there, one about its beginning."""
    video = content_hash(bikes())
    rows = [
        row(0, video=video, video_start_seconds=0.0, video_seconds=10.0),
        row(1, video=video, video_start_seconds=0.0, video_seconds=10.0),
        row(2),
    ]
    return dataset(tmp_path_factory.mktemp("evaluated") / "dataset", rows)


def test_inputs_read_the_videos_and_tell_what_they_take(folder: Path, tmp_path: Path) -> None:
    with FakeOpenAI(choose) as server:
        chosen = settings(
            server.base_url,
            inputs=INPUTS,
            selector={
                "fps": 1.0,
                "chooser": {"kind": "endpoint", "model": "tiny"},
                "max_frames": 2,
            },
            cost={"parameters_billion": 8.0, "chooser_billion": 0.5, "picture_tokens": 100.0},
        )
        evaluation = Evaluation(tmp_path / "work", folder)
        evaluation.videos = find([bikes()], evaluation.asked.items, chosen.identity)
        results = evaluation.results(chosen)
        shown = sorted(pictures(call) for call in server.calls if call.body["model"] == "small")
        assert shown == [0, 0, 0, 2, 2, 4, 4, 10, 10]
        (times,) = {
            tuple(p["text"] for p in call.body["messages"][1]["content"] if p["type"] == "text")[1:]
            for call in server.calls
            if pictures(call) == 4
        }
        assert times == (
            "F1, at 0.00 s:",
            "F2, at 3.32 s:",
            "F3, at 6.64 s:",
            "F4, at 9.96 s:",
        )
        calls = len(server.calls)
        assert set(evaluation.run(chosen).ran.values()) == {0}
        assert len(server.calls) == calls
    costs = {one.input: one.cost for one in results.inputs}
    assert set(costs) == {"uniform-4", "all-1fps", "selected", "blind"}
    assert costs["all-1fps"].token_ratio == 1
    assert costs["uniform-4"].token_ratio == 0.4
    selected = costs["selected"]
    assert (selected.frames, selected.frames_considered) == (2, 10)
    assert selected.token_ratio == 0.2
    assert selected.selector_tflops is not None
    assert selected.selector_tflops > 0
    assert selected.tflops is not None
    assert costs["blind"].tflops is not None
    # Of 8 B the model's own part, and of 0.5 B the chooser's.
    assert selected.tokens_in is not None
    assert selected.tokens_out is not None
    own = 2 * 8e9 * (selected.tokens_in + selected.tokens_out) / 1e12
    assert selected.tflops == pytest.approx(own + selected.selector_tflops)
    for label in ("uniform-4", "all-1fps", "selected"):
        found = of(results, label, "objective")
        assert (found.asked, found.graded) == (3, 2)
        assert found.failed == {"no_frames" if label == "selected" else "no_video": 1}


def test_the_program_selects_by_words_the_same_every_time(folder: Path, tmp_path: Path) -> None:
    chosen = settings(inputs=({"kind": "selected"},), selector={"max_frames": 2})
    texts = []
    for name in ("one", "two"):
        evaluation = Evaluation(tmp_path / name, folder)
        evaluation.videos = find([bikes()], evaluation.asked.items, chosen.identity)
        evaluation.run(chosen)
        results = evaluation.results(chosen)
        assert results.inputs[0].cost.frames <= 2
        assert results.inputs[0].cost.frames_considered == 10
        assert results.inputs[0].cost.selector_tflops is None
        texts.append((tmp_path / name / "questions.jsonl").read_text())
    assert texts[0] == texts[1]


def moments(call: Call) -> list[float]:
    """Of all frames that a call names, by picture or by caption."""
    return [
        float(found) for found in re.findall(r"\bat (\d+\.\d+) s\b", str(call.body["messages"]))
    ]


def test_no_frame_at_or_after_a_question_point_is_shown(tmp_path: Path) -> None:
    stopped = row(
        0,
        video=content_hash(bikes()),
        pause=paused(4.0),
        video_start_seconds=0.0,
        video_seconds=10.0,
        core_frames=(frame(50, 2.0), frame(100, 4.0), frame(150, 6.0)),
    )
    late = row(1, pause=paused(4.0), video_start_seconds=0.0, core_frames=(frame(100, 4.0),))
    with FakeOpenAI(choose) as server:
        chosen = settings(
            server.base_url,
            inputs=({"kind": "core"}, *INPUTS),
            selector={"fps": 1.0, "chooser": {"kind": "endpoint", "model": "tiny"}},
        )
        evaluation = Evaluation(tmp_path / "work", dataset(tmp_path / "dataset", [stopped, late]))
        evaluation.videos = find([bikes()], evaluation.asked.items, chosen.identity)
        results = evaluation.results(chosen)
        # Core, uniform, all and selected of the first question; then nothing of either.
        asked = [call for call in server.calls if call.body["model"] == "small"]
        assert sorted(map(pictures, asked)) == [0, 0, 1, 2, 4, 4]
        told = [moments(call) for call in server.calls]
    assert max(map(max, filter(None, told))) < 4.0
    assert sorted(times for times in told if len(times) == 1) == [[2.0]]
    # The chooser reads lines of the beginning only too.
    assert [0.0, 1.0, 2.0, 3.0] in told
    assert of(results, "core", "objective").failed == {"all_later": 1}


def test_videos_that_are_wanted_and_not_there_are_told(folder: Path, tmp_path: Path) -> None:
    items = Evaluation(tmp_path / "work", folder).asked.items
    uniform = EvaluationIdentity(inputs=(InputSettings(kind="uniform"),))
    with pytest.raises(InputError, match=r"uniform-16 needs the videos, .* --videos"):
        find([], items, uniform)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"none of the dataset's videos \(2\) is in"):
        find([tmp_path / "empty"], items, uniform)
    assert find([], items, EvaluationIdentity()) == []


def test_videos_of_an_import_are_known_by_their_names(folder: Path, tmp_path: Path) -> None:
    items = Evaluation(tmp_path / "work", folder).asked.items
    named = [replace(items[0], video="there/bikes")]
    shutil.copy(bikes(), tmp_path / "bikes.mp4")
    uniform = EvaluationIdentity(inputs=(InputSettings(kind="uniform"),))
    (found,) = find([tmp_path], named, uniform)
    assert (found.id, found.content) == ("there/bikes", content_hash(bikes()))
