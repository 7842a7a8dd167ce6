import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import pipeline
from pipeline.errors import PromptError
from pipeline.prompts import load
from tests import prompt_pins
from tests.prompt_pins import Pin

GOOD = """---
id: own/greeting
version: 3
inputs: [name]
output_schema: words
---

Hi {{ name }}!
"""


def write(folder: Path, text: str, name: str = "own.md") -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", prompt_pins.names())
def test_no_prompt_is_edited_under_its_version(name: str) -> None:
    pins = prompt_pins.pinned()
    assert name in pins, f"{name} is not pinned: python -m tests.prompt_pins"
    now = prompt_pins.current()[name]
    assert now["sha256"] == pins[name]["sha256"], (
        f"prompts/{name}.md changed: raise its `version`, then: python -m tests.prompt_pins"
    )
    assert now["version"] == pins[name]["version"]


def test_every_pin_has_a_prompt() -> None:
    assert sorted(prompt_pins.pinned()) == prompt_pins.names()


def test_an_edit_needs_a_version_or_a_reason() -> None:
    old = {"a": Pin(version=1, sha256="x"), "b": Pin(version=1, sha256="y", reason="typo")}
    edited = {"a": Pin(version=1, sha256="z"), "b": Pin(version=1, sha256="y")}
    raised = {"a": Pin(version=2, sha256="z"), "b": Pin(version=1, sha256="y")}
    assert prompt_pins.edited_in_place(edited, old) == ["a"]
    assert prompt_pins.edited_in_place(raised, old) == []
    assert prompt_pins.edited_in_place(old, raised) == ["a"]
    assert prompt_pins.renewed(edited, old, "why")["a"] == Pin(version=1, sha256="z", reason="why")
    assert prompt_pins.renewed(raised, old, "why") == {"a": raised["a"], "b": old["b"]}


@pytest.mark.parametrize("name", prompt_pins.names())
def test_a_prompts_id_is_its_place(name: str) -> None:
    assert load(name).id == name


def test_a_prompt_of_the_users_own(tmp_path: Path) -> None:
    prompt = load(write(tmp_path, GOOD))
    assert (prompt.id, prompt.version, prompt.label) == ("own/greeting", 3, "own/greeting@3")
    assert (prompt.inputs, prompt.output_schema) == (("name",), "words")
    assert prompt.sha256 == hashlib.sha256(GOOD.encode()).hexdigest()
    assert prompt.render(name="Ada") == "Hi Ada!"


def test_line_ends_do_not_change_a_prompt(tmp_path: Path) -> None:
    windows = tmp_path / "windows.md"
    windows.write_bytes(GOOD.replace("\n", "\r\n").encode())
    assert load(str(windows)) == load(write(tmp_path, GOOD))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hi.",
        "---\nid: a\nversion: 1\ninputs: []\n",
        GOOD.replace("version: 3\n", ""),
        GOOD.replace("version: 3", "version: three"),
        GOOD.replace("id:", "name:"),
        GOOD.replace("inputs: [name]", "inputs: ["),
        GOOD.replace("version: 3", "version: 3\ntemperature: 1"),
    ],
)
def test_front_matter_that_is_none_is_refused_with_what_it_needs(tmp_path: Path, text: str) -> None:
    with pytest.raises(PromptError, match=r"own\.md needs YAML front .* id, version") as refused:
        load(write(tmp_path, text))
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own.md").write_bytes(GOOD.replace("Hi", "Grüezi").encode("latin-1"))
    with pytest.raises(PromptError, match=r"own\.md needs .* UTF-8"):
        load(str(tmp_path / "own.md"))


def test_text_before_the_front_matter_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="text before its front matter"):
        load(write(tmp_path, "Hi.\n" + GOOD))


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({}, "cannot be rendered without name"),
        ({"nam": 1}, "cannot be rendered without name"),
        ({"name": "Ada", "age": 1}, "does not declare the input age"),
    ],
)
def test_inputs_must_be_the_declared_ones(
    tmp_path: Path, inputs: dict[str, object], told: str
) -> None:
    with pytest.raises(PromptError, match=f"own/greeting {told}"):
        load(write(tmp_path, GOOD)).render(**inputs)


@pytest.mark.parametrize(
    "body",
    ["{{ nobody }}", "{{ name.age }}", "{{ name", "{{ name.__class__.__mro__ }}", "{{ name + 1 }}"],
    ids=["undeclared", "attribute", "syntax", "escape", "type"],
)
def test_a_template_that_asks_for_more_is_refused(tmp_path: Path, body: str) -> None:
    with pytest.raises(PromptError, match="own/greeting cannot be rendered"):
        load(write(tmp_path, GOOD.replace("Hi {{ name }}!", body))).render(name="Ada")


def test_a_prompt_that_is_nowhere_is_named() -> None:
    with pytest.raises(PromptError, match="no prompt 'questions/nobody'"):
        load("questions/nobody")


def test_an_installed_package_carries_the_prompts(tmp_path: Path) -> None:
    # As a wheel lays it out: no checkout above the package, the prompts among its assets.
    package = tmp_path / "site-packages" / "pipeline"
    package.mkdir(parents=True)
    for module in ("__init__", "errors", "prompts"):
        shutil.copy(Path(pipeline.__file__).with_name(f"{module}.py"), package)
    shutil.copytree(prompt_pins.ROOT, package / "_assets" / "prompts")
    program = "from pipeline.prompts import load; print(load('captions/detector').sha256)"
    found = subprocess.run(
        [sys.executable, "-c", program],
        cwd=package.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == load("captions/detector").sha256
