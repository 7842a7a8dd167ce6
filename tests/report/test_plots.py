"""The charts: lengths are shares, words are escaped, and lines say what they count."""

import xml.etree.ElementTree as ET
from array import array

from pipeline.engine.events import Counts
from pipeline.engine.status import StageStatus
from pipeline.report.bars import Bar, Part, bar_chart
from pipeline.report.choice import choose
from pipeline.report.distances import distance_chart
from pipeline.report.glance import Glance
from pipeline.report.plots import plots

GIVEN = [
    *(Glance(f"s{i}", "sample", "a", "train", gaps=(1.0, 3.0)) for i in range(6)),
    *(Glance(f"t{i}", "sample", "b", "test", gaps=(2.0,)) for i in range(2)),
    *(Glance(f"v{i}", "rejected", "a", "", "verdicts", "unique_answer") for i in range(3)),
    Glance("g", "rejected", "a", "", "grounding", "no_verified_box"),
    Glance("f", "failed", "a", "", "evidence", "incomplete"),
    Glance("w", "waiting", "a"),
    Glance("captions:x", "failed", stage="captions", reason="WorkerDied"),
]
STAGE = StageStatus("captions", Counts(10, 7, {"odd": 2}, {"WorkerDied": 1}), 1.0, 0, 0.0, ())


def lines(svg: str) -> list[list[str]]:
    """The texts of each line of a chart."""
    groups = ET.fromstring(svg).findall("g")
    return [[text.text or "" for text in group.findall("text")] for group in groups]


def test_the_funnel_counts_what_is_left_behind_every_stage() -> None:
    made = {plot.name: plot for plot in plots(choose(GIVEN, 99)[1], [STAGE])}
    assert lines(made["funnel"].svg) == [
        ["written", "14"],
        ["decided", "13", "1 wait"],
        ["pass the review", "10", "−3 unique_answer"],
        ["have evidence", "9", "−1 incomplete"],
        ["are grounded", "8", "−1 no_verified_box"],
        ["are samples", "8", "6 train, 2 test"],
    ]
    assert lines(made["tasks"].svg) == [["a", "6"], ["b", "2"]]
    assert lines(made["reasons"].svg)[0] == ["verdicts: unique_answer", "3"]
    assert ["captions: WorkerDied", "1"] in lines(made["reasons"].svg)
    assert lines(made["stages"].svg) == [["captions", "7 of 10", "2 odd, 1 WorkerDied"]]


def test_nothing_makes_no_charts() -> None:
    assert plots(choose([], 9)[1], []) == []


def test_bars_are_shares_of_the_longest_or_of_what_is_given() -> None:
    bars = [Bar("a", "3", (Part("train", 2), Part("test", 1))), Bar("b", "0", (Part("train", 0),))]
    found = [
        (r.get("class"), r.get("x"), r.get("width"))
        for r in ET.fromstring(bar_chart("n", bars)).iter("rect")
        if r.get("class") != "track"
    ]
    assert found == [("train", "0.00%", "66.67%"), ("test", "66.67%", "33.33%")]
    (half,) = ET.fromstring(bar_chart("n", bars[:1], 6)).findall("g/rect[@class='train']")
    assert half.get("width") == "33.33%"


def test_words_that_look_like_markup_stay_words() -> None:
    evil = '<script>"&'
    svg = bar_chart(evil, [Bar(evil, evil, (Part("train", 1),), evil, ("task", evil))])
    root = ET.fromstring(svg)
    assert root.get("aria-label") == evil
    assert [t.text for t in root.iter("text")] == [evil] * 3
    assert root.find("g") is not None and root.find("g").get("data-value") == evil  # type: ignore[union-attr]


def test_distances_reach_over_the_middle_of_what_there_is() -> None:
    svg = distance_chart({"a_task": array("d", [1.0] * 50 + [3.0] * 50), "none": array("d")})
    root = ET.fromstring(svg)
    texts = [t.text for t in root.iter("text")]
    assert "a task" in texts and "median 1.0 s" in texts, "a value that occurs, as in the card"
    assert texts[:5] == ["0 s", "1 s", "2 s", "3 s", "4 s"]
    (middle,) = root.iter("rect")
    assert (middle.get("x"), middle.get("width")) == ("25.00%", "50.00%")
    assert distance_chart({}) == distance_chart({"none": array("d")}) == ""
