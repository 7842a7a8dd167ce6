"""Prompts: Markdown files with YAML front matter and a Jinja body, loaded and rendered strictly.

    prompts/<stage>/<name>.md
    ---
    id: questions/program
    version: 1
    inputs: [group, tasks]
    output_schema: questions
    ---
    body

The version is for people, the SHA-256 of the text is what enters keys. An edit therefore
reruns exactly the stage that uses the prompt, and a test refuses an edit without a version.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import BaseModel, ConfigDict, ValidationError

import pipeline
from pipeline.errors import PromptError


class FrontMatter(BaseModel):
    """What a prompt says about itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    version: int
    inputs: tuple[str, ...]
    output_schema: str | None = None


@dataclass(frozen=True)
class Messages:
    """What a model is told, and what it is asked."""

    system: str
    user: str


_SECTIONS = re.compile(r"^\[(system|user)\]$", re.MULTILINE)


@dataclass(frozen=True)
class Prompt:
    """One prompt file."""

    id: str
    version: int
    text: str
    """The whole file with `\\n` line ends."""
    sha256: str
    """Of `text`."""
    inputs: tuple[str, ...]
    output_schema: str | None
    body: str
    """For a program: one text. For a model: `[system]` and `[user]`, each on a line of its own."""

    @property
    def label(self) -> str:
        """`questions/program@1`, as provenance names it."""
        return f"{self.id}@{self.version}"

    def render(self, **inputs: Any) -> str:
        """The text for these inputs.

        Raises:
            PromptError: inputs are missing or unknown, or the template asks for more of them.
        """
        self._check(inputs)
        return self._filled(self.body, inputs)

    def messages(self, **inputs: Any) -> "Messages":
        """The two messages for these inputs.

        The body is cut before it is filled, so that no input can pass for an instruction.

        Raises:
            PromptError: as for `render`, or the body has no `[system]` and `[user]`.
        """
        self._check(inputs)
        parts = _SECTIONS.split(self.body)
        if len(parts) != 5 or parts[0].strip() or (parts[1], parts[3]) != ("system", "user"):
            raise PromptError(
                f"prompt {self.id} needs a line `[system]` and, below, a line `[user]`, each once: "
                "what stands under them are the messages"
            )
        system, user = (self._filled(parts[i].strip() + "\n", inputs).strip() for i in (2, 4))
        return Messages(system, user)

    def _check(self, inputs: Mapping[str, Any]) -> None:
        given, declared = set(inputs), set(self.inputs)
        if missing := sorted(declared - given):
            raise PromptError(f"prompt {self.id} cannot be rendered without {', '.join(missing)}")
        if unknown := sorted(given - declared):
            raise PromptError(f"prompt {self.id} does not declare the input {', '.join(unknown)}")

    def _filled(self, text: str, inputs: Mapping[str, Any]) -> str:
        try:
            return template(text).render(**inputs)
        except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
            # Jinja lets what an expression raises through: `{{ 1 + name }}`.
            raise PromptError(f"prompt {self.id} cannot be rendered: {error}") from error


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """Jinja for prompts: nothing undefined passes, no template can reach the program."""
    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )


@cache
def template(text: str) -> Template:
    """A text compiled once; prompts are few, and each is rendered for every unit.

    Raises:
        TemplateSyntaxError: it is no Jinja.
    """
    return environment().from_string(text)


def load(name: str) -> Prompt:
    """The prompt of this name, such as `questions/program`.

    A checkout's `prompts/` folder comes first, then what the installed package carries; a path
    to a file of the user's own works too.

    Raises:
        PromptError: there is no such prompt, or its front matter is not valid.
    """
    try:
        text = _read(name).replace("\r\n", "\n")
        empty, front, body = text.split("---\n", 2)
        matter = FrontMatter.model_validate(yaml.safe_load(front))
    except (ValueError, yaml.YAMLError, ValidationError) as error:
        raise PromptError(
            f"prompt {name} needs YAML front matter between two `---` lines with id, version, "
            f"inputs and output_schema, all in UTF-8: {' '.join(str(error).split())}"
        ) from error
    if empty.strip():
        raise PromptError(f"prompt {name} has text before its front matter")
    return Prompt(
        id=matter.id,
        version=matter.version,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        inputs=matter.inputs,
        output_schema=matter.output_schema,
        body=body.strip() + "\n",
    )


def _read(name: str) -> str:
    own = Path(name)
    if own.suffix == ".md" and own.is_file():
        return own.read_text(encoding="utf-8")
    checkout = Path(pipeline.__file__).parents[1] / "prompts" / f"{name}.md"
    if checkout.is_file():
        return checkout.read_text(encoding="utf-8")
    packaged = resources.files("pipeline") / "_assets" / "prompts" / f"{name}.md"
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    raise PromptError(f"there is no prompt {name!r}: neither in prompts/ nor as a file")
