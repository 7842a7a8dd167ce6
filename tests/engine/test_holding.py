"""Who excludes whom on an object store, however their requests interleave."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.engine import fence, lease
from pipeline.engine.holding import WORKSPACE, begin, excludes, hold
from pipeline.errors import LeaseLostError, WorkspaceBusyError
from pipeline.partition import Partition
from pipeline.storage.place import Url
from pipeline.store import Store
from tests.engine.interleaving import World, world

ROOT = Url("s3", "bucket", "w")
SECONDS = 10.0
SCOPES = (WORKSPACE, "p1of2", "p2of2", "p1of3")


class Writer:
    """A process that takes a scope, puts parts, and ends; it may ignore that its lease is lost."""

    def __init__(self, number: int, scope: str, parts: int, *, late: bool, world: World) -> None:
        self.number, self.scope, self.parts, self.late = number, scope, parts, late
        self.world, self.writing = world, False
        self.lease: lease.Lease | None = None
        self.moved = False
        """What others had made, as it sees it, changed while it wrote."""

    def __call__(self) -> None:
        try:
            taken = lease.take(ROOT, self.scope, SECONDS)
        except WorkspaceBusyError:
            return
        try:
            standing = begin(taken)
        except WorkspaceBusyError:
            taken.release()
            return
        self.lease, self.writing = taken, True
        before = self._of_others(standing)
        for number in range(self.parts):
            if not self.late and not self.in_force():
                return
            name = f"stages/s/i/part-{self.number}-{number}{fence.tag(self.scope, taken.token)}"
            Store(ROOT).write(f"{name}.parquet", b"")
            if self.in_force():
                taken.renew()
        if self.in_force() and self.scope == WORKSPACE:
            self.moved = self._of_others(standing) != before
        self.writing = False
        taken.release()

    def in_force(self) -> bool:
        """Whether it may take its lease for held."""
        try:
            assert self.lease is not None
            self.lease.check()
        except LeaseLostError:
            return False
        return True

    def _of_others(self, standing: fence.Standing) -> set[str]:
        names = {f"stages/s/i/{n}" for n in Store(ROOT).names("stages/s/i")}
        all_ = [standing.own, *(standing.others or ())]
        counting = {name for name in names if all(f.believes(name) for f in all_)}
        return {n for n in counting if not n.startswith(f"stages/s/i/part-{self.number}-")}


@settings(max_examples=60)
@given(
    writers=st.lists(
        st.tuples(st.sampled_from(SCOPES), st.integers(0, 2), st.booleans()), min_size=2, max_size=4
    ),
    steps=st.lists(
        st.tuples(st.integers(0, 3), st.integers(1, 14), st.sampled_from([0.0, 4.0, 20.0])),
        max_size=12,
    ),
)
def test_none_that_exclude_each_other_write_at_once_and_the_whole_sees_no_late_part(
    writers: list[tuple[str, int, bool]], steps: list[tuple[int, int, float]]
) -> None:
    with world() as there:
        all_ = [
            Writer(number, scope, parts, late=late, world=there)
            for number, (scope, parts, late) in enumerate(writers)
        ]
        for writer in all_:
            there.start(writer)
        for number, seconds in chosen(steps):
            if not there.alive():
                break
            there.step(number)
            there.now += seconds
            writing = [w for w in all_ if w.writing and w.in_force()]
            for one in writing:
                for other in writing:
                    assert not excludes(one.scope, other.scope), (one.scope, other.scope)
                    assert one is other or one.scope != other.scope
        assert not there.alive() and not there.errors, there.errors
        assert not any(writer.moved for writer in all_)


def chosen(steps: list[tuple[int, int, float]]) -> Iterator[tuple[int, float]]:
    """So many requests of one process, then a while passes; at last each in turn to its end."""
    for number, requests, seconds in steps:
        for _ in range(requests - 1):
            yield number, 0.0
        yield number, seconds
    for number in range(2000):
        yield number, 0.0


def test_scopes_exclude_each_other_unless_they_are_partitions_of_one_count() -> None:
    assert not excludes(WORKSPACE, WORKSPACE)
    assert excludes(WORKSPACE, "p1of2") and excludes("p1of2", WORKSPACE)
    assert not excludes("p1of2", "p2of2")
    assert excludes("p1of2", "p1of3")


def take_all(held: ExitStack, *partitions: Partition | None) -> None:
    for partition in partitions:
        held.enter_context(hold(ROOT, partition))


def test_messages_name_what_is_held_and_by_whom() -> None:
    first, second, other = Partition(2, 1), Partition(2, 2), Partition(3, 1)
    with world():
        with ExitStack() as held:
            take_all(held, first, second)
            with pytest.raises(
                WorkspaceBusyError, match=r"^partition 1/2 of workspace s3://bucket/w"
            ):
                take_all(held, first)
            with pytest.raises(
                WorkspaceBusyError, match="is being built in 2 partitions, 1/2 by process "
            ):
                take_all(held, other)
            with pytest.raises(
                WorkspaceBusyError, match=r"^workspace s3://bucket/w is in use by pro"
            ):
                take_all(held, None)
        with ExitStack() as held:
            take_all(held, None)
            with pytest.raises(
                WorkspaceBusyError, match=r"^workspace s3://bucket/w is in use by pro"
            ):
                take_all(held, first)
        with ExitStack() as held:
            take_all(held, other)


def test_a_partition_that_was_paused_past_its_lease_comes_back_to_nothing() -> None:
    with world() as there:
        paused = lease.take(ROOT, "p1of2", SECONDS)
        begin(paused)
        early = f"stages/s/i/part-early{fence.tag('p1of2', paused.token)}.parquet"
        Store(ROOT).write(early, b"")
        there.now += 5
        with pytest.raises(WorkspaceBusyError):
            begin(lease.take(ROOT, WORKSPACE, 1.0))
        there.now += 20
        begin(lease.take(ROOT, WORKSPACE, SECONDS))
        paused.renew()
        with pytest.raises(LeaseLostError):
            paused.check()
        late = early.replace("early", "late")
        Store(ROOT).write(late, b"")
        counts = [all(f.believes(n) for f in fence.fences(Store(ROOT))) for n in (early, late)]
    assert counts == [True, False]


def test_a_run_that_was_paused_past_its_lease_comes_back_to_nothing() -> None:
    with world() as there:
        paused = lease.take(ROOT, WORKSPACE, SECONDS)
        begin(paused)
        there.now += 20
        begin(lease.take(ROOT, "p1of2", SECONDS))
        begin(lease.take(ROOT, "p2of2", SECONDS))
        paused.renew()
        with pytest.raises(LeaseLostError):
            paused.check()


def test_who_refuses_leaves_nothing_in_the_way() -> None:
    with world(), ExitStack() as held:
        take_all(held, Partition(2, 1))
        for _ in range(2):
            with pytest.raises(WorkspaceBusyError):
                take_all(held, None)
        take_all(held, Partition(2, 2))


def test_a_sealed_scope_with_its_fence_is_left_alone() -> None:
    with world():
        for partition in (Partition(2, 1), None, None):
            with hold(ROOT, partition):
                pass
        names = Store(ROOT).names(fence.FOLDER)
    assert fence.newest_tokens(names) == {"p1of2": 2, "workspace": 2}
