"""An S3 server on loopback: moto's, which speaks the real protocol, in a process of its own."""

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

BUCKET = "bucket"
SECRET = "hidden-in-every-message"


@contextmanager
def serving() -> Iterator[str]:
    """The endpoint of a running server with one empty bucket; skips where moto is missing."""
    pytest.importorskip("moto.server")
    pytest.importorskip("obstore")
    command = [sys.executable, "-W", "ignore", "-m", "tests.fakes.s3"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, text=True, **pipes) as process:  # type: ignore[call-overload]
        endpoint = process.stdout.readline().strip()
        try:
            make_bucket(endpoint, BUCKET)
            yield endpoint
        finally:
            process.stdin.close()


def make_bucket(endpoint: str, name: str) -> None:
    with urllib.request.urlopen(urllib.request.Request(f"{endpoint}/{name}", method="PUT")):
        pass


def environment(endpoint: str) -> dict[str, str]:
    """What a user would have set."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": SECRET,
    }


def serve() -> None:
    """Serve until standard input ends."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    sys.stdout.write(f"http://{host}:{port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    serve()
