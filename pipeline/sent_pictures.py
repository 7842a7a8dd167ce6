"""The pictures that a model was shown, found again by the hash that stands in its request."""

from collections.abc import Iterable, Mapping

from pipeline.calls import ModelCall
from pipeline.engine.browse import read_table
from pipeline.engine.workspace import Workspace
from pipeline.llm.request import Picture
from pipeline.models.picture import shrink_jpeg
from pipeline.recipe import EndpointWriterSettings, Recipe
from pipeline.records import Frame, Group
from pipeline.store import BlobStore

_SHOWN = "sha256:"


def sent_pictures(
    workspace: Workspace, recipe: Recipe, group: Group, calls: Iterable[ModelCall]
) -> Mapping[str, bytes]:
    """JPEGs by a name for a file, `<frame index>-<hash>.jpg`; only those that calls sent.

    A picture that was made smaller is made smaller again: it is the same if its hash is.
    """
    wanted = {sha for call in calls for sha in _hashes(call)}
    blobs, found = BlobStore(workspace.store), dict[str, bytes]()
    for frame in read_table(workspace, "frames", Frame, {"id": group.frame_ids}):
        stored = blobs.read(frame.blob, frame.offset, frame.length)
        for size in _sizes(recipe):
            jpeg = stored if size is None else shrink_jpeg(stored, size)
            sha = Picture("", jpeg).sha256
            if sha in wanted:
                found[f"{frame.frame_index:07d}-{sha[:12]}.jpg"] = jpeg
    return found


def _hashes(call: ModelCall) -> Iterable[str]:
    for message in call.messages:
        content = message["content"]
        for part in () if isinstance(content, str) else content:
            if part["type"] == "image_url":
                yield part["image_url"]["url"].removeprefix(_SHOWN)


def _sizes(recipe: Recipe) -> set[int | None]:
    identity = recipe.identity
    writers = (identity.writer, identity.judge, identity.policy)
    return {w.image_long_side for w in writers if isinstance(w, EndpointWriterSettings)}
