"""What the conformance suite runs on: every backend, on the embedded model, for real."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from conformance.bert_vocabulary import write_vocabulary
from conformance.ollama_server import EMBEDDER, NAME, OllamaServer, ollama_over
from conformance.ollama_shown import Shown, read_shown
from conformance.subjects import (
    BACKENDS,
    LIVE,
    OVER_HTTP,
    PROGRAM,
    WINDOW,
    Subject,
    live_model,
    llama_server,
    open_behind,
    settings,
)
from quoth.backends.ollama.wire import server_address
from quoth.config.settings import Embedding
from quoth.embed.embedder import FolderEmbedder
from quoth.models import LocalModel, open_model
from quoth.testing import FaultyProxy, open_faulty_proxy
from quoth.weights.find import find_embedded_weights

_EXTRAS = {"llama-cpp-python": "llama_cpp", "gpt4all": "gpt4all"}

_results: dict[str, dict[str, str]] = {}
_reasons: dict[tuple[str, str], str] = {}


@pytest.fixture(scope="session")
def weights() -> Path:
    return find_embedded_weights()


@pytest.fixture(scope="session")
def llama_url(weights: Path) -> Iterator[str]:
    """A real llama.cpp server, in a process of its own."""
    with llama_server("-m", str(weights), "-c", str(WINDOW)) as url:
        yield url


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory, weights: Path) -> Path:
    """A folder with the programs `llama-server` and `small.llamafile`."""
    folder = tmp_path_factory.mktemp("programs")
    for name in ("llama-server", "small.llamafile"):
        file = folder / name
        file.write_text(
            f'#!/bin/sh\nTEST_MODEL="{weights}" exec "{sys.executable}" "{PROGRAM}" "$@"\n'
        )
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return folder


@pytest.fixture(scope="session")
def ollama_folder(tmp_path_factory: pytest.TempPathFactory, weights: Path) -> Path:
    """A folder of models as Ollama keeps them."""
    folder = tmp_path_factory.mktemp("ollama")
    vocabulary = tmp_path_factory.mktemp("vocabulary") / "embedder.gguf"
    tokenizer = FolderEmbedder.open(Embedding()).folder / "tokenizer.json"
    write_vocabulary(tokenizer, vocabulary, window=512)
    for digit, (name, file) in enumerate(((NAME, weights), (EMBEDDER, vocabulary))):
        digest = str(digit) * 64
        blob = folder / "blobs" / f"sha256-{digest}"
        blob.parent.mkdir(exist_ok=True)
        blob.symlink_to(file)
        manifest = folder / "manifests/registry.ollama.ai/library" / name.replace(":", "/")
        manifest.parent.mkdir(parents=True)
        layer = {"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{digest}"}
        manifest.write_text(json.dumps({"schemaVersion": 2, "layers": [layer]}))
    return folder


@pytest.fixture(scope="session")
def ollama_digests(ollama_folder: Path) -> dict[str, str]:
    library = ollama_folder / "manifests/registry.ollama.ai/library"
    files = {name: library / name.replace(":", "/") for name in (NAME, EMBEDDER)}
    return {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in files.items()}


@pytest.fixture(scope="session")
def ollama_models(weights: Path, ollama_folder: Path) -> dict[str, Shown]:
    """What the imitation shows of its models."""
    stops = {"stop": ["<|im_start|>", "<|im_end|>"]}
    return {
        NAME: read_shown(weights, capabilities=("completion",), parameters=stops),
        EMBEDDER: read_shown(
            ollama_folder / "blobs" / f"sha256-{'1' * 64}", capabilities=("embedding",)
        ),
    }


@pytest.fixture(scope="session")
def shared_ollama(
    llama_url: str, ollama_models: dict[str, Shown], ollama_digests: dict[str, str]
) -> Iterator[OllamaServer]:
    with ollama_over(llama_url, ollama_models, ollama_digests) as server:
        yield server


@pytest.fixture
def ollama_server(
    llama_url: str, ollama_models: dict[str, Shown], ollama_digests: dict[str, str]
) -> Iterator[OllamaServer]:
    with ollama_over(llama_url, ollama_models, ollama_digests) as server:
        yield server


@pytest.fixture(autouse=True)
def _surroundings(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, ollama_folder: Path
) -> None:
    """Let only tests of a real Ollama see the one that is here."""
    if request.node.get_closest_marker("live") is None:
        monkeypatch.setenv("OLLAMA_MODELS", str(ollama_folder))
        monkeypatch.delenv("OLLAMA_HOST", raising=False)


@pytest.fixture(scope="module")
def subjects(shared_ollama: OllamaServer) -> Iterator[dict[str, Subject]]:
    """The backends that were opened so far; all models are unloaded in the end."""
    known: dict[str, Subject] = {}
    yield known
    for subject in known.values():
        for model in subject.opened:
            model.unload()


@pytest.fixture(params=[*BACKENDS, pytest.param(LIVE, marks=pytest.mark.live)])
def subject(
    request: pytest.FixtureRequest,
    subjects: dict[str, Subject],
    record_check: None,
    _surroundings: None,
) -> Subject:
    """A backend, with a model that the checks of one module share."""
    backend = request.param
    if backend not in subjects:
        subjects[backend] = _make(backend, request)
    return subjects[backend]


@pytest.fixture
def record_check(request: pytest.FixtureRequest) -> None:
    """Write this check into the table."""
    backend = request.node.callspec.params.get("subject") or request.node.callspec.params["faulted"]
    check = request.node.originalname.removeprefix("test_").replace("_", " ")
    request.node.user_properties.append(("conformance", (backend, check)))


def _make(backend: str, request: pytest.FixtureRequest) -> Subject:
    if backend in _EXTRAS and importlib.util.find_spec(_EXTRAS[backend]) is None:
        pytest.skip(f"the package of the extra {backend} is not installed")
    if backend == LIVE:
        name = live_model()
        return Subject(backend, lambda **c: open_model(settings(model=name, **c)), embedded=False)
    if backend == "llamacpp":
        return Subject(backend, lambda **c: open_model(settings(**c)))
    if backend in {"llama-cpp-python", "gpt4all"}:
        file = "embedded"
        if backend == "gpt4all":
            file = str(request.getfixturevalue("old_weights"))
        return Subject(backend, lambda **c: open_model(settings(model=f"{backend}:{file}", **c)))
    if backend == "llamafile":
        file = request.getfixturevalue("programs") / "small.llamafile"
        return Subject(backend, lambda **c: open_model(settings(model=f"llamafile:{file}", **c)))
    url = request.getfixturevalue("llama_url")
    slots = lambda: httpx2.get(f"{url}/slots", trust_env=False).json()  # noqa: E731
    if backend == "ollama":
        server = request.getfixturevalue("shared_ollama")
        return Subject(backend, lambda **c: open_behind(backend, server.url, **c), slots)
    return Subject(backend, lambda **c: open_behind(backend, url, **c), slots)


@pytest.fixture(scope="session")
def old_weights(tmp_path_factory: pytest.TempPathFactory, weights: Path) -> Path:
    """The embedded model under the name of a pre-tokenizer that gpt4all knows."""
    file = tmp_path_factory.mktemp("gpt4all") / "small.gguf"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "gguf.scripts.gguf_new_metadata",
            "--pre-tokenizer",
            "refact",
            str(weights),
            str(file),
        ],
        check=True,
        capture_output=True,
    )
    return file


@pytest.fixture(params=[*OVER_HTTP, pytest.param(LIVE, marks=pytest.mark.live)])
def faulted(
    request: pytest.FixtureRequest, record_check: None, _surroundings: None
) -> Iterator[tuple[LocalModel, FaultyProxy]]:
    """A backend whose server is behind a proxy that fails on request."""
    backend, name = request.param, ""
    if backend == "ollama":
        upstream = request.getfixturevalue("ollama_server").url
    elif backend == LIVE:
        name, upstream = live_model(), server_address(settings())
    else:
        upstream = request.getfixturevalue("llama_url")
    with open_faulty_proxy(upstream) as proxy:
        if name:
            model = open_model(settings(model=name, url=proxy.url, timeout=30.0))
        else:
            model = open_behind(backend, proxy.url, timeout=2.0)
        try:
            yield model, proxy
        finally:
            proxy.fail_with("", 0)
            model.close()


# -- the table -----------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--conformance-table", action="store_true", help="Print the table backend × check."
    )


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    for name, value in report.user_properties:
        if name != "conformance":
            continue
        assert isinstance(value, tuple | list)  # a list from another process
        backend, check = value
        row = _results.setdefault(check, {})
        if report.skipped:
            row[backend] = "–"
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
            _reasons[backend, check] = str(reason).removeprefix("Skipped: ")
        elif report.failed:
            row[backend] = "FAILED"
        elif report.when == "call":
            row.setdefault(backend, "✓")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if not config.getoption("--conformance-table", default=False):
        return
    write = terminalreporter.write_line
    columns = [name for name in (*BACKENDS, LIVE) if any(name in row for row in _results.values())]
    write("")
    write("| check | " + " | ".join(f"`{name}`" for name in columns) + " |")
    write("|---|" + "---|" * len(columns))
    for check, row in _results.items():
        write(f"| {check} | " + " | ".join(row.get(name, "·") for name in columns) + " |")
    write("")
    write("✓ passed, – skipped, · does not apply: there is no server that could fail.")
    for backend in columns:
        skipped = {check: reason for (name, check), reason in _reasons.items() if name == backend}
        if len(set(skipped.values())) == 1 and len(skipped) > 1:
            write(f"`{backend}`: {next(iter(skipped.values()))}.")
            continue
        for check, reason in skipped.items():
            write(f"`{backend}`, {check}: {reason}.")
