"""A vision-language model behind an OpenAI-compatible endpoint, asked where things are."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeAlias

from pipeline import prompts
from pipeline.llm.asking import Answered, Asking, Unanswered
from pipeline.llm.request import ChatRequest, Picture, Sampling
from pipeline.llm.session import Session, close, run
from pipeline.llm.structured import response_schema
from pipeline.models.box_conventions import Scale, scale_of, to_bbox
from pipeline.models.detector import Detected, DetectionRequest, ScoredBox
from pipeline.models.failure import ModelFailure
from pipeline.models.phrases import names_something
from pipeline.models.picture import decode, shrunk
from pipeline.models.replies import BoxesReply
from pipeline.outcome import Usage
from pipeline.recipe import EndpointDetectorSettings

_STAGE: Final = "detections"
_READ_AHEAD: Final = 16
"""Frames whose calls are made side by side; more would only wait in memory, for a worker has
several packs at work."""
SCORE: Final = 1.0
"""Of every box: these models say where, and not how sure they are. Their order is kept, and what
is left to judge them by is the box check."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """What is asked of one frame: a call for each of its phrases."""

    request: DetectionRequest
    scale: Scale
    chats: Mapping[str, ChatRequest]


_Reply: TypeAlias = Answered | Unanswered


class EndpointDetector:
    """See `pipeline.models.detector.Detector`.

    Each phrase is a call of its own, for in one prompt the boxes of a phrase would depend on the
    others. A phrase without a letter or digit is not asked for.
    """

    def __init__(self, settings: EndpointDetectorSettings, session: Session) -> None:
        """
        Raises:
            PromptError: the recipe's prompt is missing or malformed.
        """
        self.label = f"endpoint:{settings.name}"
        self._settings = settings
        self._session = session
        self._prompt = prompts.load(settings.prompt)

    def detect(self, requests: Iterable[DetectionRequest]) -> Iterator[Detected | ModelFailure]:
        """See the protocol.

        Raises:
            HaltedError: the run must stop; what was answered is stored.
        """
        # Made outside of the loop's own thread, on which it waits.
        asking = self._session.asking("detector", self._settings)
        waiting = iter(requests)
        while some := list(islice(waiting, _READ_AHEAD)):
            frames = [self._frame(request) for request in some]
            asked = [frame for frame in frames if isinstance(frame, _Frame)]
            replies = iter(run(_all(asking, asked)))
            for frame in frames:
                yield (
                    frame if isinstance(frame, ModelFailure) else self._found(frame, next(replies))
                )

    def close(self) -> None:
        """Let go of connections, and end the server that was started for this detector."""
        close(self._session)

    def _frame(self, request: DetectionRequest) -> _Frame | ModelFailure:
        picture = decode(request.frame, request.jpeg)
        if isinstance(picture, ModelFailure):
            return picture
        settings = self._settings
        picture, jpeg = shrunk(picture, request.jpeg, settings.image_long_side)
        height, width = picture.shape[:2]
        try:
            scale = scale_of(
                settings.family, width, height, settings.min_pixels, settings.max_pixels
            )
        except ValueError as error:
            return ModelFailure("UnusablePicture", f"frame {request.frame}: {error}")
        phrases = filter(names_something, dict.fromkeys(request.phrases))
        tried = dict(zip(request.phrases, request.tried, strict=False))
        chats = {p: self._chat(p, jpeg, scale, tried.get(p, 0)) for p in phrases}
        return _Frame(request, scale, chats)

    def _chat(self, phrase: str, jpeg: bytes, scale: Scale, tried: int) -> ChatRequest:
        settings = self._settings
        messages = self._prompt.messages(
            phrase=" ".join(phrase.split()),
            most=settings.max_candidates,
            scale="pixels" if scale.pixels else "per_mille",
            width=scale.width,
            height=scale.height,
        )
        return ChatRequest(
            label=settings.name,
            system=messages.system,
            user=messages.user,
            pictures=(Picture("The picture:", jpeg, settings.image_detail),),
            sampling=Sampling(
                settings.temperature, settings.top_p, settings.max_tokens, settings.seed
            ),
            schema_name=_STAGE,
            schema=response_schema(BoxesReply),
            replicate=tried,
        )

    def _found(self, frame: _Frame, replies: Sequence[_Reply]) -> Detected:
        usage = Usage(
            sum(reply.tokens.given for reply in replies),
            sum(reply.tokens.written for reply in replies),
            sum(reply.usd for reply in replies),
        )
        boxes: dict[str, tuple[ScoredBox, ...] | ModelFailure] = {}
        for phrase, reply in zip(frame.chats, replies, strict=True):
            if isinstance(reply, Unanswered):
                attempts = max(1, reply.calls)
                boxes[phrase] = ModelFailure(reply.error_class, reply.message, attempts)
                continue
            assert isinstance(reply.data, BoxesReply), "it was asked for"
            boxes[phrase] = self._boxes(reply.data, frame.scale)
        found = tuple(boxes.get(phrase, ()) for phrase in frame.request.phrases)
        return Detected(found, usage)

    def _boxes(self, reply: BoxesReply, scale: Scale) -> tuple[ScoredBox, ...]:
        """Those of a reply in its order, each once: models repeat themselves."""
        found = dict.fromkeys(to_bbox(box.bbox_2d, scale) for box in reply.boxes)
        return tuple(ScoredBox(bbox, SCORE) for bbox in found)[: self._settings.max_candidates]


async def _all(asking: Asking, frames: Sequence[_Frame]) -> list[list[_Reply]]:
    """The replies to all calls of the frames, which are made side by side."""
    tasks = [
        asyncio.create_task(
            asking.ask(chat, BoxesReply, {"scale": frame.scale}, _STAGE, frame.request.frame)
        )
        for frame in frames
        for chat in frame.chats.values()
    ]
    try:
        replies = iter(await asyncio.gather(*tasks))
    except BaseException:
        # Those in flight come to their end: their answers are paid, and are stored.
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
    return [list(islice(replies, len(frame.chats))) for frame in frames]
