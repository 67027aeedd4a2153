"""Fetching the folder of an embedder: whole, with all that its modules name, or not at all."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from programs import Quoth
from quoth.config import load_config, state_folder
from quoth.embed.embedder import embedded_folder
from quoth.errors import ModelNotFoundError, UsageError
from quoth.models import open_embedder
from quoth.weights import EmbedderDownload, is_embedder_source

MODULES = [
    {"path": "", "type": "sentence_transformers.models.Transformer"},
    {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {"path": "2_Dense", "type": "sentence_transformers.models.Dense"},
    {"path": "3_Normalize", "type": "sentence_transformers.models.Normalize"},
]
FILES = (
    "config.json",
    "tokenizer.json",
    "model.safetensors",
    "1_Pooling/config.json",
    "2_Dense/config.json",
    "2_Dense/model.safetensors",
)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The files of a repository, which a hub on this machine serves."""
    files = tmp_path / "hub" / "maker" / "mini" / "resolve" / "main"
    files.mkdir(parents=True)
    serve = partial(Quiet, directory=str(tmp_path / "hub"))
    with ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_address[1]}")
        yield files
        server.shutdown()


def write(files: Path, modules: object, *names: str) -> None:
    for name in names:
        (files / name).parent.mkdir(exist_ok=True)
        (files / name).write_bytes(name.encode())
    (files / "modules.json").write_text(json.dumps(modules))


def fetch(models: Path) -> EmbedderDownload:
    download = EmbedderDownload("hf:maker/mini", models, lambda host: None)
    assert [step.status for step in download.run()][-1].startswith("is ")
    return download


def test_all_files_that_the_modules_name_arrive(hub: Path, tmp_path: Path) -> None:
    write(hub, MODULES, *FILES)
    download = fetch(tmp_path / "models")
    arrived = {
        path.relative_to(download.path).as_posix()
        for path in download.path.rglob("*")
        if path.is_file()
    }
    assert arrived == {*FILES, "modules.json"}
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["mini"]
    assert fetch(tmp_path / "models").path == download.path, "a second time fetches nothing"


@pytest.mark.parametrize("missing", ["config.json", "1_Pooling/config.json", FILES[-1]])
def test_a_folder_without_one_of_them_is_never_there(
    missing: str, hub: Path, tmp_path: Path
) -> None:
    write(hub, MODULES, *(name for name in FILES if name != missing))
    with pytest.raises(ModelNotFoundError):
        fetch(tmp_path / "models")
    assert not (tmp_path / "models" / "mini").exists()
    write(hub, MODULES, *FILES)
    assert fetch(tmp_path / "models").path.is_dir(), "the same command goes on"


@pytest.mark.parametrize("path", ["../../away", "a/../../b"])
def test_a_module_does_not_lead_out_of_the_folder(path: str, hub: Path, tmp_path: Path) -> None:
    write(hub, [*MODULES, {"path": path, "type": "models.Dense"}], *FILES)
    with pytest.raises((UsageError, ModelNotFoundError)):
        fetch(tmp_path / "models")
    assert not (tmp_path / "away").exists()


@pytest.mark.parametrize("modules", ["none", [[]], [{"path": "x"}]])
def test_modules_that_are_none_are_said(modules: object, hub: Path, tmp_path: Path) -> None:
    write(hub, modules, *FILES)
    with pytest.raises(ModelNotFoundError, match="lists no modules"):
        fetch(tmp_path / "models")


def test_the_command_fetches_an_embedder_that_embeds(
    hub: Path, quoth: Quoth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUOTH_HOME", str(tmp_path / "home"))
    for file in embedded_folder().rglob("*"):
        if file.is_file():
            (hub / file.relative_to(embedded_folder())).parent.mkdir(exist_ok=True)
            (hub / file.relative_to(embedded_folder())).symlink_to(file)
    result = quoth("models", "pull", "hf:maker/mini")
    assert result.returncode == 0, result.stderr
    assert "Fetching from 127.0.0.1." in result.stderr
    assert "quoth reembed --set embedding.model=mini" in result.stdout
    assert (state_folder() / "models" / "mini").is_dir()
    fetched, ours = (
        open_embedder(load_config(overrides={"embedding.model": name}).config)
        for name in ("mini", "embedded")
    )
    vectors = [embedder.embed_query("the keys of the archive") for embedder in (fetched, ours)]
    assert vectors[0] == pytest.approx(vectors[1], abs=1e-5)


def test_only_a_repository_is_an_embedder() -> None:
    assert is_embedder_source("hf:maker/mini")
    assert not is_embedder_source("hf:maker/mini/file.gguf")
    assert not is_embedder_source("https://hub.example/maker/mini")
