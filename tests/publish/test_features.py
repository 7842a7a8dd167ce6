"""The schema written here is the one that `datasets` would have written itself."""

import pytest
from datasets import Features, Image, List, Value

from pipeline.publish.features import arrow_schema, feature
from pipeline.publish.published import RejectionRow, SampleRow

TEXT = Value("string")

SAMPLE = Features(
    {
        "id": TEXT,
        "video": TEXT,
        "split": TEXT,
        "task": TEXT,
        "question": TEXT,
        "answer": TEXT,
        "options": List(TEXT),
        "letter": TEXT,
        "start_seconds": Value("float64"),
        "end_seconds": Value("float64"),
        "video_start_seconds": Value("float64"),
        "video_seconds": Value("float64"),
        "core_frames": List(
            {
                "frame": TEXT,
                "frame_index": Value("int64"),
                "pts_seconds": Value("float64"),
                "width": Value("int64"),
                "height": Value("int64"),
                "caption": TEXT,
                "sha256": TEXT,
                "phash": TEXT,
                "blurred": List(List(Value("float64"), length=4)),
                "image": Image(),
            }
        ),
        "evidence": TEXT,
        "key_items": List(TEXT),
        "boxes": List(
            {
                "item": TEXT,
                "frame": TEXT,
                "frame_index": Value("int64"),
                "pts_seconds": Value("float64"),
                "bbox": List(Value("float64"), length=4),
                "score": Value("float64"),
                "source": TEXT,
                "certain": Value("bool"),
                "verified": Value("bool"),
                "clip_similarity": Value("float64"),
                "clip_frame": Value("float64"),
                "clip_random": Value("float64"),
            }
        ),
        "unboxed": List({"item": TEXT, "frame": TEXT, "reason": TEXT}),
        "intervals": List(
            {
                "claim": TEXT,
                "pts_seconds": List(Value("float64")),
                "start_seconds": Value("float64"),
                "end_seconds": Value("float64"),
            }
        ),
        "difficulty": {
            "problem_type": TEXT,
            "problem": TEXT,
            "solution": TEXT,
            "spans": List(List(Value("float64"), length=2)),
            "samples": Value("int64"),
            "right": Value("int64"),
            "unparsed": Value("int64"),
            "counted": Value("int64"),
            "pass_rate": Value("float64"),
            "mean_reward": Value("float64"),
            "frames": List(TEXT),
            "policy": TEXT,
        },
        "licence": TEXT,
        "source": TEXT,
        "metadata": List({"key": TEXT, "value": TEXT}),
        "provenance": List(
            {
                "stage": TEXT,
                "writer": TEXT,
                "model": TEXT,
                "model_reported": TEXT,
                "mode": TEXT,
                "prompt": TEXT,
                "prompt_sha256": TEXT,
                "schema_sha256": TEXT,
                "requests": List(TEXT),
                "finish_reason": TEXT,
                "tokens_in": Value("int64"),
                "tokens_out": Value("int64"),
                "answer_source": TEXT,
            }
        ),
    }
)


def test_schema_of_a_sample_is_what_datasets_would_write() -> None:
    schema = arrow_schema(SampleRow)
    assert schema.equals(SAMPLE.arrow_schema, check_metadata=True)
    assert Features.from_arrow_schema(schema) == SAMPLE


def test_schema_of_a_rejection_is_plain_text() -> None:
    features = Features.from_arrow_schema(arrow_schema(RejectionRow))
    assert set(features) >= {"id", "stage", "reason", "message"}
    assert all(f == TEXT for f in features.values())


@pytest.mark.parametrize("hint", [complex, tuple[int, str], dict[str, int]])
def test_a_type_without_a_feature_is_refused(hint: object) -> None:
    with pytest.raises(TypeError):
        feature(hint)
