"""What went wrong with a file, in one sentence with what to do."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.errors import StorageError
from pipeline.storage.place import Place

_ADVICE = {
    errno.ENOSPC: "the disk is full: free some space and run the same command again",
    errno.EDQUOT: "the disk quota is used up: free some space and run the same command again",
    errno.EROFS: "the file system is read-only: choose another place with --work",
    errno.EACCES: "permission denied: choose another place with --work or mend its permissions",
    errno.EPERM: "permission denied: choose another place with --work or mend its permissions",
    errno.ENOENT: "it is gone: was it removed while the run was going?",
}


@contextmanager
def storage_errors(action: str, path: Place) -> Iterator[None]:
    """Turn the operating system's error into one sentence with what to do."""
    try:
        yield
    except OSError as error:
        advice = _ADVICE.get(error.errno or 0, error.strerror or str(error))
        raise StorageError(f"cannot {action} {path}: {advice}") from error
