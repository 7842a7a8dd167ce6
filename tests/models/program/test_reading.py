from pipeline.models.program.reading import Statement, labels, read, times


def test_a_time_holds_until_the_next() -> None:
    said = read("Look: at 1.5 seconds a car on the left and people; at 3 seconds a traffic light.")
    assert said == [
        Statement(1.5, "car", plural=False, side="left"),
        Statement(1.5, "person", plural=True),
        Statement(3.0, "traffic light", plural=False),
    ]


def test_places_of_one_object_at_several_times() -> None:
    said = read("The dog is at 0.5 seconds on the left and at 1.0 seconds in the centre.")
    assert said == [
        Statement(0.5, "dog", plural=False, side="left"),
        Statement(1.0, "dog", plural=False, side="centre"),
    ]


def test_relations() -> None:
    said = read(
        "At 1.0 seconds the person is to the left of the bicycle; "
        "at 2.0 seconds the person is overlapping the bicycle."
    )
    assert said == [
        Statement(1.0, "person", plural=False, relation="to the left of", other="bicycle"),
        Statement(2.0, "person", plural=False, relation="overlapping", other="bicycle"),
    ]
    assert labels(said) == ["person", "bicycle"]


def test_what_tells_no_time_is_read_without_one() -> None:
    assert read("A bus passes.") == [Statement(None, "bus", plural=False)]
    assert read("Nothing of note on the right, to the left of it all.") == []


def test_times_are_read_where_they_have_a_unit() -> None:
    assert times("At 1.5 seconds 2 cars, at 12 seconds none.") == [1.5, 12.0]


def test_a_relation_to_an_object_named_before_the_time() -> None:
    said = read("The person is at 1.0 seconds apart from the car.")
    assert said[-1] == Statement(1.0, "person", plural=False, relation="apart from", other="car")
