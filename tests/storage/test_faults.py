"""What object stores do on bad days costs time and nothing else, or is one sentence."""

import errno
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import MissingDependencyError, StorageError
from pipeline.storage import bucket as client_of
from pipeline.storage import remote
from pipeline.storage.bucket import forget_clients
from pipeline.storage.place import Url
from pipeline.storage.remote import fetch, replace, version
from pipeline.store import Store
from tests.engine.chain import Run, numbers
from tests.fakes import s3_proxy
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


def test_a_full_disk_is_not_told_as_an_error_of_the_object_store(
    bucket: Url, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Store(bucket).write("x", DATA)

    def full(url: Url) -> Iterator[bytes]:
        yield b"1"
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(remote, "_pieces", full)
    with pytest.raises(StorageError, match=r"cannot write .*here: the disk is full"):
        fetch(bucket / "x", tmp_path / "here")


def test_a_missing_client_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    forget_clients()
    with pytest.raises(MissingDependencyError, match=r"pip install 'demitasse\[object-storage\]'"):
        Store(Url("s3", "b")).read("x")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("SignatureDoesNotMatch", "the secret does not fit the access key: check the credentials"),
        ("AccessDenied", "access is denied: check the credentials"),
        ("ExpiredToken", "the credentials have expired"),
    ],
)
def test_a_refusal_says_what_to_do_and_nothing_of_what_the_server_said(
    proxy: Proxy, bucket: Url, code: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        s3_proxy,
        "REFUSED",
        f"<Error><Code>{code}</Code><AWSAccessKeyId>{SECRET}</AWSAccessKeyId></Error>".encode(),
    )
    proxy.faults.append(Fault("403", ".*", times=99))
    with pytest.raises(StorageError, match=words) as caught:
        Store(bucket).read("x")
    assert SECRET not in "".join(traceback.format_exception(caught.value))
