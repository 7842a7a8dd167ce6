"""What a model is asked under each protocol, and of which items it can be asked.

| form | asks for | protocols |
|---|---|---|
| `choice` | a letter | objective |
| `open` | a sentence or two | similarity, subjective, route |
| `assist` | a thought and an answer to the person | pause-and-think |
| `grounding` | when, and which option where there are some | grounding |
| `gated` | an answer, a thought, an answer | gated |

Protocols of one form share its answers.
"""

from collections.abc import Sequence
from typing import Final, Literal

from pipeline.recipe.evaluation import ProtocolName

Form = Literal["choice", "open", "assist", "grounding", "gated"]

FORM_OF: Final[dict[ProtocolName, Form]] = {
    "objective": "choice",
    "similarity": "open",
    "subjective": "open",
    "pause-and-think": "assist",
    "route": "open",
    "grounding": "grounding",
    "gated": "gated",
}


def forms_of(
    *, options: Sequence[object], answer: str, spans: Sequence[object]
) -> tuple[Form, ...]:
    """The forms in which an item can be asked: what a form asks for must have a key."""
    open_ended: tuple[Form, ...] = ("open", "assist") if answer else ()
    chosen: tuple[Form, ...] = ("choice", "gated") if options else ()
    return (*chosen, *open_ended, *(("grounding",) if spans else ()))
