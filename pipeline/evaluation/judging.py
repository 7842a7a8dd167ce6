"""What judges answer, protocol by protocol, and how their scores become one.

| protocol | the judge gives | one number |
|---|---|---|
| `subjective` | logic, factuality, accuracy, conciseness, overall: 1 to 10 | means x 10 |
| `pause-and-think`, binary | valid or not | 0 or 1 |
| `pause-and-think`, weighted | action, location, property: 0 or 1 | 0.6, 0.2, 0.2 of them |
| `route` | direction, landmark, logic: 0 to 5 | their mean |

Sources: VideoEspresso, figure 10 and table 2; Pause-and-Think's README and code; Ego-ST's
evaluation. Scores are whole numbers and nothing else: 7.5, "8/10" or 11 make a reply malformed, and
none is rounded or clipped into one.
"""

import json
import re
from collections.abc import Sequence
from statistics import fmean
from typing import Annotated, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.evaluation.answers.parsed import Parsed, Unparsed

OneToTen = Annotated[int, Field(ge=1, le=10, strict=True)]
ZeroToFive = Annotated[int, Field(ge=0, le=5, strict=True)]
ZeroOrOne = Literal[0, 1]

ACTION: Final = 0.6
LOCATION: Final = 0.2
PROPERTY: Final = 0.2
"""What each part of an assistive answer counts (Pause-and-Think's code)."""


class _Judgement(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class SubjectiveScores(_Judgement):
    """An open answer against its reference."""

    logic: OneToTen
    """The reasoning holds together."""
    factuality: OneToTen
    """Nothing is said that the video does not show."""
    accuracy: OneToTen
    """What is described is described as it is."""
    conciseness: OneToTen
    """Nothing is said that the question does not need."""
    overall: OneToTen
    """The judge's own summary, no mean of the others."""


class AssistiveVerdict(_Judgement):
    """Whether a suggestion may be followed."""

    reason: str
    valid: bool

    @property
    def score(self) -> float:
        """0 or 1."""
        return float(self.valid)


class AssistiveScores(_Judgement):
    """A suggestion by its parts."""

    reason: str
    action: ZeroOrOne
    """What is to be done is right, or another valid way to the same goal."""
    location: ZeroOrOne
    """Where it is to be done."""
    object_property: ZeroOrOne
    """With which object, of which kind or colour."""

    @property
    def score(self) -> float:
        """0 to 1."""
        return ACTION * self.action + LOCATION * self.location + PROPERTY * self.object_property


class RouteScores(_Judgement):
    """A description of a route against the true one."""

    direction: ZeroToFive
    """Turns; invented ones cost."""
    landmark: ZeroToFive
    """What is passed; missing ones cost, further ones do not."""
    logic: ZeroToFive
    """Order and meaning."""

    @property
    def score(self) -> float:
        """0 to 5."""
        return (self.direction + self.landmark + self.logic) / 3


Judgement = TypeVar("Judgement", bound=BaseModel)

_FENCED: Final = re.compile(r"```(?:json)?\s*(.*?)```", re.DOTALL)


def read_judgement(reply: str, kind: type[Judgement]) -> Parsed[Judgement] | Unparsed:
    """A judge's reply as scores: one JSON object, alone, in a fence, or with prose around it.

    Args:
        kind: one of the classes above; its JSON schema is what the judge is to be given.
    """
    objects = [o for text in _FENCED.findall(reply) or [reply] for o in _objects(text)]
    if not objects:
        return Unparsed("no_answer" if reply.strip() else "empty", "it has no JSON object")
    if any(o != objects[0] for o in objects):
        return Unparsed("several", f"it has {len(objects)} JSON objects that differ")
    try:
        return Parsed(kind.model_validate(objects[0]))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the object"
        return Unparsed("malformed", f"{where}: {first['msg']}")


def _objects(text: str) -> list[object]:
    """Every JSON object that a text has, not those inside of others."""
    decoder, found, place = json.JSONDecoder(), list[object](), text.find("{")
    while place >= 0:
        try:
            value, end = decoder.raw_decode(text, place)
        except ValueError:
            end = place + 1
        else:
            found.append(value)
        place = text.find("{", end)
    return found


def subjective_table(scores: Sequence[SubjectiveScores]) -> dict[str, float]:
    """Means times 10 by column, as VideoEspresso's table 2 has them; empty without scores."""
    if not scores:
        return {}
    return {
        name: 10 * fmean(getattr(score, name) for score in scores)
        for name in SubjectiveScores.model_fields
    }
