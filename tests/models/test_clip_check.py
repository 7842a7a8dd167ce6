import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import pytest
import torch
from PIL import Image

from pipeline.errors import MissingDependencyError, RecipeError
from pipeline.models.box_check import BoxCheck, Checked, CheckRequest, Similarity
from pipeline.models.checkpoint import find_checkpoint
from pipeline.models.clip_crops import Place, elsewhere, place_of
from pipeline.models.failure import ModelFailure
from pipeline.models.loading import load_box_check
from pipeline.models.picture import decode
from pipeline.recipe import ClipSettings, DetectorRuntime
from pipeline.records import Bbox
from tests.models import tiny_detectors
from tests.shots import shots

TALL, WIDE, SMALL = (0.1, 0.0, 0.2, 1.0), (0.0, 0.4, 1.0, 0.6), (0.5, 0.5, 0.5005, 0.5005)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_detectors.clip(tmp_path_factory.mktemp("models") / "tiny-clip")


def load(folder: Path | str, batch_size: int = 8) -> BoxCheck:
    check = load_box_check(ClipSettings(model=str(folder)), DetectorRuntime(batch_size=batch_size))
    assert check is not None
    return check


@pytest.fixture(scope="module")
def check(folder: Path) -> BoxCheck:
    return load(folder)


def ask(shot: int, **boxes: Sequence[Bbox]) -> CheckRequest:
    """A request of phrases, spelled with `_` for a space, and their boxes."""
    phrases = tuple(name.replace("_", " ") for name in boxes)
    return CheckRequest(f"f{shot}", shots()[shot].jpeg, phrases, tuple(map(tuple, boxes.values())))


def checked(check: BoxCheck, *requests: CheckRequest) -> list[tuple[tuple[Similarity, ...], ...]]:
    """The similarities of each request, none of which may fail."""
    found = list(check.check(requests))
    assert all(isinstance(one, Checked) for one in found), found
    return [one.similarities for one in found if isinstance(one, Checked)]


@cache
def reference(folder: Path) -> tuple[Any, Any, Any]:
    """Model, transform and tokenizer, as open_clip's own examples load them."""
    name = f"local-dir:{folder}"
    return *open_clip.create_model_from_pretrained(name), open_clip.get_tokenizer(name)


def by_hand(folder: Path, shot: int, place: Place, text: str) -> float:
    """The cosine that open_clip gives for a part of a picture and a text."""
    model, transform, tokens = reference(folder)
    picture = decode("f", shots()[shot].jpeg)
    assert not isinstance(picture, ModelFailure)
    crop = Image.fromarray(np.ascontiguousarray(picture[:, :, ::-1])).crop(
        (place.left, place.top, place.left + place.width, place.top + place.height)
    )
    side = max(crop.size)
    grey = tuple(round(255 * v) for v in tiny_detectors.MEAN)
    square = Image.new("RGB", (side, side), grey)
    square.paste(crop, ((side - crop.width) // 2, (side - crop.height) // 2))
    with torch.inference_mode():
        image = model.encode_image(transform(square)[None])[0]
        words = model.encode_text(tokens([text]))[0]
        return float(torch.nn.functional.cosine_similarity(image, words, dim=0))


def test_similarities_are_those_of_open_clip(check: BoxCheck, folder: Path) -> None:
    request = ask(5, red_car=[TALL, WIDE], the_dogs=[SMALL])
    ((cars, dogs),) = checked(check, request)
    height, width = 272, 640
    asked = [(TALL, cars[0], "a photo of a red car."), (WIDE, cars[1], "a photo of a red car.")]
    asked.append((SMALL, dogs[0], "a photo of the dogs."))
    for bbox, found, text in asked:
        crop = by_hand(folder, 5, place_of(bbox, width, height), text)
        frame = by_hand(folder, 5, Place(0, 0, width, height), text)
        random = by_hand(folder, 5, elsewhere("f5", bbox, width, height), text)
        assert (found.crop, found.frame, found.random) == (
            pytest.approx((crop, frame, random), abs=1e-4)
        )
        assert all(round(v, 4) == v for v in (found.crop, found.frame, found.random))
    assert len({cars[0].crop, cars[0].frame, cars[0].random, cars[1].crop, dogs[0].crop}) == 5


def test_the_similarities_of_a_box_do_not_depend_on_what_comes_with_it(
    check: BoxCheck, folder: Path
) -> None:
    (((alone,),),) = checked(check, ask(5, red_car=[TALL]))
    company = checked(
        load(folder, batch_size=3),
        ask(6, dog=[WIDE]),
        ask(5, dog=[WIDE, SMALL], nothing=[], red_car=[WIDE, TALL]),
    )
    together = company[1][2][1]
    for name in ("crop", "frame", "random"):
        assert getattr(together, name) == pytest.approx(getattr(alone, name), abs=1.5e-4)


def test_phrases_without_boxes_ask_no_model(
    check: BoxCheck, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("the model was asked")

    monkeypatch.setattr(open_clip.CLIP, "encode_image", never)
    assert checked(check, ask(5, dog=[], car=[]), ask(5)) == [((), ()), ()]


def test_a_long_phrase_is_cut_and_a_strange_one_read(check: BoxCheck) -> None:
    boxes = {"very_" * 500 + "long": [WIDE], "": [WIDE], "?": [WIDE], "汽车": [WIDE]}
    (found,) = checked(check, ask(5, **boxes))
    assert all(-1 <= similar.crop <= 1 for (similar,) in found)


def test_a_frame_that_is_no_picture_fails_alone(check: BoxCheck) -> None:
    bad = CheckRequest("bad", b"garbage", ("dog",), ((WIDE,),))
    first, broken, last = check.check([ask(5, dog=[WIDE]), bad, ask(5, dog=[WIDE])])
    assert isinstance(broken, ModelFailure)
    assert broken.error_class == "UndecodableImage"
    assert isinstance(first, Checked) and first == last


def test_frames_are_read_one_at_a_time(check: BoxCheck) -> None:
    taken: list[int] = []

    def requests() -> Iterator[CheckRequest]:
        for i in range(3):
            taken.append(i)
            yield ask(5, dog=[WIDE])

    next(check.check(requests()))
    assert taken == [0]


def test_pictures_that_do_not_fit_are_halved(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check, request = load(folder), ask(5, dog=[TALL, WIDE, SMALL])
    (whole,) = checked(check, request)
    batches: list[int] = []
    real = open_clip.CLIP.encode_image

    def limited(model: Any, image: torch.Tensor, **options: Any) -> Any:
        batches.append(len(image))
        if len(image) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return real(model, image, **options)

    monkeypatch.setattr(open_clip.CLIP, "encode_image", limited)
    (halved,) = checked(check, request)
    assert batches == [7, 3, 1, 1, 1, 1, 1, 1, 1]
    assert [s.crop for s in halved[0]] == pytest.approx([s.crop for s in whole[0]], abs=1.5e-4)


@pytest.mark.parametrize("encode", ["encode_image", "encode_text"])
def test_what_does_not_fit_alone_fails(
    folder: Path, monkeypatch: pytest.MonkeyPatch, encode: str
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    check = load(folder)
    monkeypatch.setattr(open_clip.CLIP, encode, full)
    (failed,) = check.check([ask(5, dog=[TALL])])
    assert isinstance(failed, ModelFailure)
    assert failed.error_class == "OutOfMemory"


def test_threads_take_turns_at_the_model(check: BoxCheck, monkeypatch: pytest.MonkeyPatch) -> None:
    requests = [ask(i, dog=[TALL], red_car=[WIDE, SMALL]) for i in range(6)]
    alone = [checked(check, request) for request in requests]
    inside = [0]
    most = [0]

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def encode(*given: Any, **options: Any) -> Any:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            time.sleep(0.01)
            try:
                return real(*given, **options)
            finally:
                inside[0] -= 1

        return encode

    for name in ("encode_image", "encode_text"):
        monkeypatch.setattr(open_clip.CLIP, name, counted(getattr(open_clip.CLIP, name)))
    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(lambda r: checked(check, r), requests)) == alone
    assert most == [1]


def test_the_label_names_model_and_revision(check: BoxCheck, folder: Path) -> None:
    revision = find_checkpoint("clip", str(folder), None).source.revision
    assert check.label == f"tiny-clip@{revision[:8]}"


def test_without_a_model_nothing_is_checked() -> None:
    assert load_box_check(ClipSettings(), DetectorRuntime()) is None


def test_a_folder_that_is_no_clip_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"^clip\.model: .*open_clip_config\.json is missing"):
        load(tmp_path)
    (tmp_path / "open_clip_config.json").write_text('{"model_cfg": 1}')
    with pytest.raises(RecipeError, match=r"open_clip_config\.json is missing or no config"):
        load(tmp_path)


def test_a_folder_without_weights_is_refused(folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "open_clip_config.json", tmp_path)
    with pytest.raises(RecipeError, match=r"there are no weights beside its open_clip_config"):
        load(tmp_path)


def test_weights_of_another_model_are_refused(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "clip")
    config = json.loads((copy / "open_clip_config.json").read_text())
    config["model_cfg"]["embed_dim"] = 8
    (copy / "open_clip_config.json").write_text(json.dumps(config))
    with pytest.raises(RecipeError, match=r"^clip\.model: .* cannot be used: .*size mismatch"):
        load(copy)
    (copy / "open_clip_model.safetensors").write_bytes(b"garbage")
    with pytest.raises(RecipeError, match=r"^clip\.model: .* cannot be used: "):
        load(copy)


def test_a_text_tower_of_a_hub_is_refused(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "clip")
    config = json.loads((copy / "open_clip_config.json").read_text())
    config["model_cfg"]["text_cfg"] = {"hf_model_name": "somebody/roberta"}
    (copy / "open_clip_config.json").write_text(json.dumps(config))
    with pytest.raises(RecipeError, match=r"its text tower is 'somebody/roberta'"):
        load(copy)


def test_a_missing_package_is_named_with_the_extra_that_brings_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "open_clip", None)
    with pytest.raises(MissingDependencyError, match=r"package open_clip: .* extra `models`"):
        load(folder)


def test_loading_and_asking_print_nothing(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    checked(load(folder), ask(5, dog=[WIDE]))
    assert capfd.readouterr() == ("", "")
