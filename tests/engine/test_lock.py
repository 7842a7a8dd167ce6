"""Who may write to a workspace on a disk at the same time."""

import os
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engine.lock import hold
from pipeline.errors import WorkspaceBusyError
from pipeline.partition import Partition

SCOPES = (None, Partition(2, 1), Partition(2, 2), Partition(3, 1))


def exclude(one: Partition | None, other: Partition | None) -> bool:
    return one is None or other is None or one.count != other.count or one == other


@given(steps=st.lists(st.tuples(st.sampled_from(SCOPES), st.booleans()), max_size=25))
def test_whoever_may_gets_it_and_nobody_else(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[Partition | None, bool]]
) -> None:
    root, holders = tmp_path_factory.mktemp("lock"), dict[Partition | None, ExitStack]()
    for scope, ends in steps:
        if ends and scope in holders:
            holders.pop(scope).close()
            continue
        stack, free = ExitStack(), not any(exclude(scope, other) for other in holders)
        try:
            stack.enter_context(hold(root, scope))
            got = True
        except WorkspaceBusyError as error:
            assert f"process {os.getpid()} on " in str(error)
            got = False
        assert got == free
        if got:
            holders[scope] = stack
    for stack in holders.values():
        stack.close()


def test_the_message_names_what_is_held(tmp_path: Path) -> None:
    with hold(tmp_path, Partition(2, 1)):
        with (
            pytest.raises(WorkspaceBusyError, match=rf"^partition 1/2 of workspace {tmp_path} is"),
            hold(tmp_path, Partition(2, 1)),
        ):
            pass
        with (
            pytest.raises(WorkspaceBusyError, match=r"built in 2 partitions, 1/2 by process "),
            hold(tmp_path, Partition(3, 1)),
        ):
            pass
        with pytest.raises(WorkspaceBusyError, match=rf"^workspace {tmp_path} "), hold(tmp_path):
            pass


def test_who_takes_the_whole_leaves_no_lock_of_a_partition(tmp_path: Path) -> None:
    for partition in SCOPES:
        if partition is not None:
            with hold(tmp_path, partition):
                pass
    with hold(tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == ["lock"]
