"""Files of other tools' formats, with rows in which nothing is wrong."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.publish.samples import jpeg

Row = dict[str, Any]

MCQ = "What does the cook do next?\nA. She pours water.\nB. She cuts a leek.\nC. She goes away."


def media(folder: Path) -> None:
    """The files that the rows below name; a video is not opened, so any bytes are one."""
    for name in ("a.mp4", "b.mp4"):
        (folder / name).write_bytes(b"video")
    for number in (1, 2):
        (folder / f"{number}.jpg").write_bytes(jpeg(40 * number))


def reply(text: str) -> Row:
    return {"role": "assistant", "content": text}


def llama_factory() -> list[Row]:
    return [
        {
            "messages": [
                {"role": "user", "content": f"<video>\n{MCQ}"},
                reply("<think>She has a knife.</think><answer>B</answer>"),
            ],
            "videos": ["a.mp4"],
        },
        {
            "messages": [
                {"role": "user", "content": "<video>\nWhy does the lamp go out?"},
                reply("<think>It is old.</think><answer>It broke.</answer>"),
            ],
            "videos": ["b.mp4"],
        },
    ]  # fmt: skip


def ms_swift() -> list[Row]:
    return [
        {
            "messages": [
                {"role": "user", "content": "<image><image>Where is the <ref-object>?"},
                {"role": "assistant", "content": "At <bbox>."},
            ],
            "images": ["1.jpg", "2.jpg"],
            "objects": {"ref": ["dog"], "bbox": [[10.5, 20, 300, 410]], "bbox_type": "real"},
        },
        {
            "messages": [
                {"role": "user", "content": "Why does the lamp go out?"},
                {"role": "assistant", "content": "It broke."},
            ],
            "videos": ["a.mp4"],
        },
    ]


def qwen_vl() -> list[Row]:
    return [
        {
            "video": "a.mp4",
            "conversations": [
                {"from": "human", "value": "<video>\nWhy does the lamp go out?"},
                {"from": "gpt", "value": "It broke."},
            ],
        }
    ]


def verl() -> list[Row]:
    return [
        {
            "data_source": "trial",
            "prompt": [{"role": "user", "content": f"<video>{MCQ}"}],
            "ability": "video",
            "reward_model": {"style": "rule", "ground_truth": "B"},
            "extra_info": {"split": "train", "index": 0},
            "videos": [{"video": "a.mp4"}],
        }
    ]


def trl() -> list[Row]:
    return [
        {
            "prompt": [{"role": "user", "content": "Why does the lamp go out?"}],
            "completion": [{"role": "assistant", "content": "It broke."}],
            "images": ["1.jpg", "2.jpg"],
        }
    ]


def trl_typed() -> list[Row]:
    parts = [{"type": "image"}, {"type": "text", "text": "Why does the lamp go out?"}]
    return [{"prompt": [{"role": "user", "content": parts}], "answer": "It broke.",
             "images": ["1.jpg"]}]  # fmt: skip


def videoespresso_train() -> list[Row]:
    return [
        {
            "question": "Why does the person fall?",
            "answer": "The floor is wet.",
            "video_path": "a.mp4",
            "task": "Causal Analysis",
            "keyframe_path": ["1.jpg", "2.jpg"],
            "key items": ["person", "floor"],
            "evidence": "The <obj_start>person<obj_end><box_start>[[31.5, 40.2, 20, 55]]<box_end> "
            "slips on the <obj_start>floor<obj_end><box_start>[[50, 90, 98, 20]]<box_end>.",
        }
    ]


def videoespresso_test() -> list[Row]:
    return [
        {
            "core_frames_paths": ["1.jpg", "2.jpg"],
            "core_frames_captions": ["one", "two"],
            "question": "Why does the person fall?",
            "answer": "The floor is wet.",
            "key_items": ["person"],
            "evidence": "The person slips.",
            "task": "Narrative Analysis",
            "correct_answer": "(B)",
            "video_path": "b.mp4",
            "options": ["(A): A dog comes.", "(B): The floor is wet.", "(C): He is tired.",
                        "(D): It is dark."],
        }
    ]  # fmt: skip


def open_o3() -> list[Row]:
    return [
        {
            "id": "o1",
            "question": "Which thing is put down?",
            "answer": "The knife.",
            "reasoning_process": "<think>The <obj>knife</obj><box>[0.1, 0.2, 0.5, 0.6]</box>at"
            "<t>12.0</t>s lies there.</think>",
            "video_path": "a.mp4",
            "key_frames": [{"idx": 1, "time": 12.0, "path": "1.jpg"}],
            "key_items": {"1": {"knife": [[0.1, 0.2, 0.5, 0.6]], "cup": None}},
        }
    ]


def video_r1() -> list[Row]:
    return [
        {
            "problem_id": 7,
            "problem": "What does the cook do next?",
            "data_type": "video",
            "problem_type": "multiple choice",
            "options": ["A. She pours water.", "B. She cuts a leek."],
            "process": "<think>She has a knife.</think>",
            "solution": "<answer>B</answer>",
            "path": "./a.mp4",
            "data_source": "trial",
        },
        {
            "problem_id": 8,
            "problem": "How many cups are there?",
            "data_type": "image",
            "problem_type": "numerical",
            "options": [],
            "solution": "<answer>4</answer>",
            "path": "./1.jpg",
        },
    ]


def temporal() -> list[Row]:
    return [
        {"video": "a.mp4", "duration": 20.5, "timestamp": [1.0, 4.5], "sentence": "A door opens.",
         "qid": "my|a|0|door"},
        {"video": "b.mp4", "duration": 9, "timestamp": [0, 9], "sentence": "It rains.",
         "qid": "my|b|0|rain"},
    ]  # fmt: skip


def pause_and_think() -> list[Row]:
    row = llama_factory()[1]
    row["messages"][1]["content"] = (
        "<thinking>The lamp hangs over the table.</thinking><answer>Turn the switch.</answer>"
    )
    row["ek_mapping"] = [
        {
            "clip_path": "b.mp4",
            "question_point": {"question_video_duration_sec": 12.467, "clip_relative_sec": 12.467},
        }
    ]
    return [row]


def pause_and_think_benchmark() -> list[Row]:
    point = {"clip_duration_sec": 5.134, "clip_relative_sec": 5.134, "in_parent_sec": 8.634}
    return [
        {
            "video": "a.mp4",
            "question": "What do I hold now?",
            "ground_truth": "<thinking>At the end of the video, the user holds a lid. From my view "
            "it is on the left. I will tell them.</thinking><answer>You hold a lid.</answer>",
            "category": "Factual/Past",
            "ek_mapping": {"raw_parent_video": "P26.mp4", "question_point": point},
        }
    ]


def ego_st() -> list[Row]:
    options = ["A. Bench, then clock", "B. Clock, then bench"]
    return [
        {
            "video": "a.mp4",
            "question": "Describe the way back, step by step.",
            "reverse_answer": "Turn left at the clock, then go on to the bench.",
        },
        {
            "video": "a.mp4",
            "question": "In which order do the landmarks come near?",
            "forward_mcq": {
                "question": "In which order do the landmarks come near?",
                "options": options,
                "answer": "A",
            },
        },
    ]


def write_named(path: Path, rows: Sequence[Row]) -> Path:
    """An object of rows by id."""
    path.write_text(json.dumps({str(n): row for n, row in enumerate(rows)}, indent=1))
    return path


def write_json(path: Path, rows: Sequence[Row]) -> Path:
    path.write_text(json.dumps(rows, indent=1))
    return path


def write_lines(path: Path, rows: Sequence[Row]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def write_parquet(path: Path, rows: Sequence[Row]) -> Path:
    pq.write_table(pa.Table.from_pylist(list(rows)), path)
    return path
