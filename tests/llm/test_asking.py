"""The client against a real server that misbehaves."""

import json
from collections import Counter
from pathlib import Path

from pipeline.llm.asking import Answered
from tests.fakes.openai_behaviours import Call, storm
from tests.fakes.openai_server import FakeOpenAI
from tests.llm.asking import Word, ask, asking, endpoint, request, text_of


def echo(call: Call) -> str:
    return json.dumps({"word": text_of(call)})


def test_a_storm_of_429_loses_no_row_and_is_not_made_worse(tmp_path: Path) -> None:
    script = storm(0.3, 1.5, "1")
    with FakeOpenAI(echo, script, latency=0.1) as server:
        with asking(tmp_path, endpoint(server.base_url, in_flight=32)) as client:
            found = ask(client, [request(f"row {i}") for i in range(200)])
        words = [a.data.word for a in found if isinstance(a, Answered) and isinstance(a.data, Word)]
        assert words == [f"row {i}" for i in range(200)]
        assert server.answered == 200
        asked = Counter(text_of(call) for call in server.calls)
        assert max(asked.values()) <= 4
        assert server.in_flight_peak <= 32
        # Of 1.2 s of storm, one round of calls may be refused, and a few that try the door.
        assert server.rejected[429] <= 32 + 8
