"""Endpoints that want to be asked in another way."""

from pathlib import Path

from tests.fakes.openai_server import Call, FakeOpenAI, Status
from tests.llm.asking import ask, asking, echo, endpoint, lost, request, words


def test_a_model_that_wants_max_completion_tokens_gets_it(tmp_path: Path) -> None:
    def script(call: Call) -> Status | None:
        old = "max_tokens" in call.body
        told = "Unsupported parameter: use 'max_completion_tokens' instead"
        return Status(400, told) if old else None

    with FakeOpenAI(echo, script) as server:
        with asking(tmp_path, endpoint(server.base_url, in_flight=1)) as client:
            assert words(ask(client, [request("a"), request("b")])) == ["a", "b"]
        assert len(server.calls) == 3
        assert server.calls[-1].body["max_completion_tokens"] == 100


def test_another_refusal_is_the_request_s_own(tmp_path: Path) -> None:
    with (
        FakeOpenAI(echo, lambda call: Status(400, "no such parameter: top_p")) as server,
        asking(tmp_path, endpoint(server.base_url)) as client,
    ):
        assert lost(*ask(client, [request("a")])).error_class == "BadRequest"
        assert len(server.calls) == 1
