"""What is counted of rows, where the card's example is too plain to show it."""

from collections.abc import Sized
from dataclasses import replace
from pathlib import Path

from pipeline.publish.statistics import Statistics
from pipeline.records import Sample
from pipeline.tasks import Task
from tests.publish.counting import counted
from tests.publish.samples import blob_of, sample


def test_time_between_core_frames_is_told_by_task(tmp_path: Path) -> None:
    _, frames = blob_of(tmp_path, 3)
    frames = tuple(replace(f, pts_seconds=t) for f, t in zip(frames, (5.0, 5.25, 9.0), strict=True))
    found = counted(tmp_path, sample(0, frames), sample(3, frames[:2]), sample(1, frames[:1]))
    assert found.gaps[Task.CAUSAL_INFERENCE].counts == {2: 2, 38: 1}
    assert not found.gaps[Task.CONTEXTUAL_INTERPRETATION]
    assert found.core_frames == 6


def test_tags_are_no_characters_and_numbers_of_items_no_label(tmp_path: Path) -> None:
    _, frames = blob_of(tmp_path)
    one = replace(
        sample(0, frames),
        evidence="<obj>Traffic_Light_12</obj> is red.",
        key_items=("Traffic_Light_12", "traffic_light_3", "woman_1"),
    )
    found = counted(tmp_path, one, sample(1, frames))
    assert found.char_lengths["evidence"].counts[len("Traffic_Light_12 is red.")] == 1
    assert found.labels.top(1) == [("traffic light", 2)]
    assert found.persons == 2


def test_how_the_answer_s_length_compares(tmp_path: Path) -> None:
    _, frames = blob_of(tmp_path)
    cases = [
        (("aaaa", "bb", "cc cc", "d"), "C", 1, 1, 1),
        (("aaaa", "bbbb", "c", "d"), "A", 0, 0, 2),
        (("aaaa", "bb", "c c", "d"), "D", -3, -1, 0),
    ]
    samples = [
        replace(sample(n, frames), options=options, letter=letter)
        for n, (options, letter, *_) in enumerate(cases)
    ]
    for one, (_, letter, characters, words, tied) in zip(samples, cases, strict=True):
        found = counted(tmp_path, one, splits=("test",))
        assert found.letters == {letter: 1}
        assert found.lead.counts == {characters: 1}
        assert found.lead_words.counts == {words: 1}
        assert found.longest == {tied: 1}
    assert counted(tmp_path, *samples, splits=("test",)).right_by_length == 0.5


def test_only_the_test_split_has_options_to_compare(tmp_path: Path) -> None:
    _, frames = blob_of(tmp_path)
    found = counted(tmp_path, sample(0, frames), splits=("train",))
    assert not found.letters and not found.lead


def test_sources_stand_in_the_order_of_their_samples(tmp_path: Path) -> None:
    _, frames = blob_of(tmp_path)
    named = [("b", "MIT"), ("a", "MIT"), ("c", "MIT"), ("c", "CC0-1.0")]
    samples = [
        replace(sample(n, frames), source=source, licence=licence)
        for n, (source, licence) in enumerate(named)
    ]
    assert counted(tmp_path, *samples).sources == [("c", 2), ("a", 1), ("b", 1)]


def test_it_grows_with_kinds_and_not_with_samples(tmp_path: Path) -> None:
    _, frames = blob_of(tmp_path)
    few, many = (
        counted(tmp_path, *(_alike(sample(0, frames), n) for n in range(count)))
        for count in (3, 60)
    )
    assert _size(few) == _size(many)


def _alike(one: Sample, number: int) -> Sample:
    asked = [replace(p, requests=(f"{p.stage}{number}",), tokens_in=number) for p in one.provenance]
    return replace(one, id=f"q{number}", provenance=tuple(asked))


def _size(statistics: Statistics) -> list[int]:
    found: list[Sized] = [
        statistics.tasks,
        statistics.licences,
        statistics.provenance,
        statistics.frames.counts,
        statistics.terms._counts,
        *(d.counts for d in statistics.char_lengths.values()),
    ]
    return [len(one) for one in found]
