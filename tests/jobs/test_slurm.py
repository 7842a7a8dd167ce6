"""The sbatch on a made-up allocation of two nodes of this machine, with a real Ray."""

import os
import re
import shutil
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.test_submit import copies
from tests.rendering import render_numbers

REPOSITORY = Path(__file__).parents[2]
SCRIPT = REPOSITORY / "jobs" / "slurm" / "demitasse.sbatch"

SHELLCHECK = shutil.which("shellcheck", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")

SCONTROL = """#!/bin/bash
test "$*" = "show hostnames node[1-2]" && printf 'node1\\nnode2\\n'
"""
# What it is told goes into a log; a second node has a disk of its own, so another folder for Ray.
SRUN = """#!/bin/bash
echo "$*" >> "$FAKE_LOG"
other=""
while [ "${1#--}" != "$1" ]; do
  case "$1" in --exclude=*) other=-2 ;; esac
  shift
done
arguments=()
for argument in "$@"; do
  case "$argument" in --temp-dir=*) argument="$argument$other" ;; esac
  arguments+=("$argument")
done
exec "${arguments[@]}"
"""
DEMITASSE = f"""#!/bin/bash
exec {sys.executable} -m pipeline.cli.main "$@"
"""


def commands(folder: Path) -> Path:
    """What a login node has on its PATH."""
    folder.mkdir()
    for name, text in (("scontrol", SCONTROL), ("srun", SRUN), ("demitasse", DEMITASSE)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return folder


def free_ports() -> list[str]:
    """Two ports below 10000, where Ray's own begin."""
    found = []
    for port in range(6400, 9900):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("0.0.0.0", port))
            found.append(str(port))
        if len(found) == 2:
            break
    return found


def test_it_is_bash() -> None:
    subprocess.run(["bash", "-n", str(SCRIPT)], check=True)


@pytest.mark.skipif(SHELLCHECK is None, reason="the `dev` extra brings shellcheck")
def test_shellcheck_finds_nothing() -> None:
    command = [str(SHELLCHECK), "--severity=warning", str(SCRIPT)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_without_a_workspace_it_says_how_it_is_used() -> None:
    done = subprocess.run(["bash", str(SCRIPT), "recipe.yaml"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "usage: sbatch" in done.stderr


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_it_brings_up_ray_on_all_nodes_and_exits_as_the_run_does(tmp_path: Path) -> None:
    videos = copies(tmp_path / "videos", render_numbers(tmp_path / "one.mp4", 50), 3)
    (videos / "broken.mp4").write_bytes(b"no video")
    number, (port, dashboard) = str(os.getpid()), free_ports()
    environment = {
        **os.environ,
        "PATH": f"{commands(tmp_path / 'bin')}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": f"{REPOSITORY}:{os.environ.get('PYTHONPATH', '')}",
        "FAKE_LOG": str(tmp_path / "srun.log"),
        "SLURM_JOB_ID": number,
        "SLURM_JOB_NODELIST": "node[1-2]",
        "SLURM_CPUS_ON_NODE": "1",
        "RAY_PORT": port,
        "RAY_DASHBOARD_PORT": dashboard,
    }
    work = tmp_path / "work"
    done = subprocess.run(
        ["bash", SCRIPT, "jobs/demo.yaml", work, videos, "--until", "frames"],
        capture_output=True,
        text=True,
        env=environment,
        cwd=REPOSITORY,
    )
    assert done.returncode == 3, done.stderr
    assert "2 of 2 nodes" in done.stderr
    assert "videos: 3 kept, 1 rejected" in done.stdout
    assert (work / "workspace.json").exists()
    asked = (tmp_path / "srun.log").read_text().splitlines()
    assert re.match(r"--nodes=1 --ntasks=1 --overlap --nodelist=node1 hostname", asked[0])
    assert sum("ray start --block" in line for line in asked) == 2
    left = subprocess.run(["ps", "-ef"], capture_output=True, text=True, check=True).stdout
    assert f"/tmp/ray-{number}" not in left, "Ray ends with the allocation"
