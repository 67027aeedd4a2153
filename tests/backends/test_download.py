"""Fetching a model file: resumed, checked, and never taken for whole before it is."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from backends.file_server import FileServer, file_server
from programs import Quoth
from quoth.cli.complete import complete_model
from quoth.errors import (
    BackendError,
    CollectionBusyError,
    ConfigurationError,
    EgressError,
    ModelNotFoundError,
    OutputError,
    QuothError,
    UsageError,
)
from quoth.system import WriteLock
from quoth.weights.download import Download
from quoth.weights.gguf_header import Tensor, encode_entry, encode_header
from quoth.weights.kept import kept_folder, list_kept_models
from quoth.weights.remote import RemoteFile, check_url, is_remote, remote_files

MIB = 2**20
SIZE = 3 * MIB
BODY = random.Random(7).randbytes(SIZE)


def model_file() -> bytes:
    keys = [encode_entry("general.architecture", "llama"), encode_entry("llama.block_count", 1)]
    return encode_header(keys, [Tensor("token_embd.weight", "F16", (1024, SIZE // 2048))]) + BODY


CONTENT = model_file()


@pytest.fixture
def server() -> Iterator[FileServer]:
    with file_server(CONTENT) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quoth.weights.download._PAUSE_SECONDS", 0.0)


def fetch(server: FileServer, folder: Path, path: str = "/hub/m.gguf", sha256: str = "") -> Path:
    hosts: list[str] = []
    download = Download(RemoteFile(server.url + path, "m.gguf", sha256), folder, hosts.append)
    steps = list(download.run())
    assert set(hosts) == {"127.0.0.1"}
    counts = [step.completed for step in steps if step.status == "fetching"]
    assert all(step.completed <= step.total for step in steps if step.total)
    assert not counts or counts[-1] == len(server.content)
    return download.path


def left(folder: Path) -> list[str]:
    names = (path.name for path in folder.iterdir())
    return sorted(name for name in names if not name.startswith("fetch."))


def test_a_file_arrives_whole_through_a_redirect(server: FileServer, tmp_path: Path) -> None:
    assert fetch(server, tmp_path).read_bytes() == CONTENT
    assert left(tmp_path) == ["m.gguf"]


def test_what_is_here_is_not_fetched_again(server: FileServer, tmp_path: Path) -> None:
    path = fetch(server, tmp_path)
    before = path.stat().st_mtime_ns
    steps = list(Download(RemoteFile(f"{server.url}/hub/m.gguf", "m.gguf"), tmp_path, print).run())
    assert [step.status for step in steps] == ["is here already"]
    assert path.stat().st_mtime_ns == before


def test_another_file_of_the_same_name_replaces_it(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(CONTENT[:-1] + b"?")
    assert fetch(server, tmp_path).read_bytes() == CONTENT


def test_a_connection_that_breaks_goes_on_where_it_stopped(
    server: FileServer, tmp_path: Path
) -> None:
    server.cuts = [MIB, MIB]
    assert fetch(server, tmp_path).read_bytes() == CONTENT
    assert server.ranges == ["", f"bytes={MIB}-", f"bytes={2 * MIB}-"]


class Kind(NamedTuple):
    """How the server names the file, and whether a rest can be trusted."""

    named_hash: bool
    tag: str
    resumes: bool


@pytest.mark.parametrize(
    "kind",
    [
        Kind(True, "", True),
        Kind(False, '"v1"', True),
        Kind(False, 'W/"v1"', False),
        Kind(False, "", False),
    ],
    ids=["hash", "strong tag", "weak tag", "nothing"],
)
def test_a_later_run_asks_for_the_rest_only_of_the_same_file(
    server: FileServer, tmp_path: Path, kind: Kind
) -> None:
    server.named_hash = server.named_hash if kind.named_hash else ""
    server.tag = kind.tag
    server.cuts = [MIB] + [0] * 8
    with pytest.raises(BackendError, match="could not be fetched"):
        fetch(server, tmp_path)
    assert not (tmp_path / "m.gguf").exists()
    server.cuts.clear()
    server.asked.clear()
    assert fetch(server, tmp_path).read_bytes() == CONTENT
    assert server.ranges[-1] == (f"bytes={MIB}-" if kind.resumes else "")


def test_a_file_that_changed_meanwhile_is_fetched_from_its_beginning(
    server: FileServer, tmp_path: Path
) -> None:
    server.cuts = [MIB] + [0] * 8
    with pytest.raises(BackendError):
        fetch(server, tmp_path)
    server.cuts.clear()
    server.content = CONTENT[:-4] + b"new!"
    server.named_hash = hashlib.sha256(server.content).hexdigest()
    assert fetch(server, tmp_path).read_bytes() == server.content


def test_a_server_without_ranges_sends_it_again(server: FileServer, tmp_path: Path) -> None:
    server.knows_ranges = False
    server.cuts = [MIB]
    assert fetch(server, tmp_path).read_bytes() == CONTENT


def test_a_part_that_is_too_long_is_dropped(server: FileServer, tmp_path: Path) -> None:
    server.cuts = [MIB] + [0] * 8
    with pytest.raises(BackendError):
        fetch(server, tmp_path)
    server.cuts.clear()
    (tmp_path / ".m.gguf.part").write_bytes(CONTENT + b"and more")
    assert fetch(server, tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("by_user", [True, False])
def test_a_wrong_hash_is_never_kept(server: FileServer, tmp_path: Path, by_user: bool) -> None:
    wrong = "0" * 64
    server.named_hash = "" if by_user else wrong
    with pytest.raises(BackendError, match="its hash differs"):
        fetch(server, tmp_path, sha256=wrong if by_user else "")
    assert left(tmp_path) == []


def test_half_a_file_without_a_length_is_never_taken_for_whole(
    server: FileServer, tmp_path: Path
) -> None:
    server.named_hash, server.names_length = "", False
    for size in (1, SIZE // 2, SIZE):
        server.content = CONTENT[: len(CONTENT) - size]
        with pytest.raises(ModelNotFoundError, match="not a whole GGUF file"):
            fetch(server, tmp_path)
        assert left(tmp_path) == []


def test_half_a_file_that_was_copied_here_is_told(quoth: Quoth, tmp_path: Path) -> None:
    (tmp_path / "half.gguf").write_bytes(CONTENT[:-MIB])
    shown = quoth("models", "show", f"llamacpp:{tmp_path / 'half.gguf'}")
    assert shown.returncode == 2
    assert f"{MIB} bytes are missing" in shown.stderr


def test_a_page_in_place_of_the_file_is_an_error(server: FileServer, tmp_path: Path) -> None:
    server.content, server.named_hash = b"<html>Please sign in</html>" * 90, ""
    with pytest.raises(ModelNotFoundError, match="not a whole GGUF file"):
        fetch(server, tmp_path)
    assert left(tmp_path) == []


@pytest.mark.parametrize(
    ("status", "message"),
    [(401, "signed in"), (403, "signed in"), (404, "has no m.gguf"), (503, "busy"), (418, "418")],
)
def test_a_refusal_is_one_sentence(
    server: FileServer, tmp_path: Path, status: int, message: str
) -> None:
    server.status = status
    with pytest.raises(BackendError, match=message):
        fetch(server, tmp_path)
    assert left(tmp_path) == []


def test_a_redirect_without_an_end_is_an_error(server: FileServer, tmp_path: Path) -> None:
    server.location = "/hub/again.gguf"
    with pytest.raises(BackendError, match="without an end"):
        fetch(server, tmp_path)


def test_a_redirect_to_a_host_without_tls_is_refused(server: FileServer, tmp_path: Path) -> None:
    server.location = "http://files.example/m.gguf"
    with pytest.raises(ConfigurationError, match="no TLS"):
        fetch(server, tmp_path)


def test_each_host_is_asked_for_before_it_is_contacted(server: FileServer, tmp_path: Path) -> None:
    server.location = f"{server.url.replace('127.0.0.1', 'localhost')}/store/m.gguf"
    seen: list[str] = []

    def permit(host: str) -> None:
        seen.append(host)
        if host == "localhost":
            raise EgressError("no")

    with pytest.raises(EgressError, match="no"):
        list(Download(RemoteFile(f"{server.url}/hub/m", "m.gguf"), tmp_path, permit).run())
    assert seen == ["127.0.0.1", "localhost"]
    assert len(server.asked) == 1


def test_a_disk_without_room_is_noticed_first(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=MIB)
    monkeypatch.setattr("quoth.weights.download.shutil.disk_usage", lambda _: usage)
    with pytest.raises(OutputError, match="has no room"):
        fetch(server, tmp_path)
    assert left(tmp_path) == []


def test_two_fetches_into_one_folder_wait_for_each_other(
    server: FileServer, tmp_path: Path
) -> None:
    with WriteLock(tmp_path / "fetch.lock").hold(), pytest.raises(CollectionBusyError):
        fetch(server, tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "hf:a/b",
        "hf:a/../m.gguf",
        "hf:a/b/README.md",
        "hf:a/b/../../c.gguf",
        "hf:a b/c/m.gguf",
        "hf:a/b/.gguf",
        "https://x.example/",
    ],
)
def test_a_name_that_is_no_model_file_is_refused(name: str) -> None:
    assert is_remote(name)
    with pytest.raises(UsageError):
        remote_files(name)


def test_an_address_without_tls_is_refused_but_on_this_machine() -> None:
    with pytest.raises(ConfigurationError, match="no TLS"):
        remote_files("http://files.example/m.gguf")
    check_url("http://127.0.0.1:80/m.gguf")


def test_a_file_of_the_hub_has_its_address_there_or_at_the_mirror(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    (file,) = remote_files("hf:team/tiny-GGUF/q4/tiny.gguf")
    assert file.url == "https://huggingface.co/team/tiny-GGUF/resolve/main/q4/tiny.gguf"
    assert (file.name, file.host) == ("tiny.gguf", "huggingface.co")
    monkeypatch.setenv("HF_ENDPOINT", "https://mirror.example/")
    (file,) = remote_files("hf:team/tiny-GGUF/tiny.gguf")
    assert file.url == "https://mirror.example/team/tiny-GGUF/resolve/main/tiny.gguf"


def test_a_split_model_is_all_its_parts() -> None:
    files = remote_files("hf:a/b/big-00002-of-00003.gguf")
    assert [file.name for file in files] == [f"big-0000{n}-of-00003.gguf" for n in (1, 2, 3)]
    with pytest.raises(UsageError, match="several"):
        remote_files("hf:a/b/big-00001-of-00003.gguf", sha256="0" * 64)


def test_pull_says_the_host_and_how_to_use_the_model(quoth: Quoth, server: FileServer) -> None:
    done = quoth("models", "pull", "hf:hub/tiny/m.gguf", HF_ENDPOINT=server.url)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("Fetching from 127.0.0.1.") == 1
    assert "llamacpp:m.gguf: is whole" in done.stdout
    assert "quoth config set backend.model llamacpp:m.gguf" in done.stdout
    (kept,) = list_kept_models()
    assert (kept.name, kept.path) == ("m.gguf", str(kept_folder() / "m.gguf"))
    assert complete_model("llamacpp:m") == ["llamacpp:m.gguf"]
    assert "llamacpp:m.gguf" in quoth("models", "list").stdout
    fits = quoth("models", "fit", "llamacpp:m.gguf")
    assert "million parameters" in fits.stdout, fits.stderr
    gone = quoth("models", "remove", "llamacpp:m.gguf", "--yes")
    assert gone.returncode == 0, gone.stderr
    assert not list_kept_models()
    missing = quoth("models", "remove", "llamacpp:m.gguf", "--yes")
    assert missing.returncode == 2


def test_a_pull_that_fails_is_one_sentence(quoth: Quoth, server: FileServer) -> None:
    wrong = quoth("models", "pull", f"{server.url}/store/m.gguf", "--sha256", "0" * 64)
    assert wrong.returncode == 2
    assert "its hash differs" in wrong.stderr
    gone = quoth("models", "pull", f"{server.url}/gone/../x.txt")
    assert gone.returncode == 2
    assert "hint: As in: quoth models pull hf:" in gone.stderr
    assert not list_kept_models()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("qwen3:8b", "ollama:qwen3:8b"),
        ("qwen3", "ollama:qwen3"),
        ("hf.co/a/b:Q4", "ollama:hf.co/a/b:Q4"),
        ("a/b/m.gguf", "hf:a/b/m.gguf"),
    ],
)
def test_a_model_without_a_backend_is_told_what_was_meant(
    quoth: Quoth, name: str, meant: str
) -> None:
    refused = quoth("models", "pull", name)
    assert refused.returncode == 2
    assert f"hint: Probably: quoth models pull {meant}" in refused.stderr


def test_every_error_of_a_fetch_is_ours(server: FileServer, tmp_path: Path) -> None:
    server.close()
    with pytest.raises(QuothError, match=r"could not be fetched from 127\.0\.0\.1"):
        fetch(server, tmp_path)
