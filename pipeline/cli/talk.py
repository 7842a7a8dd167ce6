"""Data goes to stdout, talk to stderr."""

import json
import sys
from typing import Any

from rich.console import Console
from rich.markup import escape

console = Console(stderr=True, highlight=False, soft_wrap=True)


def talk(message: str) -> None:
    """Say something to the person in front of the terminal; the text may have Rich's markup."""
    console.print(message)


def literal(text: object) -> str:
    """Text that is not ours, safe to put into a message."""
    return escape(str(text))


def emit(value: Any) -> None:
    """One JSON document on a line of its own, for machines."""
    # While a build runs, `sys.stdout` is a log that catches what libraries print.
    stdout = sys.__stdout__ or sys.stdout
    stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    stdout.flush()
