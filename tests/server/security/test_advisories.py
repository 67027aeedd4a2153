"""The table of advisories, and those of them that are about secrets, programs and the page."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import quoth
from places import ROOT
from quoth.errors import ConfigurationError
from quoth.server.credentials import read_token
from served import Served

TABLE = Path(__file__).with_name("advisories.csv")
TESTS = ROOT / "tests"
ROOMS = [Path(quoth.__file__).parent / room for room in ("server", "mcp")]
PAGE = ROOMS[0] / "page"
NUMBER = re.compile(r"CVE-\d{4}-\d+|GHSA(?:-\w{4}){3}|PYSEC-\d{4}-\d+")
STARTERS = {"subprocess", "multiprocessing", "pty", "pexpect", "mcp.client"}
STARTS = re.compile(r"\bos\.(?:exec|spawn|posix_spawn|system|popen|fork)|create_subprocess")


def rows() -> list[dict[str, str]]:
    with TABLE.open(newline="") as file:
        return list(csv.DictReader(file))


def test_each_advisory_of_the_table_has_a_test_that_is_there() -> None:
    for row in rows():
        path, _, name = row["test"].partition("::")
        functions = {
            each.name
            for each in ast.walk(ast.parse((TESTS / path).read_text()))
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        assert NUMBER.fullmatch(row["advisory"]), row
        assert name in functions, row


def test_each_advisory_that_a_test_names_is_in_the_table_once() -> None:
    listed = [row["advisory"] for row in rows()]
    named = {
        number
        for folder in ("server", "web", "agents", "fleet")
        for file in (TESTS / folder).rglob("*.py")
        for number in NUMBER.findall(file.read_text())
    }
    assert len(listed) == len(set(listed))
    assert named <= set(listed), sorted(named - set(listed))


def imports_of(file: Path) -> Iterator[str]:
    for each in ast.walk(ast.parse(file.read_text())):
        if isinstance(each, ast.Import):
            yield from (name.name for name in each.names)
        elif isinstance(each, ast.ImportFrom):
            yield from (each.module or "", *(f"{each.module}.{name.name}" for name in each.names))


def test_nothing_in_the_server_starts_a_program_or_calls_a_server_of_tools(served: Served) -> None:
    """CVE-2025-49596 (MCP Inspector), CVE-2026-30861 (WeKnora), CVE-2026-57124 (PraisonAI): the
    command of a request, or of a configuration in it, was run."""
    for file in (file for room in ROOMS for file in room.rglob("*.py")):
        modules = {name for name in imports_of(file) if name}
        assert not [name for name in modules if any(_is_of(name, other) for other in STARTERS)], (
            file
        )
        assert not STARTS.search(file.read_text()), file
    for fields in ({"command": "true"}, {"mcp_servers": {"a": {"command": "true"}}}):
        body = {"kind": "verify", "collection": "sample", **fields}
        assert served.post("/api/v1/jobs", body).status_code == 400


def _is_of(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")


def test_each_home_has_a_token_of_its_own_that_nobody_guesses(tmp_path: Path) -> None:
    """CVE-2026-61740 (LightRAG: a secret in the source), CVE-2025-15603 (Open WebUI: weak)."""
    made = [read_token(tmp_path / f"token{number}") for number in range(20)]
    assert len(set(made)) == len(made)
    assert all(len(token) >= 43 for token in made)  # 32 bytes in base64
    assert read_token(tmp_path / "token0") == made[0]
    assert (tmp_path / "token0").stat().st_mode & 0o777 == 0o600
    (tmp_path / "token0").write_text("secret:key")
    with pytest.raises(ConfigurationError):
        read_token(tmp_path / "token0")


def test_secrets_are_compared_in_constant_time() -> None:
    """CVE-2024-1729, CVE-2024-47869 (Gradio): the time of `==` told how much was right."""
    tree = ast.parse((ROOMS[0] / "credentials.py").read_text())
    (kind,) = [
        each for each in tree.body if isinstance(each, ast.ClassDef) and each.name == "Credentials"
    ]
    compared = [
        operator
        for each in ast.walk(kind)
        if isinstance(each, ast.Compare)
        for operator in each.ops
    ]
    assert not [each for each in compared if isinstance(each, ast.Eq | ast.NotEq | ast.In)]
    assert ast.unparse(kind).count("compare_digest") == 2


def test_the_id_of_an_operation_opens_nothing_without_the_token(served: Served) -> None:
    """CVE-2026-31950 (LibreChat), CVE-2025-63681 and CVE-2026-45399 (Open WebUI): who knew the id
    of a stream or a task read it, or stopped it."""
    id = served.post("/api/v1/jobs", {"kind": "verify", "collection": "sample"}).json()["id"]
    response = served.post("/v1/responses", {"model": "quoth/sample", "input": "Who?"}).json()["id"]
    assert all(len(each.partition("_")[2]) == 24 for each in (id, response))
    for method, path in (
        ("GET", f"/api/v1/jobs/{id}"),
        ("GET", f"/api/v1/jobs/{id}/events"),
        ("POST", f"/api/v1/jobs/{id}/cancel"),
        ("GET", f"/api/v1/answers/{response}/events"),
        ("GET", f"/v1/responses/{response}"),
        ("POST", f"/v1/responses/{response}/cancel"),
        ("DELETE", f"/v1/responses/{response}"),
    ):
        answer = served.client.request(method, path, headers={"authorization": ""})
        assert answer.status_code == 401, path
    assert served.wait_for(id)["state"] == "done"
    assert served.get(f"/v1/responses/{response}").status_code == 200


def test_the_page_hears_a_closed_list_of_events() -> None:
    """CVE-2025-64496 (Open WebUI): an event of an upstream server was run as code."""
    modules = {file.name: file.read_text("utf-8") for file in PAGE.glob("*.js")}
    assert not [name for name, text in modules.items() if re.search(r"onmessage|postMessage", text)]
    (names,) = re.findall(r"const EVENTS = \[([^\]]*)\]", modules["server.js"])
    assert set(re.findall(r'"(\w+)"', names)) < {
        *("queued", "running", "interrupted", "searching", "found", "text", "citation", "answer"),
        *("progress", "document", "error", "end", "prompt"),
    }
    followers = [name for name, text in modules.items() if "new EventSource" in text]
    assert followers == ["server.js"]


def test_the_page_reads_no_pdf_of_its_own(served: Served) -> None:
    """CVE-2024-4367 (PDF.js): a font in a document ran as a script. Pages come as pictures."""
    for file in PAGE.iterdir():
        assert not re.search(rb"pdf\.?js|pdfjs|getDocument|\bwasm\b|new Worker", file.read_bytes())
    policy = served.get("/", authorization="").headers["content-security-policy"]
    assert not re.search(r"unsafe|worker-src|object-src|blob: *;? *script", policy)
    assert "script-src 'self'" in policy
