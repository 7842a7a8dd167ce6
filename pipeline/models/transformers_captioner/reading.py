"""What a prompt's caller gets for what the model has written."""

from dataclasses import replace
from typing import Final

from pipeline.models.caption_prompt import read_captions
from pipeline.models.captioner import Captioned, FrameCaption
from pipeline.models.failure import ModelFailure
from pipeline.models.transformers_captioner.generation import Written
from pipeline.models.transformers_captioner.prompt import Prompt
from pipeline.outcome import Usage

_ILL_FORMED: Final = {"Truncated", "WrongForm"}
ATTEMPTS: Final = 2
"""At one prompt whose answer has no end or not the form that was asked for."""


def read(prompt: Prompt, result: Written | ModelFailure) -> Captioned | ModelFailure:
    """The captions of the prompt's frames, or what is wrong; with the usage of all attempts."""
    if isinstance(result, ModelFailure):
        return replace(result, usage=prompt.usage)
    usage = Usage(
        prompt.usage.tokens_in + prompt.tokens_in, prompt.usage.tokens_out + result.tokens
    )
    if not result.ended:
        return ModelFailure(
            "Truncated",
            f"the caption had no end after {prompt.max_tokens} tokens: raise captioner.max_tokens "
            "in the recipe",
            usage=usage,
        )
    captions = read_captions(result.text, prompt.frames)
    if isinstance(captions, str):
        return ModelFailure("WrongForm", captions, usage=usage)
    return Captioned(tuple(map(FrameCaption, captions)), usage)


def worth_another(prompt: Prompt, answer: Captioned | ModelFailure) -> bool:
    """Whether the prompt should be asked again, sampled."""
    return (
        isinstance(answer, ModelFailure)
        and answer.error_class in _ILL_FORMED
        and prompt.attempt + 1 < ATTEMPTS
    )
