"""What a worker needs, by the kind of its model."""

from typing import Any

import pytest

from pipeline.recipe import Recipe
from pipeline.stages import captions, detections, embeddings
from pipeline.stages.model_resources import PREPARED, WAITING, model_resources

WEIGHTS = {"kind": "transformers", "model": "m", "revision": "r"}
SERVED = {"kind": "server", "model": "m"}
COMMAND = {"command": "serve --port {port}"}


def recipe(identity: dict[str, Any], runtime: dict[str, Any] | None = None) -> Recipe:
    return Recipe.model_validate({"name": "t", "identity": identity, "runtime": runtime or {}})


def test_the_offline_default_asks_for_no_gpu() -> None:
    offline = Recipe(name="t")
    for module in (captions, embeddings, detections):
        needs = module.stage(offline).resources
        assert (needs.model, needs.gpus, needs.packs) == (True, 0, 1)


def test_a_model_in_the_worker_gets_a_gpu_where_there_is_one_and_packs_to_prepare() -> None:
    given = recipe({"captioner": WEIGHTS}, {"captioner": {"workers": [1, 4]}})
    needs = captions.stage(given).resources
    assert (needs.gpus, needs.workers, needs.packs) == (None, (1, 4), PREPARED)
    on_cpu = recipe({"captioner": WEIGHTS}, {"captioner": {"gpus": 0}})
    assert captions.stage(on_cpu).resources.gpus == 0


def test_a_server_s_worker_has_enough_packs_for_the_calls_in_flight() -> None:
    given = recipe({"captioner": SERVED}, {"captioner": {**COMMAND, "in_flight": 256, "gpus": 2}})
    needs = model_resources(given, "captioner", 120)
    assert needs.gpus == 2 and needs.workers is None
    assert needs.packs * 120 >= (1 + WAITING) * 256


def test_an_endpoint_s_workers_need_no_gpu_and_share_the_calls() -> None:
    there = {"base_url": "http://127.0.0.1:1/v1", "in_flight": 512}
    given = recipe({"captioner": {**SERVED, "kind": "endpoint"}}, {"captioner": there})
    needs = model_resources(given, "captioner", 8)
    assert (needs.gpus, needs.workers) == (0, 2)
    assert needs.packs * 8 * 2 >= (1 + WAITING) * 512


def test_a_box_check_gets_the_gpu_that_its_detector_does_not_want() -> None:
    given = recipe({"clip": {"model": "m", "revision": "r"}})
    assert detections.stage(given).resources.gpus is None


def test_a_large_embedder_gets_a_gpu_and_the_embedded_one_none() -> None:
    large = recipe({"embedder": {"model": "BAAI/bge-m3", "revision": "r"}})
    assert embeddings.stage(large).resources.gpus is None
    wanted = recipe({}, {"embedder": {"gpus": 1, "workers": 2}})
    needs = embeddings.stage(wanted).resources
    assert (needs.gpus, needs.workers) == (1, 2)


def test_parts_of_two_gpus_make_no_whole_one() -> None:
    with pytest.raises(ValueError, match="whole number, or a part of one GPU"):
        recipe({}, {"embedder": {"gpus": 1.5}})
    with pytest.raises(ValueError, match="least <= most"):
        recipe({}, {"embedder": {"workers": [3, 2]}})
