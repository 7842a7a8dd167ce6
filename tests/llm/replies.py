"""A language model that always has something valid to say, for runs of the whole recipe."""

import json
import re
from hashlib import sha256
from typing import Any

from tests.fakes.openai_behaviours import Call

_MOMENT = re.compile(r'^\{"id": "(F\d+)", "seconds": ([\d.]+)', re.MULTILINE)
_SEEN = (
    "bicycle",
    "street",
    "crowd",
    "umbrella",
    "kitchen",
    "harbour",
    "forest",
    "violin",
    "snow",
    "ladder",
    "market",
    "horse",
    "tunnel",
    "balcony",
    "fire",
    "river",
    "stadium",
    "piano",
    "desert",
    "lighthouse",
    "train",
    "orchard",
    "window",
    "statue",
)
_NAMED = re.compile(r'^\{"id": "(F\d+)".*?"label": "([a-z ]+)"', re.MULTILINE)


def talk(call: Call) -> str:
    """A valid reply for whichever stage asks, made from what it is given."""
    name = call.body.get("response_format", {}).get("json_schema", {}).get("name", "")
    user = next(m["content"] for m in call.body["messages"] if m["role"] == "user")
    if name == "captions":
        return json.dumps(_captions(user))
    text = user if isinstance(user, str) else user[0]["text"]
    return json.dumps(_REPLIES[name](text))


def _captions(content: Any) -> Any:
    """A caption a picture, the same for the same picture and unlike those of all others."""
    urls = [part["image_url"]["url"] for part in content if part["type"] == "image_url"]
    texts = [
        " ".join(_SEEN[byte % len(_SEEN)] for byte in sha256(u.encode()).digest()[:6]) for u in urls
    ]
    return {"captions": [{"number": i, "text": text} for i, text in enumerate(texts, 1)]}


def _questions(text: str) -> Any:
    moments = _MOMENT.findall(text)
    first, last = moments[0], moments[-1]
    question = {
        "task": "event_process",
        "question": f"How does what is shown at {first[1]} s develop until {last[1]} s?",
        "answer": f"What is there at {first[1]} s gives way to something else at {last[1]} s.",
        "frames": [first[0], last[0]],
    }
    return {"questions": [question]}


def _verdicts(text: str) -> Any:
    if "Answer under review" not in text:
        return {"answer": "Something happens and then something else does."}
    criteria = (
        "consistent_with_frames",
        "needs_several_frames",
        "not_subjective",
        "narrative_continuity",
        "unique_answer",
    )
    judged = [{"criterion": c, "passed": True, "reason": "it holds"} for c in criteria]
    reply: dict[str, Any] = {"judgements": judged}
    if "saw nothing" in text:
        reply["blind"] = {"same": False, "reason": "the guess names nothing"}
    return reply


def _evidence(text: str) -> Any:
    found = _NAMED.findall(text)[:2]
    items = [
        {"item": f"{label.replace(' ', '_')}_{i}", "phrase": label, "frame": frame, "near": None}
        for i, (frame, label) in enumerate(found)
    ]
    claims = [
        {"text": f"There is <obj>{item['item']}</obj> to be seen.", "frames": [item["frame"]]}
        for item in items
    ]
    return {"key_items": items, "claims": claims}


def _options(text: str) -> Any:
    answer = json.loads(re.findall(r"^Right answer: (.*)$", text, re.MULTILINE)[0])
    words = ("slowly", "backwards", "elsewhere")
    wrong = [{"text": f"{answer[:-12]} {word}.", "why_wrong": "it did not"} for word in words]
    return {"distractors": wrong}


_REPLIES = {
    "questions": _questions,
    "verdicts": _verdicts,
    "evidence": _evidence,
    "options": _options,
}
