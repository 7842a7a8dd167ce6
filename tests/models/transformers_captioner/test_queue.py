"""When a batch leaves, and who waits for room; the threads of the service are in its own tests."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from pipeline.models.transformers_captioner.prompt import Prompt
from pipeline.models.transformers_captioner.queue import LINGER_SECONDS, PromptQueue
from tests.models.transformers_captioner.prompts import prompt

MOMENT = 0.03
"""Seconds in which what should not happen would have happened."""


def bring(queue: PromptQueue, *prompts: Prompt) -> None:
    with queue.bringing():
        for one in prompts:
            queue.prepared(queue.reserve(), one)


def waiting(future: Future[Any]) -> bool:
    time.sleep(MOMENT)
    return not future.done()


@pytest.fixture
def pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(2)


def test_nobody_there_is_no_batch_and_whoever_comes_next_begins_anew() -> None:
    queue = PromptQueue(100)
    assert queue.take() is None
    assert queue.enter()
    assert not queue.enter()
    queue.leave()
    queue.leave()
    assert not queue.enter()  # whoever takes has not noticed that nobody was there
    queue.leave()
    assert queue.take() is None
    assert queue.enter()


def test_a_full_batch_leaves_at_once_even_while_the_model_works() -> None:
    queue = PromptQueue(30)
    queue.enter()
    prompts = [prompt() for _ in range(3)]
    queue.begins([])
    bring(queue, *prompts)
    assert queue.take() == prompts


def test_a_part_of_a_batch_waits_for_the_model_to_be_idle(pool: ThreadPoolExecutor) -> None:
    queue = PromptQueue(30)
    queue.enter()
    queue.begins([])
    one = prompt()
    bring(queue, one)
    taken = pool.submit(queue.take)
    assert waiting(taken)
    queue.idle()
    assert taken.result(5) == [one]


def test_a_part_of_a_batch_waits_for_what_is_being_prepared(pool: ThreadPoolExecutor) -> None:
    queue = PromptQueue(30)
    queue.enter()
    first, second = prompt(), prompt()
    with queue.bringing():
        queue.prepared(queue.reserve(), first)
        reserved = queue.reserve()
    taken = pool.submit(queue.take)
    assert waiting(taken)
    queue.prepared(reserved, second)
    assert taken.result(5) == [first, second]


def test_it_lingers_only_as_long_as_somebody_may_bring_more(pool: ThreadPoolExecutor) -> None:
    queue = PromptQueue(30)
    queue.enter()
    one = prompt()
    with queue.bringing():
        queue.prepared(queue.reserve(), one)
        before = time.monotonic()
        assert queue.take() == [one]
        assert time.monotonic() - before >= LINGER_SECONDS
    two = prompt()
    bring(queue, two)
    before = time.monotonic()
    assert queue.take() == [two]
    assert time.monotonic() - before < LINGER_SECONDS


def test_two_batches_may_be_prepared_and_a_third_waits_for_the_first_to_begin(
    pool: ThreadPoolExecutor,
) -> None:
    queue = PromptQueue(30)
    queue.enter()
    prompts = [prompt() for _ in range(6)]
    bring(queue, *prompts)
    seventh = pool.submit(bring, queue, prompt())
    assert waiting(seventh)
    batch = queue.take()
    assert batch == prompts[:3]
    assert waiting(seventh)  # it was taken, but not yet begun
    queue.begins(batch)
    seventh.result(5)


def test_a_prompt_larger_than_all_the_room_goes_alone() -> None:
    queue = PromptQueue(30)
    queue.enter()
    large = prompt(500)
    bring(queue, large)
    assert queue.take() == [large]


def test_what_nobody_awaits_any_more_makes_room(pool: ThreadPoolExecutor) -> None:
    queue = PromptQueue(30)
    queue.enter()
    prompts = [prompt() for _ in range(6)]
    bring(queue, *prompts)
    late = prompt()
    brought = pool.submit(bring, queue, late)
    for one in prompts:
        one.answer.cancel()
    taken = pool.submit(queue.take)
    brought.result(5)
    assert taken.result(5) == [late]


def test_a_prompt_that_is_asked_again_waits_for_no_room() -> None:
    queue = PromptQueue(30)
    queue.enter()
    prompts = [prompt() for _ in range(6)]
    bring(queue, *prompts)
    again = prompt()
    queue.again(again)
    assert queue.take() == prompts[:3]
    assert queue.take() == prompts[3:]
    assert queue.take() == [again]


def test_after_a_failure_everybody_is_told(pool: ThreadPoolExecutor) -> None:
    queue = PromptQueue(30)
    queue.enter()
    prompts = [prompt() for _ in range(6)]
    bring(queue, *prompts)
    blocked = pool.submit(bring, queue, prompt())
    assert waiting(blocked)
    error = RuntimeError("gone")
    queue.fail(error)
    late = prompt()
    queue.again(late)
    for one in (*prompts, late):
        assert one.answer.exception(5) is error
    told: list[Callable[[], object]] = [lambda: blocked.result(5), lambda: bring(queue, prompt())]
    for ask in told:
        with pytest.raises(RuntimeError, match="gone"):
            ask()


def test_the_last_caller_who_leaves_ends_the_wait() -> None:
    queue = PromptQueue(30)
    queue.enter()
    taken: list[object] = []
    thread = threading.Thread(target=lambda: taken.append(queue.take()))
    thread.start()
    time.sleep(MOMENT)
    queue.leave()
    thread.join(5)
    assert taken == [None]
