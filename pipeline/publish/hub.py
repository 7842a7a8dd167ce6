"""A dataset on a hub: what it holds, and one commit at a time.

Why commits of our own and not `HfApi.upload_folder`, as of huggingface_hub 2.4 (which has no
`upload_large_folder` any more: `upload_folder` does its work):

- With hf_xet installed `upload_folder` commits every few hundred files. Who loads the dataset in
  between, or after an upload that was broken off, gets shards of two versions. `create_commit` is
  one commit: the old dataset or the new one.
- Its `delete_patterns` delete by name whatever they match, also files of the user's, and only the
  first of its commits does. In `create_commit` the files that went are named one by one.
- It resumes because content is stored under its hash. So does `preupload_lfs_files`, which is
  called here for a group of files after the other: what a group stored is there for good, and a
  second push finds it by its hash. Only the commit, which holds the small files, is sent again.
- `parent_commit` makes the commit fail where somebody else has committed since we looked;
  `upload_folder` passes it on to its first commit only.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from pipeline.errors import HubError, UsageError
from pipeline.publish.hub_errors import LOGIN, hub_errors

if TYPE_CHECKING:
    from huggingface_hub import CommitOperationAdd, HfApi

_DATASET: Final = "dataset"
_GROUP: Final = 32
"""Files that are stored at a time: few enough to lose little, many enough to keep the line busy."""


@dataclass(frozen=True)
class Remote:
    """A dataset of a hub as it was when we looked."""

    repo: str
    """`user/name`."""
    url: str
    private: bool
    head: str
    """The newest commit."""
    files: dict[str, str]
    """Content by path: the SHA-256 of a large file, git's name of a small one."""


def check_ready(repo: str) -> None:
    """Say what is in the way of a push before anything is built; asks no hub.

    Raises:
        UsageError: `repo` cannot be a dataset's name.
        HubError: nobody is logged in.
        MissingDependencyError: huggingface_hub is not installed.
    """
    with hub_errors(repo):
        from huggingface_hub import get_token, utils

        utils.validate_repo_id(repo)  # type: ignore[attr-defined]
        logged_in = get_token() is not None
    if repo.count("/") != 1:
        raise UsageError(f"--push {repo!r}: name the user or organisation too, as in user/name")
    if not logged_in:
        raise HubError(f"nobody is logged in to the hub: {LOGIN}")


def open_dataset(repo: str, *, public: bool) -> Remote:
    """Look at a dataset, and make it where there is none.

    Args:
        public: whether a new one is, and whether one that is public already may be used.

    Raises:
        UsageError: it is public and was not said to be.
        HubError: the hub refuses or cannot be reached.
    """
    with hub_errors(repo):
        from huggingface_hub import RepoFile

        api = _api()
        api.create_repo(repo, repo_type=_DATASET, private=not public, exist_ok=True)
        info = api.repo_info(repo, repo_type=_DATASET)
        private, head = bool(info.private), str(info.sha)
        if not (private or public):
            raise UsageError(
                f"{repo} is public: push with --public, or make it private first with "
                f"`hf repos settings {repo} --type dataset --private`"
            )
        tree = api.list_repo_tree(repo, recursive=True, revision=head, repo_type=_DATASET)
        files = {
            entry.path: entry.lfs.sha256 if entry.lfs else entry.blob_id
            for entry in tree
            if isinstance(entry, RepoFile)
        }
        return Remote(repo, f"{api.endpoint}/datasets/{repo}", private, head, files)


def read(remote: Remote, name: str) -> bytes:
    """One small file of it.

    Raises:
        HubError: the hub refuses or cannot be reached.
    """
    with hub_errors(remote.repo), TemporaryDirectory() as folder:
        place = _api().hf_hub_download(
            remote.repo, name, repo_type=_DATASET, revision=remote.head, local_dir=folder
        )
        return Path(place).read_bytes()


def store(
    remote: Remote, folder: Path, names: Sequence[str], progress: Callable[[int], None]
) -> "list[CommitOperationAdd]":
    """Store the content of large files, of which the hub lacks some; nothing of it is seen yet.

    Args:
        names: paths below `folder`, and in the dataset.
        progress: is told how many files are done.

    Returns:
        what `commit` needs to know of them.

    Raises:
        HubError: the hub refuses or cannot be reached; what was stored stays.
    """
    stored: list[CommitOperationAdd] = []
    with hub_errors(remote.repo):
        for group in _groups(names):
            added = [_addition(folder, name) for name in group]
            _api().preupload_lfs_files(remote.repo, added, repo_type=_DATASET, free_memory=False)
            stored += added
            progress(len(stored))
    return stored


def commit(
    remote: Remote, added: "Sequence[CommitOperationAdd]", gone: Sequence[str], message: str
) -> str:
    """Put files into the dataset and take others out, all at once.

    Returns:
        the commit.

    Raises:
        HubError: the hub refuses, or somebody committed since we looked; nothing was changed.
    """
    with hub_errors(remote.repo):
        from huggingface_hub import CommitOperationDelete

        removed = [CommitOperationDelete(name, is_folder=False) for name in gone]
        done = _api().create_commit(
            remote.repo,
            [*removed, *added],
            commit_message=message,
            repo_type=_DATASET,
            parent_commit=remote.head,
        )
        return done.oid


def without_bars() -> None:
    """No progress bars of the library: where nobody sees a terminal they fill a log."""
    from huggingface_hub.utils.tqdm import disable_progress_bars

    disable_progress_bars()


def _addition(folder: Path, name: str) -> "CommitOperationAdd":
    from huggingface_hub import CommitOperationAdd

    return CommitOperationAdd(name, folder / name)


def _groups(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), _GROUP):
        yield names[start : start + _GROUP]


def _api() -> "HfApi":
    from huggingface_hub import HfApi

    return HfApi(library_name="demitasse")
