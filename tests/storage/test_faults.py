"""What object stores do on bad days costs time and nothing else, or is one sentence."""

import time
from collections.abc import Iterator

import pytest

from pipeline.errors import StorageError
from pipeline.storage import bucket as client_of
from pipeline.storage.bucket import forget_clients
from pipeline.storage.place import Url
from pipeline.storage.remote import fetch, replace, version
from pipeline.store import Store
from tests.engine.chain import Run, numbers
from tests.fakes.s3 import BUCKET, SECRET
from tests.fakes.s3_proxy import Fault, Proxy, misbehaving


@pytest.fixture
def proxy(s3: str, bucket: Url, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """A proxy that behaves until it is told otherwise."""
    with misbehaving(s3) as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL", running.endpoint)
        forget_clients()
        yield running


DATA = bytes(range(256)) * 4096


@pytest.mark.parametrize("kind", ["503", "reset", "half", "slow"])
def test_a_bad_answer_to_a_read_is_asked_for_again(proxy: Proxy, bucket: Url, kind: str) -> None:
    store = Store(bucket)
    store.write("x", DATA)
    proxy.faults.append(Fault(kind, "GET .*/x", times=2))  # type: ignore[arg-type]
    assert store.read("x") == DATA


@pytest.mark.parametrize("kind", ["503", "reset", "lost", "slow"])
def test_a_bad_answer_to_a_write_is_tried_again(proxy: Proxy, bucket: Url, kind: str) -> None:
    store = Store(bucket)
    proxy.faults.append(Fault(kind, "PUT .*/x", times=2))  # type: ignore[arg-type]
    store.write("x", DATA)
    assert store.read("x") == DATA


@pytest.mark.parametrize("kind", ["503", "reset"])
def test_listings_and_removals_are_tried_again(proxy: Proxy, bucket: Url, kind: str) -> None:
    store = Store(bucket)
    store.write("f/x", b"1")
    proxy.faults.append(Fault(kind, "GET .*list-type", times=2))  # type: ignore[arg-type]
    proxy.faults.append(Fault(kind, "POST|DELETE", times=2))  # type: ignore[arg-type]
    assert store.names("f") == ["x"]
    store.remove("f/x")
    assert store.names("f") == []


def test_a_download_that_breaks_off_is_whole_in_the_end(
    proxy: Proxy, bucket: Url, tmp_path_factory: pytest.TempPathFactory
) -> None:
    Store(bucket).write("x", DATA)
    proxy.faults.append(Fault("half", "GET .*/x"))
    fetch(bucket / "x", tmp_path_factory.mktemp("here") / "x")
    target = tmp_path_factory.mktemp("there") / "x"
    fetch(bucket / "x", target)
    assert target.read_bytes() == DATA


def test_a_connection_that_stalls_is_given_up(
    proxy: Proxy, bucket: Url, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store(bucket).write("x", DATA)
    monkeypatch.setattr(client_of, "STALLED_SECONDS", 1)
    forget_clients()
    proxy.faults.append(Fault("stall", "GET .*/x"))
    started = time.monotonic()
    assert Store(bucket).read("x") == DATA
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("kind", ["503", "reset", "lost"])
def test_a_conditional_put_is_done_once_whatever_became_of_the_answer(
    proxy: Proxy, bucket: Url, kind: str
) -> None:
    proxy.faults.append(Fault(kind, "PUT .*/x", times=2))  # type: ignore[arg-type]
    done = replace(bucket / "x", b"mine", None)
    found = version(bucket / "x")
    assert found is not None
    assert (found.data, found.condition) == (b"mine", done)
    assert replace(bucket / "x", b"another's", None) is None
    proxy.faults.append(Fault(kind, "PUT .*/x", times=2))  # type: ignore[arg-type]
    assert replace(bucket / "x", b"mine again", done) is not None
    assert replace(bucket / "x", b"late", done) is None
    assert Store(bucket).read("x") == b"mine again"


@pytest.mark.parametrize("kind", ["503", "reset"])
def test_what_does_not_end_is_one_sentence(
    proxy: Proxy, bucket: Url, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_of, "RETRIES", 1)
    forget_clients()
    proxy.faults.append(Fault(kind, ".*", times=99))  # type: ignore[arg-type]
    words = "answers SlowDown: run the same" if kind == "503" else "cannot be reached, or does not"
    with pytest.raises(StorageError, match=words) as caught:
        Store(bucket).write("x", b"1")
    assert SECRET not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_bucket_is_named(bucket: Url) -> None:
    with pytest.raises(StorageError, match="cannot write s3://nobody/x: there is no such bucket"):
        Store(Url("s3", "nobody")).write("x", b"1")


def test_a_run_through_bad_weather_gives_the_same_rows(
    proxy: Proxy, bucket: Url, tmp_path_factory: pytest.TempPathFactory
) -> None:
    values = numbers([float(v) for v in (1, 2, 3, 13, 404, 4, 5)])
    expected = Run(tmp_path_factory.mktemp("w"), values)
    expected.go()
    proxy.faults += [
        Fault("503", f"PUT .*{BUCKET}.*part", times=2),
        Fault("lost", "PUT .*part"),
        Fault("reset", "GET .*part", times=2),
        Fault("half", "GET .*plan"),
        Fault("lost", "PUT .*leases", times=2),
        Fault("503", "list-type", times=2),
    ]
    stormy = Run(bucket, values)
    stormy.go()
    assert stormy.result() == expected.result()
    assert not [fault for fault in proxy.faults[:3] if fault.times]
    assert Run(bucket, values).go().ran == {"squares": 0, "sums": 0}
