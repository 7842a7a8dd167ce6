"""The rules by which consumers read a row, as their documents and code state them.

Written anew from those rules, so that an export can be tested where the consumer is not installed.
Where it is, `loading/` runs its own code.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def llama_factory(row: Mapping[str, Any], info: Mapping[str, Any], folder: Path) -> None:
    """ShareGPT: turns by turns, as many tags as images, paths below the dataset's folder."""
    assert info["formatting"] == "sharegpt"
    tags, columns = info["tags"], info["columns"]
    turns = row[columns["messages"]]
    roles = [turn[tags["role_tag"]] for turn in turns]
    assert roles == [tags["user_tag"], tags["assistant_tag"]] * (len(turns) // 2)
    contents = [turn[tags["content_tag"]] for turn in turns]
    images = row[columns["images"]]
    assert sum(text.count("<image>") for text in contents) == len(images)
    assert not any(tag in text for text in contents for tag in ("<video>", "<audio>"))
    assert all((folder / image).is_file() for image in images)


def ms_swift(row: Mapping[str, Any], sizes: Sequence[tuple[int, int]], per: int) -> str:
    """Fill the placeholders as ms-swift does for a model that counts to `per`.

    Args:
        sizes: width and height of the row's pictures.
    """
    said = [turn["content"] for turn in row["messages"]]
    assert [turn["role"] for turn in row["messages"]] == ["user", "assistant"]
    assert "".join(said).count("<image>") == len(row["images"]) == len(sizes)
    objects = row.get("objects") or {"ref": [], "bbox": []}
    reply = said[-1]
    assert reply.count("<ref-object>") == len(objects["ref"])
    assert reply.count("<bbox>") == len(objects["bbox"])
    assert len(objects.get("image_id", [])) == len(objects["bbox"])
    names = iter(objects["ref"])
    reply = re.sub("<ref-object>", lambda _: f"[{next(names)}]", reply)
    boxes = iter(zip(objects["bbox"], objects.get("image_id", []), strict=True))

    def filled(_: re.Match[str]) -> str:
        bbox, picture = next(boxes)
        width, height = sizes[picture] if objects["bbox_type"] == "real" else (1, 1)
        x1, y1, x2, y2 = (
            round(n / side * per) for n, side in zip(bbox, (width, height) * 2, strict=True)
        )
        assert 0 <= x1 < x2 <= per and 0 <= y1 < y2 <= per
        return f"({x1},{y1}),({x2},{y2})"

    return re.sub("<bbox>", filled, reply)


def trl(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The messages with the images put before the first user's text."""
    turns = [*row["prompt"], *row["completion"]]
    assert [turn["role"] for turn in turns] == ["user", "assistant"]
    assert all(isinstance(turn["content"], str) for turn in turns)
    assert row["images"]
    images = [{"type": "image", "image": image} for image in row["images"]]
    first, *rest = [[{"type": "text", "text": turn["content"]}] for turn in turns]
    blocks = [[*images, *first], *rest]
    return [{"role": t["role"], "content": c} for t, c in zip(turns, blocks, strict=True)]


def verl(row: Mapping[str, Any]) -> None:
    """Tags and pictures one to one, and what the reward is called with."""
    assert set(row) == {
        "data_source",
        "prompt",
        "images",
        "ability",
        "reward_model",
        "extra_info",
    }
    assert sum(turn["content"].count("<image>") for turn in row["prompt"]) == len(row["images"])
    assert row["reward_model"]["style"] == "rule" and row["reward_model"]["ground_truth"]
    assert isinstance(row["extra_info"]["index"], int)


def video_r1(row: Mapping[str, Any]) -> tuple[str, str]:
    """The media file below `Video-R1-data`, and what SFT trains on."""
    assert row["path"].startswith("./") and row["data_type"] in ("image", "video")
    kind = row["problem_type"]
    assert kind in ("multiple choice", "numerical", "OCR", "free-form", "regression")
    right = re.fullmatch(r"<answer>(.+)</answer>", row["solution"], re.DOTALL)
    assert right is not None
    if kind == "multiple choice":
        assert right[1] in [option.partition(".")[0] for option in row["options"]]
    reasoning = row.get("process")
    assert reasoning is None or re.fullmatch(r"<think>.+</think>", reasoning, re.DOTALL)
    return row["path"][1:], f"{reasoning}\n{row['solution']}"


def llava(row: Mapping[str, Any]) -> None:
    """Two turns, as many tags as pictures, and none of them in the reply."""
    human, gpt = row["conversations"]
    assert (human["from"], gpt["from"]) == ("human", "gpt")
    assert human["value"].count("<image>") == len(row.get("image", []))
    assert "<image>" not in gpt["value"] and gpt["value"]


def espresso_test(row: Mapping[str, Any]) -> tuple[int, list[str]]:
    """Unpacked by order, as readers of the release do: the right option's place, the options."""
    frames, captions, _, answer, _, _, _, correct, _, options = row.values()
    assert len(frames) == len(captions)
    place = ["(A)", "(B)", "(C)", "(D)"].index(correct)
    texts = [option.split("): ", 1)[1] for option in options]
    assert texts[place] == answer
    return place, texts


def llama_factory_video(row: Mapping[str, Any], info: Mapping[str, Any]) -> None:
    """ShareGPT with clips: turns by turns, as many tags as videos, paths relative to the folder."""
    assert info["formatting"] == "sharegpt"
    tags, columns = info["tags"], info["columns"]
    turns = row[columns["messages"]]
    roles = [turn[tags["role_tag"]] for turn in turns]
    assert roles == [tags["user_tag"], tags["assistant_tag"]] * (len(turns) // 2)
    contents = [turn[tags["content_tag"]] for turn in turns]
    videos = row[columns["videos"]]
    assert sum(text.count("<video>") for text in contents) == len(videos)
    assert not any(tag in text for text in contents for tag in ("<image>", "<audio>"))
    assert not any(Path(video).is_absolute() for video in videos)
