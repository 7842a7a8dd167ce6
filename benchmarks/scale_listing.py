"""Listing a bucket: the inputs of a recipe that names a prefix of an object store.

moto serves the bucket from memory on loopback, in a process of its own. It is slower than a real
store, which answers a page of 1,000 keys in some 100 ms, so the figure is an upper bound of ours.
"""

import os
import time
from typing import Any

from benchmarks.scale_case import forget_peak, peak_mb
from tests.fakes.s3 import BUCKET, environment, serving

_AT_ONCE = 32
"""Puts in flight."""


def listed_on_s3(keys: int) -> dict[str, Any]:
    """Find so many videos below a prefix."""
    from pipeline.inputs import find_inputs

    with serving() as endpoint:
        os.environ |= environment(endpoint)
        _fill(endpoint, keys)
        forget_peak()
        wall, cpu = time.perf_counter(), time.process_time()
        inputs = find_inputs([f"s3://{BUCKET}/videos"])
        return {
            "inputs": len(inputs),
            "wall_s": time.perf_counter() - wall,
            "cpu_s": time.process_time() - cpu,
            "peak_mb": peak_mb(),
        }


def _fill(endpoint: str, keys: int) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from obstore import put
    from obstore.store import S3Store

    store = S3Store(
        BUCKET,
        endpoint=endpoint,
        region="us-east-1",
        access_key_id="testing",
        secret_access_key="testing",
        client_options={"allow_http": True},
    )
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for _ in pool.map(lambda n: put(store, f"videos/{n:08d}.mp4", b"v"), range(keys)):
            pass
