"""What rules know besides the row: thresholds, the folder, and what several of them share."""

from dataclasses import dataclass, field
from pathlib import Path

from pipeline.validation.lengths import Lengths
from pipeline.validation.limits import Limits
from pipeline.validation.near import NearTexts
from pipeline.validation.readers.source import Source


@dataclass
class Context:
    """One validation."""

    source: Source
    limits: Limits
    labels: list[str] = field(default_factory=list)
    """What findings call each row, by its ordinal."""
    texts: NearTexts = field(init=False)
    lengths: Lengths = field(init=False)

    def __post_init__(self) -> None:
        self.texts = NearTexts(self.limits.near_duplicate)
        self.lengths = Lengths(self.source.root)

    @property
    def root(self) -> Path:
        """The folder that media paths start from."""
        return self.source.root
