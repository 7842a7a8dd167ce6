"""The files of `jobs/` against the schemas of those who read them."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

JOBS = Path(__file__).parents[2] / "jobs"


@pytest.fixture
def rayjob() -> dict[str, Any]:
    return dict(yaml.safe_load((JOBS / "kuberay" / "rayjob.yaml").read_text()))


def _check(job: dict[str, Any]) -> None:
    schema = json.loads((Path(__file__).parent / "rayjob.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(job)


def _pods(job: dict[str, Any]) -> list[dict[str, Any]]:
    cluster = job["spec"]["rayClusterSpec"]
    groups = [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]
    return [group["template"]["spec"] for group in groups]


def test_the_rayjob_has_only_fields_that_kuberay_knows(rayjob: dict[str, Any]) -> None:
    _check(rayjob)
    rayjob["spec"]["rayClusterSpec"]["workerGroupSpecs"][0]["minReplica"] = 1
    with pytest.raises(jsonschema.ValidationError, match="minReplica"):
        _check(rayjob)


def test_every_pod_of_the_rayjob_mounts_only_volumes_that_it_has(rayjob: dict[str, Any]) -> None:
    for pod in _pods(rayjob):
        volumes = {volume["name"] for volume in pod["volumes"]}
        for container in pod["containers"]:
            assert {mount["name"] for mount in container["volumeMounts"]} <= volumes


def test_the_rayjob_scales_groups_with_and_without_gpus(rayjob: dict[str, Any]) -> None:
    cluster = rayjob["spec"]["rayClusterSpec"]
    assert cluster["enableInTreeAutoscaling"] is True
    gpus = {
        group["groupName"]: "nvidia.com/gpu"
        in group["template"]["spec"]["containers"][0]["resources"]["limits"]
        for group in cluster["workerGroupSpecs"]
    }
    assert gpus == {"decoders": False, "captioners": True}
    for group in cluster["workerGroupSpecs"]:
        assert group["minReplicas"] <= group["replicas"] <= group["maxReplicas"]


def test_the_cluster_file_is_one_that_ray_up_takes() -> None:
    from ray.autoscaler._private.util import prepare_config, validate_config

    written = yaml.safe_load((JOBS / "ray" / "cluster.yaml").read_text())
    schema_of_ray = prepare_config(written)
    # What `ray up` adds before it asks its schema.
    validate_config({"cluster_synced_files": [], **schema_of_ray})
    types = schema_of_ray["available_node_types"]
    assert types["captioners"]["resources"]["GPU"] == 1
    assert types["head"]["resources"]["CPU"] == 0
