"""Names of jobs."""

from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.submission.names import JobName, absolute, hash_of


def test_a_name_is_read_as_it_was_written() -> None:
    name = JobName("cooking-2.1_x", hash_of("/shared/work"), 12)
    assert JobName.read(str(name)) == name
    assert JobName.read("raysubmit_4LamXRuQpYdSMg7J") is None


def test_a_workspace_has_one_hash_however_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert absolute("work/") == absolute(f"{tmp_path}/x/../work") == str(tmp_path / "work")
    assert absolute("s3://bucket/built/") == absolute("s3://bucket//built") == "s3://bucket/built"


def test_credentials_in_a_workspace_never_get_into_a_job() -> None:
    with pytest.raises(UsageError, match="credentials come from the environment"):
        absolute("s3://id:secret@bucket/work")
