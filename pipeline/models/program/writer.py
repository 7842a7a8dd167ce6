"""The program behind the writer protocol."""

from collections.abc import Callable, Sequence
from typing import Final

from pydantic import BaseModel

from pipeline.models.pause_replies import (
    PauseEvidenceReply,
    PauseQuestionsReply,
    PauseVerdictReply,
)
from pipeline.models.program import evidence, options, questions, rollouts, verdicts
from pipeline.models.program.pause import evidence as pause_evidence
from pipeline.models.program.pause import questions as pause_questions
from pipeline.models.program.pause import verdicts as pause_verdicts
from pipeline.models.program.routes import evidence as route_evidence
from pipeline.models.program.routes import questions as route_questions
from pipeline.models.program.routes import verdicts as route_verdicts
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

_OF_ROUTES: Final[dict[str, Callable[[Request], BaseModel]]] = {
    "questions": route_questions.write,
    "verdicts": route_verdicts.write,
    "evidence": route_evidence.write,
}
_OF_RECIPES: Final[dict[type[BaseModel], Callable[[Request], BaseModel]]] = {
    PauseQuestionsReply: pause_questions.write,
    PauseVerdictReply: pause_verdicts.write,
    PauseEvidenceReply: pause_evidence.write,
}
"""What other recipes than VideoEspresso ask in replies of their own."""


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
        of_stage = _OF_ROUTES if "route" in request.inputs else _ANSWERS
        write = _OF_RECIPES.get(request.schema) or of_stage[request.stage]
        return Reply(write(request), provenance)
