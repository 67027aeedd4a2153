"""The conformance suite of a backend: what every model must do, on a real one."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from unittest import SkipTest

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from quoth.errors import ConfigurationError, ContextOverflowError
from quoth.models import LocalModel, timings_of
from quoth.prompts import select_prompt

MESSAGES = [
    SystemMessage("You answer in one sentence."),
    HumanMessage("What do bees make from nectar?"),
]
LONG = [HumanMessage("Count from one to one thousand, each number on a line of its own.")]
SCHEMA = {
    "type": "object",
    "properties": {"colour": {"enum": ["red", "blue"]}},
    "required": ["colour"],
    "additionalProperties": False,
}
TEXTS = ("", "a", "The Löschwasser is 12 m³ 🙂.", "two\n\nlines  with  spaces")


class ModelConformance:
    """The contract of a backend. Name your subclass `Test…` and implement `open_model`.

    A check that raises `unittest.SkipTest` does not apply to the model; every test runner shows it
    as skipped.
    """

    window: int = 1024
    """The context window of the model, in tokens."""
    has_seed: bool = True
    """Whether the seed decides what is sampled: the same seed, the same answer."""

    def open_model(self, **settings: object) -> LocalModel:
        """Return a new model with a context window of `window`, and with further settings."""
        raise NotImplementedError("A conformance suite needs a model: override `open_model`.")

    def expected_tokens(self, text: str) -> int | None:
        """Return the number of tokens in `text` by another count; `None` if there is no other."""
        return None

    def is_idle(self) -> bool:
        """Return whether nothing is being generated, where that can be seen from outside."""
        return True

    @cached_property
    def model(self) -> LocalModel:
        """The model that the checks of one test share; override it to share one by all tests."""
        return self.open_model()

    def teardown_method(self) -> None:
        """Unload the model of a test."""
        if "model" in self.__dict__:
            self.model.unload()

    def test_generates(self) -> None:
        answer = self.model.invoke(MESSAGES, max_tokens=12)
        assert isinstance(answer, AIMessage)
        assert answer.text.strip()
        assert "<|im_" not in answer.text
        assert answer.response_metadata["finish_reason"] in {"stop", "length"}

    def test_streams_token_by_token(self) -> None:
        arrivals, text = [], ""
        for chunk in self.model.stream(MESSAGES, max_tokens=12):
            if chunk.text:
                arrivals.append(time.perf_counter())
                text += chunk.text
        assert len(arrivals) >= 5
        assert arrivals[-1] > arrivals[0]
        assert text == self.model.invoke(MESSAGES, max_tokens=12).text

    def test_streams_to_asynchronous_callers(self) -> None:
        """The pieces of one answer are taken by several threads, one after the other."""

        async def ask() -> tuple[str, str]:
            chunks = [chunk.text async for chunk in self.model.astream(MESSAGES, max_tokens=8)]
            return "".join(chunks), (await self.model.ainvoke(MESSAGES, max_tokens=8)).text

        streamed, whole = asyncio.run(ask())
        assert streamed == whole

    def test_answers_a_batch_in_order(self) -> None:
        questions: list[LanguageModelInput] = [
            "Hi.",
            "Say hello to the people in this room.",
            "Name a colour. " * 9,
        ]
        answers = self.model.batch(questions, max_tokens=4)
        read = [timings_of(answer).prompt_tokens for answer in answers]
        assert len(answers) == 3
        assert read[0] < read[1] < read[2]

    def test_stops_at_a_stop_string(self) -> None:
        whole = self.model.invoke(MESSAGES, max_tokens=16).text
        stop = f" {whole.split()[3]}"
        cut = self.model.invoke(MESSAGES, max_tokens=16, stop=[stop])
        assert stop not in cut.text
        assert whole.startswith(cut.text.rstrip())
        assert cut.response_metadata["finish_reason"] == "stop"

    def test_repeats_itself_at_temperature_0(self) -> None:
        texts = {self.model.invoke(MESSAGES, max_tokens=10).text for _ in range(3)}
        assert len(texts) == 1

    def test_repeats_itself_with_a_seed(self) -> None:
        if not self.has_seed:
            raise SkipTest("the backend has no seed")

        def ask(seed: int) -> str:
            return self.model.invoke(MESSAGES, seed=seed, max_tokens=12, temperature=0.9).text

        first = ask(7)
        assert ask(7) == first
        assert {ask(seed) for seed in (1, 2, 3)} != {first}

    def test_counts_tokens(self) -> None:
        counts = [self.model.count_tokens(text) for text in TEXTS]
        assert counts == [self.model.get_num_tokens(text) for text in TEXTS]
        assert counts[0] == 0
        assert all(counts[1:])
        for text, count in zip(TEXTS, counts, strict=True):
            assert self.expected_tokens(text) in {None, count}

    def test_counts_the_prompt(self) -> None:
        counted = self.model.count_prompt(MESSAGES)
        read = timings_of(self.model.invoke(MESSAGES, max_tokens=2)).prompt_tokens
        assert read <= counted
        if self.model.kind == "text":
            assert counted - read <= 1

    def test_tells_what_it_is(self) -> None:
        description = self.model.describe()
        assert description.context_window == self.window
        assert description.parallel >= 1
        assert description.fingerprint
        assert (description.family, description.kind) == (self.model.family, self.model.kind)
        assert select_prompt("answer", self.model).messages(context="c", question="q")

    def test_refuses_what_is_too_long_with_both_counts(self) -> None:
        begin = time.perf_counter()
        try:
            self.model.invoke("word " * (self.window - 50), max_tokens=100)
        except ContextOverflowError as error:
            assert error.prompt_tokens > self.window - 50
            assert error.answer_tokens == 100
            assert error.window == self.window
        else:
            raise AssertionError("a prompt beyond the window was not refused")
        assert time.perf_counter() - begin < 10

    def test_is_cancelled_in_mid_stream(self) -> None:
        stream = self.model.stream(LONG, max_tokens=600)
        seconds_a_token = begin = 0.0
        for number, _ in enumerate(stream):
            begin = begin or time.perf_counter()
            if number == 8:
                seconds_a_token = (time.perf_counter() - begin) / 8
                break
        stream.close()  # type: ignore[attr-defined]  # an iterator to mypy, a generator in fact
        assert wait_until(self.is_idle, 5)
        begin = time.perf_counter()
        self.model.invoke(LONG, max_tokens=1)
        assert time.perf_counter() - begin < max(3.0, 300 * seconds_a_token)

    def test_is_called_from_eight_threads(self) -> None:
        """Each caller gets the answer to its own prompt: no two prompts have the same length."""
        prompts = [f"Repeat: {'apple ' * 3 * number}" for number in range(1, 9)]

        def ask(prompt: str) -> int:
            answer = self.model.invoke(prompt, max_tokens=4)
            assert answer.text.strip()
            return timings_of(answer).prompt_tokens

        alone = [ask(prompt) for prompt in prompts]
        assert len(set(alone)) == len(prompts)
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(ask, prompts)) == alone

    def test_many_long_calls_share_the_window(self) -> None:
        """Each call fits alone; together they are more than the window holds."""
        text = "The lighthouse was repainted. " * 70
        messages: list[BaseMessage] = [HumanMessage(text)]
        assert self.model.count_prompt(messages) >= self.window // 3, "the text is too short"

        def ask(number: int) -> str:
            return self.model.invoke(f"{number} {text}", max_tokens=3).text

        with ThreadPoolExecutor(4) as pool:
            assert len(list(pool.map(ask, range(4)))) == 4

    def test_tells_what_a_call_took(self) -> None:
        answer = self.model.invoke(MESSAGES, max_tokens=8)
        spent = timings_of(answer)
        assert spent.prompt_tokens > 10
        assert 1 <= spent.generated_tokens <= 8
        assert spent.generation_seconds > 0
        assert spent.tokens_per_second > 0
        assert spent.first_token_seconds > 0
        assert spent.calls == 1
        assert answer.usage_metadata
        assert answer.usage_metadata["output_tokens"] == spent.generated_tokens

    def test_keeps_to_a_schema(self) -> None:
        messages = [HumanMessage("Name a colour.")]
        if "json_schema" not in self.model.describe().constraints:
            try:
                self.model.invoke(messages, max_tokens=20, json_schema=SCHEMA)
            except ConfigurationError as error:
                assert "schema" in str(error)
                raise SkipTest("the backend cannot be held to a schema, and says so") from None
            raise AssertionError("a schema that the backend cannot keep was not refused")
        answer = self.model.invoke(messages, max_tokens=48, json_schema=SCHEMA)
        # A small model may add white space without end, which JSON allows.
        assert re.match(r'\{\s*"colour"\s*:\s*"(red|blue)"', answer.text), answer.text

    def test_says_where_it_runs(self) -> None:
        model = self.open_model(gpu_layers="all")
        try:
            spent = timings_of(model.invoke("Hi.", max_tokens=1))
            description = model.describe()
        finally:
            model.unload()
        assert (spent.gpu_layers, spent.note) == (description.gpu_layers, description.offload_note)
        if description.gpu_layers == 0:
            assert "runs on the CPU instead of the GPU" in spent.note

    def test_unloads_and_loads_again(self) -> None:
        model = self.open_model()
        before = model.invoke("Hi.", max_tokens=3).text
        model.unload()
        model.unload()
        model.preload()
        assert model.invoke("Hi.", max_tokens=3).text == before
        model.close()


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Return whether a condition becomes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False
