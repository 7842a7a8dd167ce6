from hypothesis import given
from hypothesis import strategies as st

from pipeline.models.transformers_captioner.groups import PASSED_OVER, Groups
from tests.models.transformers_captioner.prompts import prompt


def test_a_batch_has_as_many_prompts_as_its_tokens_allow_and_at_least_one() -> None:
    groups = Groups(35)
    assert [groups.capacity(tokens) for tokens in (10, 35, 36)] == [3, 1, 1]
    for _ in range(4):
        assert not groups.next_is_full() or groups.capacity(10) == 3
        groups.add(prompt(6, 4))
    assert groups.next_is_full()
    assert [len(groups.cut()), len(groups.cut()), bool(groups)] == [3, 1, False]


def test_what_does_not_stack_goes_one_by_one() -> None:
    groups = Groups(1000, stacks=False)
    groups.add(prompt())
    groups.add(prompt())
    assert groups.next_is_full()
    assert [len(groups.cut()), len(groups.cut())] == [1, 1]


def test_the_fullest_batch_goes_first_but_the_oldest_prompt_is_not_forgotten() -> None:
    groups = Groups(20)
    odd = prompt(pixels=5)
    groups.add(odd)
    order = []
    for _ in range(4):
        groups.add(prompt())
        groups.add(prompt())
        order.append(odd in groups.cut())
    assert order == [False] * PASSED_OVER + [True, False]


def test_a_smaller_batch_is_remembered_and_a_larger_one_not() -> None:
    groups = Groups(100)
    groups.shrink(30)
    groups.shrink(60)
    assert groups.capacity(10) == 3


def test_cancelled_prompts_are_dropped() -> None:
    groups = Groups(100)
    kept, dropped, odd = prompt(), prompt(), prompt(pixels=5)
    for one in (kept, dropped, odd):
        groups.add(one)
    dropped.answer.cancel()
    odd.answer.cancel()
    assert groups.drop_cancelled() == [dropped, odd]
    assert groups.cut() == [kept]
    assert not groups


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 60)), max_size=40))
def test_everything_comes_out_once_in_batches_of_equal_shape(given: list[tuple[int, int]]) -> None:
    groups = Groups(100)
    prompts = [prompt(tokens, pixels=pixels) for pixels, tokens in given]
    for one in prompts:
        groups.add(one)
    out = []
    while groups:
        batch = groups.cut()
        assert len({one.shapes for one in batch}) == 1
        assert len(batch) == 1 or sum(one.tokens for one in batch) <= 100
        out += batch
    assert sorted(map(id, out)) == sorted(map(id, prompts))
    for same in {one.shapes for one in prompts}:
        assert [p for p in out if p.shapes == same] == [p for p in prompts if p.shapes == same]
