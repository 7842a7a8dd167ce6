import pytest

from pipeline.models.coco import _SYNONYMS, LABELS, label_for, many, one


def test_the_eighty_classes_keep_their_gaps() -> None:
    assert len(LABELS) == len(set(LABELS.values())) == 80
    gaps = set(range(1, 91)) - LABELS.keys()
    assert gaps == {12, 26, 29, 30, 45, 66, 68, 69, 71, 83}
    assert (LABELS[1], LABELS[13], LABELS[44], LABELS[90]) == (
        "person",
        "stop sign",
        "bottle",
        "toothbrush",
    )


def test_every_label_is_found_in_each_of_its_forms() -> None:
    for label in LABELS.values():
        assert label_for(label) == label
        assert label_for(f"  The {label.upper()} ") == label
        assert label_for(many(label)) == label


def test_every_synonym_means_a_class_and_none_hides_one() -> None:
    assert set(_SYNONYMS.values()) <= set(LABELS.values())
    assert not set(_SYNONYMS) & set(LABELS.values())


@pytest.mark.parametrize(
    ("phrase", "label"),
    [
        ("man", "person"),
        ("the woman", "person"),
        ("Pedestrians", "person"),
        ("people", "person"),
        ("a bike", "bicycle"),
        ("buses", "bus"),
        ("sofa", "couch"),
        ("red car", None),
        ("car door", None),
        ("happiness", None),
        ("the", None),
        ("", None),
    ],
)
def test_only_whole_phrases_match(phrase: str, label: str | None) -> None:
    assert label_for(phrase) == label


def test_words_for_one_and_many() -> None:
    assert [one(x) for x in ("car", "oven", "umbrella", "skis", "tv")] == [
        "a car",
        "an oven",
        "an umbrella",
        "a pair of skis",
        "a TV",
    ]
    assert [many(x) for x in ("person", "bus", "bench", "toothbrush", "knife", "sheep")] == [
        "people",
        "buses",
        "benches",
        "toothbrushes",
        "knives",
        "sheep",
    ]
