"""What every run needs of a machine, found out without starting Ray."""

import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import pipeline
from pipeline.doctor.check import INSTALL, Check

DECODERS: Final = ("h264", "hevc", "vp9", "av1", "mpeg2video")
LEAST_DISK: Final = 5 * 2**30
"""Bytes. Frames of an hour of video at one a second are near 1 GiB, and Ray spills to disk."""
LEAST_SHARED_MEMORY: Final = 2**30
"""Bytes. With less, Ray keeps its object store on disk."""
GPU_SECONDS: Final = 2.0


def machine_checks(folder: Path) -> list[Check]:
    """What every run needs, whatever its recipe; `folder` is on the disk of the workspaces."""
    return [
        Check("python", "ok", platform.python_version()),
        Check("demitasse", "ok", pipeline.__version__),
        *_pyav(),
        _imported("opencv", _opencv),
        _imported("decord", _decord, optional=True),
        _ray(),
        _gpu(),
        _space("disk", folder, LEAST_DISK, "give --work a folder on a disk with more room"),
        _space(
            "shared memory",
            Path("/dev/shm"),
            LEAST_SHARED_MEMORY,
            "Ray works slower; in a container: docker run --shm-size=2g",
        ),
    ]


def gpus() -> list[str]:
    """The names of NVIDIA's devices, by the driver's own tool; none where it does not answer."""
    check = _gpu()
    known = check.state == "ok" and not check.detail.startswith("none")
    return check.detail.split(", ") if known else []


def _pyav() -> Iterator[Check]:
    """PyAV, and a decoder for each codec that datasets come in."""
    try:
        import av
        from av.codec.codec import UnknownCodecError
    except ImportError as error:
        yield Check("pyav", "missing", str(error), INSTALL)
        return
    yield Check("pyav", "ok", av.__version__)
    for codec in DECODERS:
        name = f"decoder {codec}"
        try:
            yield Check(name, "ok", av.Codec(codec, "r").long_name)
        except UnknownCodecError:
            mend = "pip install --force-reinstall --only-binary av av"
            yield Check(name, "missing", f"this build of PyAV decodes no {codec}", mend)


def _opencv() -> str:
    import cv2

    return str(cv2.__version__)


def _decord() -> str:
    import decord

    return str(decord.__version__)


def _imported(name: str, load: Callable[[], str], *, optional: bool = False) -> Check:
    """A native library that is there and loads; `load` returns its version."""
    try:
        return Check(name, "ok", load())
    except (ImportError, OSError, RuntimeError) as error:  # absent, or a shared library it needs is
        if optional:
            return Check(name, "warning", f"{error}; PyAV decodes alone", f"pip install {name}")
        return Check(name, "missing", str(error), INSTALL)


def _ray() -> Check:
    try:
        found = version("ray")
    except PackageNotFoundError:
        return Check("ray", "missing", "not installed", INSTALL)
    return Check("ray", "ok", f"{found}, {_processors()} CPUs")


def _processors() -> int:
    """Those this process may use, where the system tells."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _gpu() -> Check:
    """NVIDIA devices, by the driver's own tool; every model also runs on processors."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return Check("gpu", "ok", "none: models run on the CPU")
    command = [tool, "--query-gpu=name", "--format=csv,noheader"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=GPU_SECONDS, check=True
        )
    except (subprocess.SubprocessError, OSError) as error:
        return Check("gpu", "warning", f"nvidia-smi does not answer: {error}")
    names = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    return Check("gpu", "ok", ", ".join(names) or "none: models run on the CPU")


def _space(name: str, folder: Path, least: int, advice: str) -> Check:
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Check(name, "warning", f"{folder}: {error.strerror}; {advice}")
    detail = f"{free / 2**30:.1f} GiB free in {folder}"
    if free < least:
        return Check(name, "warning", f"{detail}, under {least / 2**30:.0f} GiB: {advice}")
    return Check(name, "ok", detail)
