"""The program behind the writer protocol."""

from collections.abc import Callable, Sequence
from typing import Final

from pydantic import BaseModel

from pipeline.models.program import evidence, options, questions, rollouts, verdicts
from pipeline.models.writer import Answer, Reply, Request
from pipeline.records import Provenance

VERSION: Final = 1

MODEL: Final = f"program@{VERSION}"

_ANSWERS: Final[dict[str, Callable[[Request], BaseModel]]] = {
    "questions": questions.write,
    "verdicts": verdicts.write,
    "evidence": evidence.write,
    "options": options.write,
    "rollouts": rollouts.write,
}


class ProgramWriter:
    """Deterministic: the same request has the same answer on every machine."""

    def answer(self, requests: Sequence[Request]) -> Sequence[Answer]:
        return [self._answer(request) for request in requests]

    def _answer(self, request: Request) -> Answer:
        provenance = Provenance(
            stage=request.stage,
            writer="program",
            model=MODEL,
            prompt=request.prompt.label,
            prompt_sha256=request.prompt.sha256,
            answer_source="derived",
        )
        return Reply(_ANSWERS[request.stage](request), provenance)
