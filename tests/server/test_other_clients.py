"""Clients that nobody here wrote: the official one for Node, and `llm`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from served import TOKEN, Served

from bench.clients import NODE_CLIENT

QUESTION = "When does the heron gate open?"


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("npm"), reason="needs Node with npm")
def test_the_official_client_for_node(gate: Served, tmp_path: Path) -> None:
    script = Path(__file__).with_name("openai_client.mjs")
    shutil.copy(script, tmp_path)
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefer-offline"]
    install.append(NODE_CLIENT)
    if subprocess.run(install, cwd=tmp_path, capture_output=True).returncode:
        pytest.skip(f"npm cannot fetch {NODE_CLIENT}")
    result = subprocess.run(
        ["node", "--test", script.name],
        cwd=tmp_path,
        env={**os.environ, "URL": gate.url, "TOKEN": TOKEN},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert result.returncode == 0, result.stdout


def test_llm_prints_the_footnotes(gate: Served, tmp_path: Path) -> None:
    pytest.importorskip("llm")
    (tmp_path / "extra-openai-models.yaml").write_text(
        f"- {{model_id: mine, model_name: quoth/gate, api_base: {gate.url}/v1, api_key_name: mine}}"
    )

    def ask(*options: str) -> str:
        result = subprocess.run(
            [sys.executable, "-m", "llm", "-m", "mine", "--key", TOKEN, *options, QUESTION],
            env={**os.environ, "LLM_USER_PATH": str(tmp_path), "LLM_LOAD_PLUGINS": ""},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert result.returncode == 0, result.stderr
        return result.stdout

    for printed in (ask("--no-stream"), ask()):
        assert "[1] gate.txt, p. 1: “The heron gate opens at seven" in printed
