"""Pins each prompt's text to its version: what a card calls `x@1` is one text for ever.

    python -m tests.prompt_pins [--reason "why a text changed under its version"]

writes `tests/prompts.pins.json` anew. A text that changed gets a new `version` in its front
matter first; a reason is needed only for a text that nobody can have used yet.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import NotRequired, TypedDict

from pipeline.prompts import load

ROOT = Path(__file__).parents[1] / "prompts"
PINS = Path(__file__).with_name("prompts.pins.json")


class Pin(TypedDict):
    version: int
    sha256: str
    reason: NotRequired[str]


Pins = dict[str, Pin]


def names() -> list[str]:
    """Every prompt of the checkout, as recipes name it."""
    files = sorted(ROOT.rglob("*.md"))
    return [file.relative_to(ROOT).with_suffix("").as_posix() for file in files]


def current() -> Pins:
    prompts = {name: load(name) for name in names()}
    return {name: Pin(version=p.version, sha256=p.sha256) for name, p in prompts.items()}


def pinned() -> Pins:
    pins: Pins = json.loads(PINS.read_text()) if PINS.exists() else {}
    return pins


def edited_in_place(now: Pins, before: Pins) -> list[str]:
    """The prompts whose text changed and whose version did not go up."""
    return [
        name
        for name, pin in now.items()
        if name in before
        and pin["sha256"] != before[name]["sha256"]
        and pin["version"] <= before[name]["version"]
    ]


def renewed(now: Pins, before: Pins, reason: str | None) -> Pins:
    """The pins to write; an unchanged prompt keeps its old one."""
    same = {n for n in now if n in before and now[n]["sha256"] == before[n]["sha256"]}
    excused = set(edited_in_place(now, before))
    return {
        name: before[name]
        if name in same
        else Pin(**pin, reason=reason)
        if name in excused and reason
        else pin
        for name, pin in now.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Pin the prompts' texts to their versions.")
    parser.add_argument("--reason", help="Why a text may change under its version.")
    reason = parser.parse_args().reason
    now, before = current(), pinned()
    edited = edited_in_place(now, before)
    if edited and not reason:
        sys.exit(f"raise the version of {', '.join(edited)}, or give a --reason")
    PINS.write_text(json.dumps(renewed(now, before, reason), indent=2) + "\n")


if __name__ == "__main__":
    main()
