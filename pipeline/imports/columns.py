"""The fields of VideoEspresso's rows under all the names that they go by.

Train and test differ (hshjerry/VideoEspresso, issue 21), readers of the test file differ among each
other by singular and plural, and re-users added times.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "question": ("question",),
    "answer": ("answer",),
    "video": ("video_path", "video"),
    "task": ("task",),
    "frames": (
        *("core_frames_paths", "core_frames_path", "core_frame_paths", "core_frame_path"),
        *("keyframe_path", "keyframe_paths", "keyframes_path", "keyframes_paths"),
        *("key_frame_path", "key_frame_paths"),
    ),
    "captions": (
        *("core_frames_captions", "core_frames_caption", "core_frame_captions"),
        *("core_frame_caption", "keyframe_captions", "keyframe_caption"),
    ),
    "times": ("core_frames_timestamps", "core_frame_timestamps"),
    "key_items": ("key_items", "key_item"),
    "evidence": ("evidence",),
    "options": ("options",),
    "correct": ("correct_answer",),
}
_FIELD: Final = {name: field for field, names in _NAMES.items() for name in names}


@dataclass(frozen=True)
class Fields:
    """A row by our names of its fields."""

    values: Mapping[str, Any]
    unknown: tuple[str, ...]
    """Names that mean nothing to us."""
    contradicting: tuple[str, ...]
    """Our names of fields that stand there twice with different values; the first one counts."""

    def text(self, field: str) -> str:
        """A field's text without the space around it; empty where it has none."""
        value = self.values.get(field)
        return value.strip() if isinstance(value, str) else ""


def fields_of(row: Mapping[str, Any]) -> Fields:
    """The fields of a row."""
    values: dict[str, Any] = {}
    unknown: list[str] = []
    contradicting: list[str] = []
    for name, value in row.items():
        field = _FIELD.get(name.strip().casefold().replace(" ", "_").replace("-", "_"))
        if field is None:
            unknown.append(name)
        elif field in values and values[field] != value:
            contradicting.append(field)
        else:
            values.setdefault(field, value)
    return Fields(values, tuple(unknown), tuple(contradicting))
