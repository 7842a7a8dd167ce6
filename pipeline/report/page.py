"""One HTML file with its style, its script and its data inside.

Everything that comes from data is text to the page: Jinja escapes it in the template, and the
script only ever makes text nodes of it. A policy in the page's head forbids what is left: no
address can be reached from it, and no script runs but its own.
"""

import base64
import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, StrictUndefined

import pipeline
from pipeline.overrides import BOX_OVERRIDES, OVERRIDES
from pipeline.report.collect import PageData
from pipeline.report.pictures import LONG_SIDE
from pipeline.report.plots import plots

_ASSETS: Final = Path(__file__).with_name("assets")
_SCRIPTS: Final = (
    "dom.js",
    "data.js",
    "review.js",
    "csv.js",
    "linking.js",
    "frames.js",
    "labels.js",
    "drawing.js",
    "timeline.js",
    "evidence.js",
    "details.js",
    "item.js",
    "gallery.js",
    "dialogs.js",
    "saving.js",
    "keys.js",
    "main.js",
)
"""In the order in which they are read; they share one scope."""


def render(data: PageData) -> str:
    """The page as text."""
    script = "(() => {\n'use strict';\n" + "\n".join(map(_asset, _SCRIPTS)) + "\n})();\n"
    style = _asset("page.css")
    environment = Environment(
        undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_asset("page.html.j2")).render(
        data=data,
        heading=data.heading,
        plots=plots(data.tally, data.stages),
        script=script,
        style=style,
        policy=(
            f"default-src 'none'; img-src data:; style-src '{_source(style)}'; "
            f"script-src '{_source(script)}'; base-uri 'none'; form-action 'none'"
        ),
        embedded=embedded(data),
        overrides=OVERRIDES,
        box_overrides=BOX_OVERRIDES,
        long_side=LONG_SIDE,
        version=pipeline.__version__,
    )


def embedded(data: PageData) -> str:
    """The data as JSON that can stand in a script element: no `<` is left in it."""
    value: dict[str, Any] = {
        "heading": asdict(data.heading),
        "files": {"overrides": OVERRIDES, "boxes": BOX_OVERRIDES},
        "items": [asdict(item) for item in data.items],
        "pictures": {name: asdict(picture) for name, picture in data.pictures.items()},
        "overrides": list(data.overrides),
        "boxes": list(data.box_overrides),
    }
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")


def _source(text: str) -> str:
    """What a content security policy calls this text."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
