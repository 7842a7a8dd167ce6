"""`grades_<input>_<protocol>` of the protocols in which a language model judges."""

from typing import Final

from pipeline.recipe.evaluation import ProtocolName

PROMPTS: Final[dict[ProtocolName, str]] = {}
