"""Which published models are advised for a machine."""

from __future__ import annotations

import datetime

import pytest
from quoth.embed.advice import ADVISED_EMBEDDERS, advise_embedders
from quoth.weights.advice import (
    ADVISED_MODELS,
    advise_chat_models,
    chat_models_date,
    list_chat_models,
)
from quoth.weights.memory import Device, Memory

GIB = 2**30


def machine(gibibytes: float, *gpus: float) -> Memory:
    free = int(gibibytes * GIB)
    cards = tuple(Device("card", total=int(gpu * GIB), free=int(gpu * GIB)) for gpu in gpus)
    return Memory(total=2 * free, available=free, gpus=cards)


@pytest.mark.parametrize("gibibytes", [1, 3, 6, 12, 24, 60])
def test_what_is_advised_fits(gibibytes: float) -> None:
    advised = advise_chat_models(machine(gibibytes), bandwidth=30e9, window=8192)
    assert len(advised) <= ADVISED_MODELS
    assert all(advice.needs < gibibytes * GIB for advice in advised)
    assert bool(advised) is (gibibytes > 1)


def test_more_memory_never_advises_a_weaker_first_choice() -> None:
    order = [model.name for model in list_chat_models()]
    first = [
        order.index(advise_chat_models(machine(size), bandwidth=1e12, window=8192)[0].model.name)
        for size in (3, 6, 12, 24, 60)
    ]
    assert first == sorted(first)
    assert first[0] < first[-1]


def test_a_longer_window_needs_more_memory() -> None:
    for model in list_chat_models():
        assert model.needs(8192) < model.needs(32768)
        assert model.needs(10 * model.tokens) == model.needs(model.tokens)


def test_the_speed_is_the_bandwidth_by_the_bytes_that_are_read() -> None:
    for advice in advise_chat_models(machine(60), bandwidth=30e9, window=8192):
        model = advice.model
        assert advice.tokens_per_second == pytest.approx(
            30e9 / (model.bytes * model.active / model.parameters)
        )


def test_a_model_that_is_too_slow_comes_last_and_less_so_by_night() -> None:
    asked = advise_chat_models(machine(60), bandwidth=30e9, window=8192)
    assert asked[0].quick
    quick = [advice.quick for advice in asked]
    assert quick == sorted(quick, reverse=True)
    by_night = advise_chat_models(machine(60), bandwidth=30e9, window=8192, use="summarize")
    assert sum(a.quick for a in by_night) >= sum(quick)
    slow = advise_chat_models(machine(60), bandwidth=1e9, window=8192)
    assert not any(advice.quick for advice in slow)


def test_a_gpu_that_holds_a_model_runs_it() -> None:
    (first, *_) = advise_chat_models(machine(6, 24), bandwidth=30e9, window=8192)
    assert first.place == "gpu"
    assert first.tokens_per_second is None
    assert first.quick


def test_models_know_the_languages_of_the_documents() -> None:
    some = advise_chat_models(machine(4), bandwidth=30e9, window=8192, languages=["ja"])
    assert some
    assert all(advice.model.knows("ja") for advice in some)
    names = {advice.model.name for advice in some}
    german = advise_chat_models(machine(4), bandwidth=30e9, window=8192, languages=["de"])
    assert names < {advice.model.name for advice in german}


def test_embedders_know_the_languages_and_leave_room_for_the_chat_model() -> None:
    for languages in ([], ["en"], ["de", "zh"]):
        advised = advise_embedders(available=8 * GIB, languages=languages)
        assert 0 < len(advised) <= ADVISED_EMBEDDERS
        assert all(model.knows(code) for model in advised for code in languages)
        assert any(model.ollama for model in advised)
    small = advise_embedders(available=GIB, languages=["de"])
    assert all(model.parameters * 4_000_000 * 4 <= GIB for model in small)


def test_the_list_is_dated_and_whole() -> None:
    assert datetime.date.fromisoformat(chat_models_date()) >= datetime.date(2026, 11, 27)
    for model in list_chat_models():
        assert model.licence
        assert model.file.count("/") == 2
        assert model.file.endswith(".gguf")
        assert 0 < model.active <= model.parameters
