"""What of the calls to language models is about one video, in the journals and in batches."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.engine.tracing import Trace
from pipeline.llm import attempts, responses
from pipeline.llm.batch import files as batches
from pipeline.llm.forgetting import Touched, rewrite, touched
from pipeline.llm.journal import records
from pipeline.store import Store

_SAID = ("request", "reply", "message")
"""What an attempt holds of the content; its figures stay, for they were spent."""


@dataclass(frozen=True)
class Said:
    """Records that are about a video."""

    answers: tuple[Touched, ...]
    attempts: tuple[Touched, ...]
    batches: tuple[str, ...]
    """Files that name what the lines of a batch stood for."""
    about: Callable[[Mapping[str, Any]], bool]


def asking_units(store: Store) -> frozenset[str]:
    """Names of all units that ever asked."""
    found = {record["unit"] for record in records(store, responses.FORM, ["unit"])}
    found |= {record["unit"] for record in records(store, attempts.FORM, ["unit"])}
    for state in batches.states(store):
        found |= {line.unit for line in batches.lines_of(store, state).values()}
    return frozenset(found)


def find_said(store: Store, trace: Trace, keys: frozenset[str]) -> Said:
    """All that was asked and answered about a traced video.

    A request is stored with the unit that asked first, and rows name the keys of theirs. Where the
    unit is one of which no row is left, nobody can tell whose the request was, so it counts as the
    video's.

    Args:
        trace: with all of `asking_units` watched.
        keys: of the requests behind the video's rows.
    """

    def about(record: Mapping[str, Any]) -> bool:
        unit = record["unit"]
        if record["key"] in keys or unit in trace.unit_ids.get(record["stage"], ()):
            return True
        video, of_a_video, _ = unit.partition("/")
        return video == trace.video or unit in trace.ids or not (of_a_video or unit in trace.seen)

    def told(record: Mapping[str, Any]) -> bool:
        return about(record) and any(record[name] for name in _SAID)

    columns = ["key", "stage", "unit"]
    lists = [
        state.id
        for state in batches.states(store)
        if any(about(_asker(line)) for line in batches.lines_of(store, state).values())
    ]
    return Said(
        tuple(touched(store, responses.FORM, columns, about)),
        tuple(touched(store, attempts.FORM, [*columns, *_SAID], told)),
        tuple(lists),
        about,
    )


def _asker(line: batches.Line) -> dict[str, Any]:
    """What says whose a line of a batch is."""
    return {"key": line.key, "stage": line.stage, "unit": line.unit}


def forget(store: Store, said: Said) -> None:
    """Remove the answers and lines, and the words of the attempts."""
    for file in said.answers:
        rewrite(store, responses.FORM, file.name, lambda r: None if said.about(r) else r)
    for file in said.attempts:
        rewrite(store, attempts.FORM, file.name, lambda r: _muted(r) if said.about(r) else r)
    for state in batches.states(store):
        if state.id in said.batches:
            name = f"{batches.FOLDER}/{state.id}.lines"
            lines = store.read(name).splitlines(keepends=True)
            store.write(name, b"".join(line for line in lines if not said.about(json.loads(line))))


def _muted(record: dict[str, Any]) -> dict[str, Any]:
    return {**record, "request": None, "reply": None, "message": ""}
