"""Which video a user means: by its path, its content id, or the beginning of that."""

from collections.abc import Iterator
from pathlib import Path

from pipeline.engine.pruning import open_part
from pipeline.engine.workspace import Workspace
from pipeline.errors import UnknownUnitError, UsageError
from pipeline.removals import removals

_SHOWN = 5


def find_video(workspace: Workspace, source: str, name: str) -> str:
    """The content id of a video that the workspace knows, or that was removed from it.

    Args:
        source: the stage that finds videos in files.
        name: a path as the inputs have it or from here, an id, or a prefix that only one id has.

    Raises:
        UnknownUnitError: no video is called that.
        UsageError: several are.
    """
    pairs = set(_known(workspace, source))
    ids = {video for _, video in pairs} | {r.id for r in removals(workspace.store)}
    path = Path(name).expanduser().absolute().as_posix()
    of_path = {video for file, video in pairs if file in (name, path)}
    matching = ({name} & ids) or of_path or {video for video in ids if video.startswith(name)}
    matching |= _content(Path(name).expanduser(), ids) if not matching else set()
    if not matching or not name:
        raise UnknownUnitError(
            f"{workspace.root} knows no video {name!r}: give a path as the inputs of its "
            "recipe have it, or an id or the beginning of one; `demitasse inspect` shows ids"
        )
    if len(matching) > 1:
        some = ", ".join(sorted(matching)[:_SHOWN])
        raise UsageError(
            f"{name!r} may be {len(matching)} videos ({some} ...): give more of the id"
        )
    (video,) = matching
    return video


def _known(workspace: Workspace, source: str) -> Iterator[tuple[str, str]]:
    """Every file that was ever probed, and the video that it held."""
    for identity in workspace.identities(source):
        folder = workspace.stage_folder(source, identity)
        for name in workspace.store.names(folder):
            if not name.endswith(".parquet"):
                continue
            columns = ["source.list.element.id", "source.list.element.video"]
            with open_part(workspace.store, f"{folder}/{name}") as file:
                for batch in file.iter_batches(columns=columns):
                    for row in batch["source"].flatten().to_pylist():
                        yield row["id"], row["video"]


def _content(path: Path, ids: set[str]) -> set[str]:
    """The id of a file that no input names, if the workspace knows its content."""
    if not path.is_file():
        return set()
    from pipeline.media.probe import content_hash

    return {content_hash(path)} & ids
