"""When a question is asked, as Pause-and-Think writes it beside its rows."""

from typing import Any, Final

from pipeline.validation.readers.fields import Fields

_MAPPINGS: Final = ("ek_mapping", "ego4d_mapping", "assembly_mapping", "clip_mapping")
"""Where clips come from, by the dataset that they were cut from (the last is ours): a record, or a
list of them."""


def question_point(fields: Fields) -> tuple[float | None, float | None]:
    """The moment of the question, and where the video that is shown ends; None where not told."""
    for name in _MAPPINGS:
        found: Any = fields.raw.get(name)
        for mapping in found if isinstance(found, list) else [found]:
            point = Fields(mapping).record("question_point") if isinstance(mapping, dict) else None
            if point is not None:
                shown = point.number("question_video_duration_sec", "clip_duration_sec")
                asked = point.number("clip_relative_sec")
                return (shown if asked is None else asked), shown
    return None, None
