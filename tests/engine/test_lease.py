"""One writer on an object store, and nothing of one that came back too late counts."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pipeline.engine import compaction, fence, lease, ledger
from pipeline.engine.browse import read_table
from pipeline.engine.holding import WORKSPACE, hold
from pipeline.engine.process import facts, has_died
from pipeline.engine.workspace import Workspace
from pipeline.errors import LeaseLostError, WorkspaceBusyError
from pipeline.partition import Partition
from pipeline.storage import remote
from pipeline.storage.place import Url
from pipeline.store import Store
from tests.engine.chain import Run, Square, numbers
from tests.engine.paused import VALUES
from tests.fakes.s3_proxy import Fault, misbehaving


def test_a_second_writer_is_refused_and_told_of_the_first(bucket: Url) -> None:
    with (
        hold(bucket),
        pytest.raises(WorkspaceBusyError, match=rf"process {os.getpid()} on .* 6[0-2] seconds\)"),
    ):
        lease.take(bucket, WORKSPACE, 60)
    lease.take(bucket, WORKSPACE, 60)


def test_scopes_do_not_hinder_each_other(bucket: Url) -> None:
    with hold(bucket, Partition(2, 1)) as first:
        other = lease.take(bucket, "p2of2", 60)
    assert (first.token, other.token) == (1, 1)


def test_every_holder_has_a_larger_token(bucket: Url) -> None:
    tokens = []
    for _ in range(3):
        with hold(bucket) as held:
            tokens.append(held.token)
    assert tokens == [1, 2, 3]


def test_of_two_that_want_it_at_once_one_gets_it(
    bucket: Url, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = remote.version, list[Url]()

    def too_early(url: Url) -> remote.Version | None:
        asked.append(url)
        return None if len(asked) == 1 else real(url)

    with hold(bucket):
        monkeypatch.setattr(remote, "version", too_early)
        with pytest.raises(WorkspaceBusyError):
            lease.take(bucket, WORKSPACE, 60)


def test_a_lease_is_renewed_while_it_is_held(bucket: Url) -> None:
    with hold(bucket, seconds=1):
        time.sleep(4)
        with pytest.raises(WorkspaceBusyError):
            lease.take(bucket, WORKSPACE, 60)
        Store(bucket).write("x", b"1")


def test_a_holder_that_died_on_this_machine_is_followed_at_once(bucket: Url) -> None:
    with paused_writer(bucket) as process:
        with pytest.raises(WorkspaceBusyError):
            lease.take(bucket, WORKSPACE, 60)
        process.kill()
        process.wait()
        assert lease.take(bucket, WORKSPACE, 60).token == 2


def test_a_process_is_not_mistaken_for_another() -> None:
    me = {"pid": os.getpid(), **facts()}
    assert not has_died(me)
    assert has_died({**me, "started": "1"})
    assert not has_died({**me, "started": "1", "machine": "another"})
    assert not has_died({"pid": 1})


def test_a_dead_holder_is_followed_when_its_lease_has_ended(bucket: Url) -> None:
    dead = lease.take(bucket, WORKSPACE, 1)
    with pytest.raises(WorkspaceBusyError, match="if it died, its lease ends in"):
        lease.take(bucket, WORKSPACE, 1)
    time.sleep(4)
    assert lease.take(bucket, WORKSPACE, 1).token == dead.token + 1


def test_a_holder_that_was_followed_notices_and_writes_no_more(bucket: Url) -> None:
    with hold(bucket) as held:
        terms = json.loads(Store(bucket).read("leases/workspace.json"))
        found = remote.version(held.url)
        assert found is not None
        taken = json.dumps({**terms, "token": 2}).encode()
        assert remote.replace(held.url, taken, found.condition) is not None
        held.renew()
        with pytest.raises(LeaseLostError, match=r"was lost: .*; what was committed before counts"):
            Store(bucket).write("x", b"1")
    assert Store(bucket).read("leases/workspace.json") == taken


def test_a_holder_that_is_cut_off_gives_up_when_its_lease_has_ended(
    s3: str, bucket: Url, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = lease.take(bucket, WORKSPACE, 0.5)
    held.check()
    with misbehaving(s3) as proxy, monkeypatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", proxy.endpoint)
        patch.setattr("pipeline.storage.bucket.RETRIES", 0)
        patch.setattr("pipeline.storage.bucket.CUT_OFF_TRIES", 1)
        proxy.faults.append(Fault("503", ".*", times=99))
        held.renew()
    time.sleep(0.6)
    with pytest.raises(LeaseLostError):
        held.check()


@contextmanager
def paused_writer(root: Url) -> Iterator[subprocess.Popen[str]]:
    """A process that held the lease and is stopped."""
    command = [sys.executable, "-m", "tests.engine.paused", str(root)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        process.send_signal(signal.SIGSTOP)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGCONT)


def squares(root: Url) -> list[Square]:
    return read_table(Workspace.at(root), "squares", Square)


def test_parts_of_a_writer_that_was_paused_past_its_lease_do_not_count(
    bucket: Url, monkeypatch: pytest.MonkeyPatch
) -> None:
    with paused_writer(bucket) as process:
        run = Run(bucket, numbers(VALUES))
        with pytest.raises(WorkspaceBusyError, match=f"process {process.pid} on"):
            run.go()
        time.sleep(4)
        run.go()
        before = squares(bucket)
        process.send_signal(signal.SIGCONT)
        said, _ = process.communicate("go on\n")
    assert "was lost: this process was paused" in said
    assert said.endswith("committed\n")
    assert squares(bucket) == before
    assert {row.comment for row in before} == {"here"}
    with monkeypatch.context() as patch:
        # Would they count, some would win over what was built on.
        patch.setattr(ledger, "fences", lambda store: [])
        assert "late" in {row.comment for row in squares(bucket)}
    assert run.go().ran == {"squares": 0, "sums": 0}
    assert squares(bucket) == before
    assert not [n for n in names(bucket) if ".workspace-1." in n]


def names(root: Url) -> list[str]:
    return [entry.name for entry in remote.RemoteFolder(root).everything("stages")]


def test_what_an_earlier_holder_committed_counts(bucket: Url) -> None:
    Run(bucket, numbers([1, 2, 3])).go()
    assert Run(bucket, numbers([1, 2, 3, 4])).go().ran["squares"] == 1
    assert {n.split(".")[-2] for n in names(bucket) if "part-" in n} == {
        "workspace-1",
        "workspace-2",
    }


def test_a_workspace_that_was_copied_from_a_disk_counts(
    bucket: Url, tmp_path_factory: pytest.TempPathFactory
) -> None:
    here = tmp_path_factory.mktemp("w")
    Run(here, numbers(VALUES)).go()
    for path in here.rglob("*"):
        if path.is_file() and path.name != "lock":
            Store(bucket).write(path.relative_to(here).as_posix(), path.read_bytes())
    assert Run(bucket, numbers(VALUES)).go().ran == {"squares": 0, "sums": 0}


def test_a_snapshot_covers_at_once_and_its_parts_go_with_the_next_holder(bucket: Url) -> None:
    run = Run(bucket, numbers(VALUES), compact_parts=2)
    run.go()
    expected, first = run.result(), names(bucket)
    assert [n for n in first if "squares" in n and "snapshot-" in n]
    assert len([n for n in first if "squares" in n and "part-" in n]) == 3
    workspace = Workspace.at(bucket)
    with workspace.writing():
        saved = workspace.saved_plan("squares")
        assert saved is not None
        folder = workspace.stage_folder("squares", saved.identity)
        assert len(ledger.live_files(workspace.store, folder)) == 1
        compaction.compact(workspace.store, folder, 2, workspace.tag)
    assert not [n for n in names(bucket) if "squares" in n and "part-" in n]
    again = Run(bucket, numbers(VALUES), compact_parts=2)
    assert again.go().ran == {"squares": 0, "sums": 0}
    assert again.result() == expected


def test_a_reader_sees_the_newest_fence(bucket: Url) -> None:
    store = Store(bucket)
    store.write("leases/workspace.fence-00000002.json", b'{"files": ["a.workspace-1.parquet"]}')
    store.write("leases/workspace.fence-00000001.json", b'{"files": []}')
    (found,) = fence.fences(store)
    assert found.token == 2
    assert found.believes("a.workspace-1.parquet")
    assert not found.believes("b.workspace-1.parquet")
    assert found.believes("b.workspace-2.parquet")
    assert found.believes("b.other-1.parquet")
    assert found.believes("b.parquet")
