from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from programs import Quoth
from quoth.config.settings import ModelSettings
from quoth.errors import UsageError
from quoth.models import open_model
from quoth.tune import tune, undo
from quoth.tune.contest import pick_winner
from quoth.tune.formats import Copy, write_copies
from quoth.tune.perplexity import compare_perplexities, read_log_probabilities
from quoth.tune.trial import Candidate, Size, open_candidate, time_call
from quoth.weights.find import find_embedded_weights
from quoth.weights.fingerprint import fingerprint_of
from quoth.weights.gguf import read_gguf
from quoth.weights.profile import (
    LLAMA_CPP_PYTHON,
    XLLAMACPP,
    Profile,
    Trial,
    describe_machine,
    folder_of,
    profile_of,
    write_profile,
)

native = pytest.mark.skipif(
    importlib.util.find_spec("llama_cpp") is None, reason="needs the extra llama-cpp-python"
)
ONE_THREAD = ModelSettings(threads=1, parallel=1, context_window=2048)


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Copy]:
    folder = tmp_path_factory.mktemp("copies")
    shares: list[float] = []
    made = write_copies(find_embedded_weights(), ("F16", "Q4_0"), folder, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    return {copy.name: copy for copy in made}


@pytest.fixture
def profile(copies: dict[str, Copy], tmp_path: Path) -> Iterator[Profile]:
    original = find_embedded_weights()
    made = Profile(
        model="llamacpp:embedded",
        fingerprint=fingerprint_of(original),
        machine=describe_machine(),
        date="2026-11-21",
        workload="chat",
        default=Trial("altogether", "defaults", 2.0, 100.0, 10.0),
        chosen=Trial("altogether", "chosen", 1.0, 200.0, 20.0),
        stored="F16",
        weights=str(copies["F16"].path),
        settings={"parallel": 2, "batch_tokens": 256},
        threads=1,
    )
    write_profile(made, tmp_path / "made")
    yield made
    undo(ModelSettings())


def test_a_copy_is_the_same_model_to_within_what_it_says(copies: dict[str, Copy]) -> None:
    original = read_gguf(find_embedded_weights())
    for name, copy in copies.items():
        header = read_gguf(copy.path)
        assert header.quantization == name
        assert header.parameters == original.parameters
        assert header.chat_template == original.chat_template
        assert {k: v[0] for k, v in header.tensors.items()} == {
            k: v[0] for k, v in original.tensors.items()
        }
    assert 0 < copies["F16"].rounding < 0.001
    assert 0.02 < copies["Q4_0"].rounding < 0.2


def test_what_a_lossy_copy_forgets_is_measured(copies: dict[str, Copy]) -> None:
    files = {"as it is": find_embedded_weights(), **{n: copy.path for n, copy in copies.items()}}
    logarithms = {
        name: read_log_probabilities(Candidate(path, ONE_THREAD)) for name, path in files.items()
    }
    close, _ = compare_perplexities(logarithms["as it is"], logarithms["F16"])
    lossy, error = compare_perplexities(logarithms["as it is"], logarithms["Q4_0"])
    assert close == pytest.approx(1.0, abs=0.03)
    assert lossy > 1.03
    assert 0 < error < lossy


def test_a_tuned_model_opens_as_it_was_tuned(profile: Profile) -> None:
    model = open_model(ModelSettings())
    assert str(model.weights_file()) == profile.weights
    assert model.describe().parallel == 2
    assert model.describe().family == "chatml"
    assert model.invoke("What is the capital of France?", max_tokens=4).text
    model.close()


@native
def test_a_model_opens_on_the_engine_that_was_faster(profile: Profile, tmp_path: Path) -> None:
    write_profile(replace(profile, engine=LLAMA_CPP_PYTHON), tmp_path / "other")
    model = open_model(ModelSettings())
    assert model.describe().engine == LLAMA_CPP_PYTHON
    assert (model.model, str(model.weights_file())) == ("llamacpp:embedded", profile.weights)
    assert model.invoke("What is the capital of France?", max_tokens=4).text
    model.close()


@pytest.mark.parametrize("engine", [XLLAMACPP, pytest.param(LLAMA_CPP_PYTHON, marks=native)])
def test_a_measured_call_writes_exactly_the_tokens_that_are_wanted_and_uses_no_cache(
    engine: str,
) -> None:
    with open_candidate(Candidate(find_embedded_weights(), ONE_THREAD, engine)) as model:
        for _ in range(2):
            timings = time_call(model, Size(reads=100, writes=40), number=3)
            assert timings.generated_tokens == 40
            assert timings.prompt_tokens > 50
            assert timings.cached_prompt_tokens == 0


def test_other_bytes_are_other_weights_for_the_journal(profile: Profile) -> None:
    before = fingerprint_of(find_embedded_weights())
    assert open_model(ModelSettings()).describe().fingerprint != before
    assert undo(ModelSettings())
    assert open_model(ModelSettings()).describe().fingerprint == before
    assert not undo(ModelSettings())


def test_what_the_user_set_counts_more(profile: Profile) -> None:
    assert open_model(ModelSettings(parallel=3)).describe().parallel == 3


@pytest.mark.parametrize("spoilt", ["{", json.dumps({"model": "x"})])
def test_a_spoilt_profile_is_none(profile: Profile, spoilt: str) -> None:
    (folder_of(profile.fingerprint) / "profile.json").write_text(spoilt)
    assert profile_of(find_embedded_weights()) is None
    assert open_model(ModelSettings()).weights_file() == find_embedded_weights()


def test_a_profile_of_another_machine_is_none(profile: Profile, tmp_path: Path) -> None:
    write_profile(Profile(**{**_fields(profile), "machine": "another"}), tmp_path / "other")
    assert profile_of(find_embedded_weights()) is None


def test_tuning_measures_and_remembers(quoth: Quoth) -> None:
    steps: list[int] = []
    profile = tune(
        ModelSettings(),
        workload="chat",
        seconds=8,
        progress=lambda done, total, what: steps.append(done),
    )
    assert steps == sorted(steps)
    assert {trial.what for trial in profile.trials} >= {"weights"}
    assert all(trial.seconds > 0 and trial.prompt_speed > 0 for trial in profile.trials)
    assert profile_of(find_embedded_weights()) == profile
    assert not list(folder_of(profile.fingerprint).parent.glob("*.part-*"))
    said = quoth("doctor", "--json").stdout
    (found,) = [one for one in json.loads(said) if one["what"] == "tuning"]
    assert profile.stored in found["found"]
    assert "times as long" in found["found"]
    assert "defaults again" in quoth("tune", "--undo").stdout
    assert profile_of(find_embedded_weights()) is None


def test_what_was_not_compared_with_the_defaults_is_not_chosen() -> None:
    one, faster, slow = (Trial("threads", "", seconds, 100.0, 10.0) for seconds in (1.0, 0.9, 2.0))
    assert pick_winner({"1": one}, "2", margin=0.95) == "2"
    assert pick_winner({"1": one, "2": slow}, "2", margin=0.95) == "1"
    assert pick_winner({"1": faster, "2": one}, "2", margin=0.95) == "1"
    assert pick_winner({"1": faster, "2": one}, "2", margin=0.85) == "2"
    assert pick_winner({"1": one, "2": faster}, "2", margin=0.95) == "2"


def test_a_model_of_a_server_cannot_be_tuned(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="separate program"):
        tune(ModelSettings(model="ollama:qwen"))
    with pytest.raises(UsageError, match="no workload"):
        tune(ModelSettings(), workload="sing")


def _fields(profile: Profile) -> dict[str, Any]:
    return {name: getattr(profile, name) for name in Profile.__dataclass_fields__}
