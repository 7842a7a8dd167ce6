"""A Ray cluster of several nodes on this machine, in a process of its own that can be killed.

`python -m tests.fakes.ray_cluster CPUS...` starts a head without processors and a node for each
number, prints `{"address": ..., "dashboard": ...}`, and obeys one line of stdin at a time: `kill
ID` ends a node, by Ray's id of it, as a power cut would, and the end of stdin ends all.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class RunningCluster:
    """A cluster under test."""

    process: subprocess.Popen[str]
    address: str
    """For `ray.init`."""
    dashboard: str
    """For `demitasse submit`."""

    def kill_node(self, node: str) -> None:
        """Cut a node's power."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(f"kill {node}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "killed\n"

    def kill_all(self) -> None:
        """Cut the power of all nodes, the head's too."""
        for pid in _with_descendants(self.process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()


def _with_descendants(pid: int) -> list[int]:
    listed = subprocess.run(
        ["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    rows = [[int(n) for n in line.split()] for line in listed.stdout.splitlines()]
    found = [pid]
    for known in found:
        found += [child for child, parent in rows if parent == known]
    return found


@contextmanager
def ray_cluster(*cpus: int) -> Iterator[RunningCluster]:
    """A cluster with a node for each number of processors."""
    python = Path(sys.executable)
    environment = {
        **os.environ,
        "PATH": f"{python.parent}:{os.environ['PATH']}",
        "RAY_AUTH_MODE": "disabled",
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_enable_metrics_collection": "0",
    }
    process = subprocess.Popen(
        [str(python), "-m", "tests.fakes.ray_cluster", *map(str, cpus)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=REPOSITORY,
        env=environment,
        start_new_session=True,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        said = json.loads(process.stdout.readline())
        yield RunningCluster(process, said["address"], said["dashboard"])
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait()


def main(cpus: Sequence[int]) -> None:
    """Start the cluster and obey."""
    from ray.cluster_utils import Cluster

    cluster: Any = Cluster(
        initialize_head=True,
        head_node_args={
            "num_cpus": 0,
            "include_dashboard": True,
            "dashboard_port": 0,
            # Two clusters on one machine: the second one's jobs would find no agent.
            "dashboard_agent_listen_port": 0,
            "object_store_memory": 100 << 20,
        },
    )
    for number, n in enumerate(cpus):
        cluster.add_node(
            num_cpus=n,
            object_store_memory=100 << 20,
            dashboard_agent_listen_port=0,
            # Else one node unpacks a job's code over what another one is reading.
            runtime_env_dir_name=f"runtime_resources_{number}",
        )
    said = {"address": cluster.address, "dashboard": f"http://{cluster.webui_url}"}
    print(json.dumps(said), flush=True)  # noqa: T201
    for line in sys.stdin:
        (node,) = [n for n in cluster.worker_nodes if n.node_id == line.split()[1]]
        cluster.remove_node(node, allow_graceful=False)
        print("killed", flush=True)  # noqa: T201
    cluster.shutdown()


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]])
