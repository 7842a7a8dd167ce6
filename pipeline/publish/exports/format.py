"""What a format of export is: what it writes, by which conventions, and how."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from pipeline.publish.exports.box_forms import BoxForm
from pipeline.publish.exports.boxes import BoxWriter
from pipeline.publish.published import SampleRow

Add: TypeAlias = Callable[[SampleRow], None]
"""Writes one more sample."""


@dataclass(frozen=True)
class Job:
    """What a format is given to write from."""

    dataset: Path
    """For what is not in the samples: the captions of other frames."""
    folder: Path
    """Where the files grow."""
    boxes: BoxWriter
    videos: Mapping[str, Path]
    """The user's copies of videos, by the hash of their bytes."""


@dataclass(frozen=True)
class Format:
    """One consumer's form.

    `writing` opens the files in the job's folder and gives what adds a sample to them; they are
    complete when its block ends. It may keep nothing that grows with the dataset.
    """

    name: str
    consumer: str
    """Who reads it, for people."""
    writing: Callable[[Job], AbstractContextManager[Add]]
    box_forms: tuple[BoxForm, ...]
    """The conventions that its consumer can be given; the first where none is asked for."""
    box_place: str
    """Where in the files boxes are found, one sentence."""
    times: str
    """Which clock times are on, and where they are found, one sentence."""
    media: str
    """How pictures or clips are referred to, one sentence."""
    files: dict[str, str]
    """What each file is, by its name or pattern."""
    next_step: str
    """What to do with it: one line, with `{out}` for the folder and `{dataset}`."""
    pictures: bool = True
    """It needs the core frames' pictures."""
    notes: tuple[str, ...] = field(default=())
    """What else one must know to train on it."""

    def box_form(self, name: str | None) -> BoxForm | None:
        """The convention of this name, the format's own for None, or None for an unknown one."""
        if name is None:
            return self.box_forms[0]
        return next((form for form in self.box_forms if form.name == name), None)
