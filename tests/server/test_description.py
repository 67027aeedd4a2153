"""The description of the native routes holds: schemathesis asks what it allows, and what not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bag_embedder import BagEmbedder
from scripted_model import Scripted
from served import TOKEN, Served, serving

TEXT = b"The heron gate opens at seven in the morning, and its keeper is Ida Brandt.\n"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("described")
    with serving(home, model=Scripted(), embedder=BagEmbedder()) as server:
        server.post("/api/v1/collections", {"name": "gate"})
        upload = server.client.put("/api/v1/collections/gate/inbox/gate.txt", content=TEXT)
        assert server.wait_for(upload.json()["job"])["state"] == "done"
        yield server


def ask_all(server: Served, *options: str) -> str:
    """Return what schemathesis says of the server, which it asks by its description."""
    description = Path("openapi.json")
    description.write_text(server.get("/api/v1/openapi.json").text)
    result = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            *("run", description, "--url", server.url, "--checks", "all"),
            *("--seed", "1", "--generation-deterministic"),
            *("--continue-on-failure", "--no-color", "--warnings", "off", *options),
        ],
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]
    return result.stdout


def with_token(*options: str) -> tuple[str, ...]:
    return ("-H", f"Authorization: Bearer {TOKEN}", *options)


def test_a_tenth_of_the_requests_are_answered_as_described(filled: Served) -> None:
    told = ask_all(filled, *with_token("--phases", "fuzzing", "--max-examples", "1"))
    assert "Server error" not in told


@pytest.mark.slow
def test_every_kind_of_request_is_answered_as_described(filled: Served) -> None:
    ask_all(
        filled,
        *with_token("--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "50"),
    )


@pytest.mark.slow
def test_without_a_token_every_answer_is_a_described_refusal(filled: Served) -> None:
    ask_all(
        filled,
        *("--phases", "examples,coverage,fuzzing", "--max-examples", "50"),
        *("--exclude-checks", "positive_data_acceptance,unsupported_method"),
    )
