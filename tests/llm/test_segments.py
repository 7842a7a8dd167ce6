"""Journals on an object store lose no answer either."""

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from pipeline.errors import StorageError
from pipeline.llm import journal, segments
from pipeline.llm.attempts import FORM as ATTEMPTS
from pipeline.llm.attempts import Asked, Attempts, spent
from pipeline.llm.journal import journals, sealed_files, tidy
from pipeline.llm.price import Bound
from pipeline.llm.responses import FORM, Responses, of_unit
from pipeline.storage.bucket import forget_clients
from pipeline.storage.place import Url
from pipeline.store import Store
from tests.fakes.s3_proxy import Fault, Proxy, misbehaving
from tests.llm.test_responses import answer, number

DYING = """
import sys, time
from pipeline.llm.responses import Responses
from pipeline.storage.place import url
from pipeline.store import Store
from tests.llm.test_responses import answer, number
writer = Responses(Store(url(sys.argv[1])))
for value in range(50):
    writer.add(answer(number(value)))
while writer._journal._end._waiting:
    time.sleep(0.01)
print("added", flush=True)
writer.add(answer(number(50)))
time.sleep(60)
"""


@pytest.fixture
def proxy(s3: str, bucket: Url, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    with misbehaving(s3) as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL", running.endpoint)
        forget_clients()
        yield running


def test_an_answer_is_found_before_and_after_it_is_sent_and_sealed(bucket: Url) -> None:
    store = Store(bucket)
    writer = Responses(store)
    for value in range(300):
        writer.add(answer(number(value)))
        assert writer.find(number(value)) == answer(number(value))
    assert writer.find(number(0)) == answer(number(0))
    writer.seal()
    writer.add(answer(number(300)))
    assert all(writer.find(number(v)) == answer(number(v)) for v in (0, 150, 299, 300))
    writer.close()
    assert (len(sealed_files(store, FORM)), len(journals(store, FORM))) == (1, 1)
    reader = Responses(store)
    assert all(number(v) in reader for v in range(301))
    assert len(list(of_unit(store, "questions", "u"))) == 301


def test_records_that_come_together_share_a_put(bucket: Url, proxy: Proxy) -> None:
    proxy.faults.append(Fault("slow", "PUT .*journal", times=1))
    writer = Responses(Store(bucket))
    for value in range(500):
        writer.add(answer(number(value)))
    writer.close()
    assert len([r for r in proxy.seen if r.startswith("PUT")]) < 50


def test_what_a_killed_process_had_sent_is_there(bucket: Url) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", DYING, str(bucket)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "added\n"
        process.kill()
    store = Store(bucket)
    reader = Responses(store)
    assert all(reader.find(number(v)) == answer(number(v)) for v in range(50))
    tidy(store, [FORM])
    assert journals(store, FORM) == []
    assert len(store.names(FORM.folder)) == len(sealed_files(store, FORM)) == 1
    assert all(reader.find(number(v)) == answer(number(v)) for v in range(50))


def test_a_crash_between_sealing_and_removing_doubles_nothing(
    bucket: Url, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(bucket)
    log = Attempts(store)
    for call in ("a", "b", "c"):
        log.sent(Asked("questions", "u", "k", "fake"), Bound(10, 0.5), time.time(), call)
    log.close()
    with monkeypatch.context() as patch:
        patch.setattr(Store, "remove", lambda *_: None)
        tidy(store, [ATTEMPTS])
    assert spent(store).requests == 3
    tidy(store, [ATTEMPTS])
    assert len(store.names(ATTEMPTS.folder)) == 1
    assert spent(store).requests == 3


def test_what_cannot_be_sent_stops_the_writer(
    bucket: Url, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.storage.bucket.RETRIES", 0)
    monkeypatch.setattr("pipeline.storage.bucket.CUT_OFF_TRIES", 1)
    forget_clients()
    proxy.faults.append(Fault("503", "PUT", times=9))
    writer = Responses(Store(bucket))
    writer.add(answer(number(1)))
    with pytest.raises(StorageError, match="SlowDown"):
        for _ in range(1000):
            writer.add(answer(number(2)))
            time.sleep(0.01)
    with pytest.raises(StorageError, match="SlowDown"):
        writer.close()


def test_appending_waits_where_sending_is_slow(
    bucket: Url, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "WAITING_BYTES", 1000)
    end = segments.Segments(Store(bucket), "things/journal-a")
    for value in range(100):
        end.append(b"x" * 99 + b"\n")
        assert end._waiting <= 1100, value
    end.close()
    assert end.size == 10_000
    pieces = Store(bucket).names("things")
    assert journal.sealed_name(pieces[0]) == "sealed-a.parquet"
    assert sum(e.size for e in Store(bucket).entries("things")) == 10_000
