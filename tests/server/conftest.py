"""A server over a collection of one sentence, with a model that answers by it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bag_embedder import BagEmbedder
from scripted_model import Scripted
from served import Served, serving

TEXT = b"The heron gate opens at seven in the morning, and its keeper is Ida Brandt.\n"


def read(prompt: str) -> str:
    return "The heron gate opens at seven in the morning [1]."


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("gate")
    with serving(home, model=Scripted(answer=read), embedder=BagEmbedder()) as server:
        server.post("/api/v1/collections", {"name": "gate"})
        upload = server.client.put("/api/v1/collections/gate/inbox/gate.txt", content=TEXT)
        assert server.wait_for(upload.json()["job"])["state"] == "done"
        yield server
