import gc
import subprocess
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.errors import MissingDependencyError
from pipeline.models.captioner import CaptionFrame, CaptionWindow
from pipeline.models.loading import captioner_revision, load_captioner
from pipeline.models.transformers_captioner import TransformersCaptioner
from pipeline.recipe import CaptionerRuntime
from tests.models.transformers_captioner.asking import (
    NAMES,
    captioner,
    failure,
    right,
    settings,
    texts,
    window,
    windows,
)


def test_windows_come_back_in_order_whichever_thread_asks(qwen: Path) -> None:
    model = captioner(qwen, batch=6)
    packs = [windows(4, length=length) for length in (1, 2, 5, 3, 7, 4)]
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda pack: list(model.caption(pack)), packs))
    for pack, answers in zip(packs, found, strict=True):
        assert [texts(answer) for answer in answers] == [right(asked) for asked in pack]


def test_a_caption_does_not_depend_on_what_else_is_asked(qwen: Path) -> None:
    asked = window("w", [NAMES[0], NAMES[2], NAMES[1]])
    (alone,) = captioner(qwen, batch=8, temperature=1.5).caption([asked])
    crowd = [*windows(3), asked, *windows(2)]
    among = list(captioner(qwen, batch=5, temperature=1.5).caption(crowd))
    assert among[3] == alone


def test_frames_of_several_sizes_are_batched_apart_and_none_is_forgotten(qwen: Path) -> None:
    wide = [window(f"wide{i}", NAMES * 2, height=56, width=112) for i in range(3)]
    tall = [window("tall", NAMES[:1], height=112, width=56)]
    asked = [wide[0], *tall, *wide[1:], *windows(2)]
    found = list(captioner(qwen).caption(asked))
    assert [len(texts(one)) for one in found] == [len(one.frames) for one in asked]
    assert texts(found[-1]) == right(asked[-1])


def test_no_window_is_no_caption(qwen: Path) -> None:
    assert list(captioner(qwen).caption([])) == []


def test_bytes_that_are_no_picture_fail_their_window_alone(qwen: Path) -> None:
    first, second = windows(2)
    broken = CaptionWindow("b", (*first.frames[:2], CaptionFrame("b/f9", 9.0, b"no jpeg")))
    found = list(captioner(qwen).caption([first, broken, second]))
    assert [texts(found[0]), texts(found[2])] == [right(first), right(second)]
    assert failure(found[1]).error_class == "UndecodableImage"
    assert "b/f9" in failure(found[1]).message


def test_an_answer_without_an_end_is_asked_once_more_and_then_fails(qwen: Path) -> None:
    (asked,) = windows(1, length=1)
    (found,) = captioner(qwen, max_tokens=2).caption([asked])
    assert failure(found).error_class == "Truncated"
    assert "raise captioner.max_tokens" in failure(found).message
    assert failure(found).usage.tokens_out == 2 * 2
    assert failure(found).usage.tokens_in == 2 * 75


def test_lines_that_are_not_one_a_frame_fail_their_window(qwen: Path) -> None:
    """This model was taught about one frame, and writes no numbers."""
    (found,) = captioner(qwen, frames_together=3).caption(windows(1, length=3))
    assert failure(found).error_class == "WrongForm"
    assert failure(found).message == "the captioner wrote no line for frame 1, 2, 3 of 3"


def test_a_prompt_beyond_the_models_context_fails_with_what_to_lower(qwen: Path) -> None:
    (found,) = captioner(qwen, max_tokens=2000).caption(windows(1))
    assert failure(found).error_class == "PromptTooLong"
    assert "captioner.image_pixels" in failure(found).message


def test_a_caller_that_stops_asking_leaves_the_others_alone(qwen: Path) -> None:
    model = captioner(qwen, batch=2)
    stopped = model.caption(windows(50))
    next(iter(stopped))
    del stopped
    asked = windows(3)
    assert [texts(found) for found in model.caption(asked)] == [right(w) for w in asked]


def test_a_caller_that_never_comes_to_its_end_keeps_no_process_alive(qwen: Path) -> None:
    """What waits for more of its prompts is a daemon; the other threads are told to end."""
    stopped = captioner(qwen).caption(windows(1))
    next(iter(stopped))
    waiting = [thread for thread in threading.enumerate() if thread.name == "stage"]
    assert waiting
    assert all(thread.daemon for thread in waiting)


def test_the_model_and_its_threads_end_with_the_captioner(qwen: Path) -> None:
    """The next stage may need the GPU's memory in the same process."""
    before = set(threading.enumerate())
    model = captioner(qwen)
    assert len(list(model.caption(windows(2)))) == 2
    own = ("prepare", "stage", "generate")
    started = {t for t in set(threading.enumerate()) - before if t.name.startswith(own)}
    assert len(started) >= 2
    service = weakref.ref(model._service)
    gc.disable()  # nothing may have to wait for its turn
    try:
        del model
        for thread in started:
            thread.join(10)
            assert not thread.is_alive()
        assert service() is None
    finally:
        gc.enable()


def test_the_label_names_model_revision_and_dtype(qwen: Path) -> None:
    given = settings(qwen)
    loaded = load_captioner(given, CaptionerRuntime())
    assert isinstance(loaded, TransformersCaptioner)
    revision = captioner_revision(given)
    assert loaded.label == f"transformers:{qwen.name}@{revision[:8]}:float32"


def test_nothing_is_printed(qwen: Path, capfd: pytest.CaptureFixture[str]) -> None:
    list(captioner(qwen, temperature=0.5).caption(windows(1)))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("package", ["torchvision", "transformers"])
def test_a_missing_package_is_named(
    package: str, qwen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingDependencyError, match=rf"package {package}: .*extra `models`"):
        captioner(qwen)


def test_asking_for_the_class_imports_neither_torch_nor_transformers() -> None:
    code = (
        "import sys; from pipeline.models.transformers_captioner import TransformersCaptioner;"
        "assert not {'torch', 'transformers'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
