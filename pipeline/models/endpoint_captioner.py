"""The captioner behind an OpenAI-compatible vision endpoint, or a server that the run starts."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipeline.llm.asking import Answered, Asking, Unanswered
from pipeline.llm.request import ChatRequest, Picture, Sampling
from pipeline.llm.session import Session, close, run
from pipeline.llm.structured import response_schema
from pipeline.models.caption_prompt import caption_prompt, frames_json
from pipeline.models.captioner import Captioned, CaptionFrame, CaptionWindow, FrameCaption
from pipeline.models.failure import ModelFailure
from pipeline.models.picture import shrink_jpeg
from pipeline.models.replies import CaptionsReply
from pipeline.outcome import Usage
from pipeline.recipe import EndpointCaptionerSettings


class EndpointCaptioner:
    """Asks about `frames_together` frames a call, about a whole window at once."""

    def __init__(self, settings: EndpointCaptionerSettings, session: Session) -> None:
        self.label = f"endpoint:{settings.name}"
        self._settings = settings
        self._session = session
        self._prompt = caption_prompt(settings)

    def caption(self, windows: Iterable[CaptionWindow]) -> Iterator[Captioned | ModelFailure]:
        """See `Captioner`.

        Raises:
            HaltedError: the run must stop; what was answered is stored.
        """
        # Made outside of the loop's own thread, on which it waits.
        asking = self._session.asking("captioner", self._settings)
        size = self._settings.frames_together
        for window in windows:
            frames = window.frames
            chunks = [frames[i : i + size] for i in range(0, len(frames), size)]
            # Scaling pictures takes milliseconds each, for which the loop has no time.
            requests = [(self._request(chunk), len(chunk)) for chunk in chunks]
            yield run(self._window(asking, window, requests))

    def close(self) -> None:
        """Let go of connections, and end the server that was started for this captioner."""
        close(self._session)

    async def _window(
        self, asking: Asking, window: CaptionWindow, requests: Sequence[tuple[ChatRequest, int]]
    ) -> Captioned | ModelFailure:
        asked = (self._ask(asking, window, request, frames) for request, frames in requests)
        tasks = [asyncio.create_task(one) for one in asked]
        try:
            found = await asyncio.gather(*tasks)
        except BaseException:
            # Those in flight come to their end: their answers are paid, and are stored.
            await asyncio.gather(*tasks, return_exceptions=True)
            raise
        usage = Usage(
            sum(answer.tokens.given for answer in found),
            sum(answer.tokens.written for answer in found),
            sum(answer.usd for answer in found),
        )
        captions: list[FrameCaption] = []
        for answer in found:
            if isinstance(answer, Unanswered):
                attempts = max(1, answer.calls)
                return ModelFailure(answer.error_class, answer.message, attempts, usage)
            assert isinstance(answer.data, CaptionsReply)
            captions += map(FrameCaption, answer.data.texts)
        return Captioned(tuple(captions), usage)

    async def _ask(
        self, asking: Asking, window: CaptionWindow, request: ChatRequest, frames: int
    ) -> Answered | Unanswered:
        context: Mapping[str, Any] = {"given": {}, "frames": frames}
        # What failed is asked anew; what was well answered beside it is not.
        for replicate in range(window.tried):
            known = asking.known(replace(request, replicate=replicate), CaptionsReply, context)
            if known is not None:
                return known
        request = replace(request, replicate=window.tried)
        return await asking.ask(request, CaptionsReply, context, "captions", window.id)

    def _request(self, frames: Sequence[CaptionFrame]) -> ChatRequest:
        settings = self._settings
        messages = self._prompt.messages(frames=frames_json([f.pts_seconds for f in frames]))
        pictures = tuple(
            Picture(
                f"Frame {number}:",
                shrink_jpeg(frame.jpeg, settings.image_long_side),
                settings.image_detail,
            )
            for number, frame in enumerate(frames, 1)
        )
        return ChatRequest(
            label=settings.name,
            system=messages.system,
            user=messages.user,
            pictures=pictures,
            sampling=Sampling(
                settings.temperature, settings.top_p, settings.max_tokens, settings.seed
            ),
            schema_name="captions",
            schema=response_schema(CaptionsReply),
        )
