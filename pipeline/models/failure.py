"""What a model gives back in place of an answer it could not give."""

from dataclasses import dataclass

from pipeline.outcome import NOTHING, Failed, Usage


@dataclass(frozen=True, slots=True)
class ModelFailure:
    """Why one piece of work has no answer; its stage makes it a `Failed` outcome.

    Backends return it for what belongs to that piece alone (bytes that are no picture, an
    endpoint's refusal). What makes every piece fail, such as a missing model, is raised.
    """

    error_class: str
    """A short CamelCase name, as in `Failed`."""
    message: str
    """One sentence."""
    attempts: int = 1
    usage: Usage = NOTHING
    """What was spent in vain."""

    def outcome(self) -> Failed:
        """What the stage commits for it."""
        return Failed(self.error_class, self.message, self.attempts, self.usage)
