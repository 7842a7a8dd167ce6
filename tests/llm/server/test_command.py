"""The command of a model server, as a recipe spells it."""

import sys
from typing import Any

import pytest

from pipeline.errors import RecipeError
from pipeline.llm.server.command import ServerCommand, command_of
from pipeline.recipe import EndpointRuntime, EndpointWriterSettings


def command(text: str, section: str = "writer", **changes: Any) -> ServerCommand:
    settings = EndpointWriterSettings(kind="server", model="a model", **changes)
    return command_of(section, settings, EndpointRuntime(command=text))


def test_blanks_are_filled_in_and_words_stay_whole() -> None:
    text = "serve {model} --revision={revision} --dtype {dtype} -p {port} --tp {gpus} 'a b'"
    found = command(text, revision="abc", dtype="bfloat16").arguments(81)
    assert found[:2] == ["serve", "a model"]
    assert found[2:] == ["--revision=abc", "--dtype", "bfloat16", "-p", "81", "--tp", "1", "a b"]


def test_what_the_recipe_leaves_open_has_a_name_that_servers_know() -> None:
    assert command("{revision} {dtype}").arguments(1) == ["main", "auto"]


@pytest.mark.parametrize(
    ("gpus", "filled"), [(None, "1"), (0, "1"), (0.5, "1"), (1.0, "1"), (4, "4")]
)
def test_gpus_are_those_of_one_server(gpus: float | None, filled: str) -> None:
    settings = EndpointWriterSettings(kind="server", model="m")
    found = command_of("writer", settings, EndpointRuntime(command="{gpus}", gpus=gpus))
    assert found.arguments(1) == [filled]


def test_a_brace_of_its_own_is_written_twice() -> None:
    found = command("serve --limit '{{\"image\": 4}}'")
    assert found.arguments(1) == ["serve", "--limit", '{"image": 4}']


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("serve {modell} {port}", "'modell'"),
        ("serve {} {port}", "positional"),
        ("serve {0} {port}", "positional"),
        ("serve {model.name} {port}", "no attribute 'name'"),
        ("serve {model[name]} {port}", "string indices"),
        ("serve {port:d}", "format code"),
        ("serve {port", "expected '}'"),
        ("serve '{port}", "No closing quotation"),
        ('serve {"image": 4} {port}', "positional|KeyError|image"),
    ],
)
def test_a_blank_that_nobody_fills_is_told_with_those_that_are(text: str, why: str) -> None:
    with pytest.raises(RecipeError, match=rf"writer\.command: .*{why}.*known are \{{model\}}, "):
        command(text).check()


@pytest.mark.parametrize("text", ["serve {model}", "serve {{port}}", " ", "serve --port 8000"])
def test_a_command_without_a_place_for_the_port_is_refused(text: str) -> None:
    with pytest.raises(RecipeError, match=r"has no \{port\}: where would it listen"):
        command(text).check()


def test_a_program_that_is_not_there_is_told_by_name() -> None:
    with pytest.raises(RecipeError, match=r"judge\.command: there is no program 'no-such-server'"):
        command("no-such-server {port}", "judge").check()
    command(f"{sys.executable} {{port}}").check()


def test_equal_commands_are_one_server_whichever_section_says_them() -> None:
    assert command("serve {port}") == command("serve {port}", "judge")
    assert command("serve {port}") != command("serve {port}", dtype="float16")
