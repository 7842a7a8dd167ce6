"""The table of rules, in the order in which they are reported."""

from typing import Final

from pipeline.validation.rule import Rule
from pipeline.validation.rules.balance import LENGTH_GAP, LETTER_BALANCE
from pipeline.validation.rules.boxes import BOXES
from pipeline.validation.rules.category import CATEGORY
from pipeline.validation.rules.difficulty import DIFFICULTY
from pipeline.validation.rules.duplicates import DUPLICATES
from pipeline.validation.rules.files import FILES
from pipeline.validation.rules.frames import CITATIONS, FRAMES
from pipeline.validation.rules.future import FUTURE
from pipeline.validation.rules.intervals import INTERVALS
from pipeline.validation.rules.leakage import LEAKAGE
from pipeline.validation.rules.media import MEDIA
from pipeline.validation.rules.options import OPTIONS
from pipeline.validation.rules.placeholders import PLACEHOLDERS
from pipeline.validation.rules.readable import READABLE
from pipeline.validation.rules.splits import SPLITS
from pipeline.validation.rules.tags import TAGS
from pipeline.validation.rules.tasks import TASKS
from pipeline.validation.rules.texts import TEXTS
from pipeline.validation.rules.voice import PERSPECTIVE, PRONOUNS

RULES: Final[dict[str, Rule]] = {
    rule.name: rule
    for rule in (
        READABLE,
        FILES,
        MEDIA,
        TEXTS,
        TASKS,
        TAGS,
        PLACEHOLDERS,
        FRAMES,
        CITATIONS,
        INTERVALS,
        BOXES,
        OPTIONS,
        LETTER_BALANCE,
        LENGTH_GAP,
        DIFFICULTY,
        SPLITS,
        DUPLICATES,
        LEAKAGE,
        FUTURE,
        PERSPECTIVE,
        PRONOUNS,
        CATEGORY,
    )
}
