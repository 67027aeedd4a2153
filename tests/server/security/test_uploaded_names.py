"""Files that go in and out: their names choose no path, and nothing of them is shown or run."""

from __future__ import annotations

import io
import socket
import zipfile
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import pytest
from bag_embedder import BagEmbedder
from scripted_model import Scripted
from served import TOKEN, Served, serving

NAMES = [
    "../../../escaped.txt",
    "/etc/escaped.txt",
    "C:\\Windows\\escaped.txt",
    "..\\..\\escaped.txt",
    "%2e%2e%2fescaped.txt",
    "%252e%252e%252fescaped.txt",
    "a\x00b.txt",
    "CON",
    "nul.txt",
    "x" * 300 + ".txt",
    "\u202etxt.exe",
    "~",
    "$(reboot).txt",
    "a/../../b.txt",
    '<img src=x onerror="alert(1)">.txt',
]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("files")
    with serving(home, model=Scripted(), embedder=BagEmbedder()) as server:
        server.post("/api/v1/collections", {"name": "gate"})
        yield server


def upload(server: Served, name: str, body: bytes) -> dict[str, object]:
    answer = server.client.put(
        f"/api/v1/collections/gate/inbox/{quote(name, safe='')}?ingest=false", content=body
    )
    assert answer.status_code == 201, answer.text
    told: dict[str, object] = answer.json()
    return told


@pytest.mark.parametrize("name", NAMES, ids=[f"name {n}" for n in range(len(NAMES))])
def test_the_name_of_an_upload_chooses_no_path(shelf: Served, name: str) -> None:
    """CVE-2024-6707, CVE-2024-7033, CVE-2024-7034, CVE-2024-7037, CVE-2024-8060, CVE-2026-28786,
    CVE-2026-44565, CVE-2026-44566 (Open WebUI), CVE-2026-24486 (python-multipart), CVE-2024-0549,
    CVE-2024-5211, CVE-2024-10513 (AnythingLLM)."""
    home = shelf.services.home
    body = f"The name was number {NAMES.index(name)}.".encode()
    told = upload(shelf, name, body)
    kept = shelf.services.uploads.get(str(told["id"])).path
    assert kept.resolve().is_relative_to((home / "server" / "files").resolve())
    assert kept.read_bytes() == body
    shown = str(told["name"])
    assert not set(shown) & set('/\\<>:"|?*%\x00\r\n\u202e')
    assert len(shown.encode()) <= 125
    files = home / "server" / "files"
    assert not [path for path in home.parent.rglob("*escaped*") if files not in path.parents]


def test_the_name_of_a_form_chooses_no_path(shelf: Served) -> None:
    """CVE-2026-24486 (python-multipart): `filename` was a path."""
    for number, name in enumerate([*NAMES, ".", "..", "a\r\nSet-Cookie: x=y.txt"]):
        body = f"The form was number {number}.".encode()
        answer = shelf.client.post("/v1/files", files={"file": (name, body)})
        assert answer.status_code == 200, answer.text
        kept = shelf.services.uploads.get(answer.json()["id"]).path
        assert kept.resolve().is_relative_to((shelf.services.home / "server" / "files").resolve())


@pytest.mark.parametrize("depth", [0, 1, 2, 9])
def test_no_part_of_an_address_is_a_path(shelf: Served, depth: int) -> None:
    """CVE-2026-44716 (pipecat), CVE-2026-54014, CVE-2026-54017, CVE-2026-59221 (Open WebUI: nine
    times percent-encoded), CVE-2024-1561, CVE-2024-51751, CVE-2026-28414 (Gradio),
    CVE-2026-32981 (Ray), CVE-2024-12866 (QAnything), CVE-2024-37032 (Ollama: the digest)."""
    traps = ["../../../../etc/passwd", "..\\..\\etc\\passwd", "/etc/passwd", "file:///etc/passwd"]
    for trap in traps:
        part = trap
        for _ in range(depth):
            part = quote(part, safe="")
        for path in (
            f"/api/v1/collections/{part}",
            f"/api/v1/collections/gate/documents/{part}",
            f"/api/v1/collections/gate/documents/{part}/original",
            f"/api/v1/conversations/{part}",
            f"/api/v1/prompts/{part}",
            f"/v1/files/{part}/content",
            f"/v1/vector_stores/{part}/files",
            f"/v1/models/{part}",
            f"/c/gate/d/{part}/p/1",
            f"/static/{part}",
            f"/{part}",
        ):
            answer = _raw(shelf, path)
            assert " 200 " not in answer.split("\r\n")[0], path
            assert "root:" not in answer


def test_what_is_outside_and_what_is_missing_look_the_same(shelf: Served) -> None:
    """CVE-2024-7038 (Open WebUI), CVE-2024-39719 (Ollama): the error told what exists."""
    told = set()
    for part in ("..%2f..%2f..%2fetc%2fpasswd", "..%2f..%2f..%2fno%2fsuch"):
        answer = _raw(shelf, f"/api/v1/collections/gate/documents/{part}/original")
        told.add(answer.split("\r\n\r\n")[1])
    assert len(told) == 1


def test_an_archive_unpacks_nothing_beside_itself(shelf: Served) -> None:
    """CVE-2024-45436 (Ollama), CVE-2026-32719: the name of a member was its path."""
    outside = shelf.services.home.parent
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in (
            "../../../slipped.txt",
            f"{outside}/slipped.txt",
            "a/../../slipped.txt",
            "b.txt",
        ):
            archive.writestr(name, f"The member {name} has a heron.")
    path = "/api/v1/collections/gate/inbox/slip.zip"
    job = shelf.client.put(path, content=packed.getvalue()).json()["job"]
    assert shelf.wait_for(job)["state"] == "done"
    assert not list(outside.rglob("slipped*"))
    found = shelf.post("/api/v1/collections/gate/search", {"question": "heron"}).json()["hits"]
    assert found


@pytest.mark.parametrize("suffix", ["html", "svg", "xml", "pdf", "js"])
def test_an_original_is_saved_and_never_shown(shelf: Served, suffix: str) -> None:
    """CVE-2024-12870, CVE-2024-12871 (RAGFlow), CVE-2024-47872 (Gradio), CVE-2023-40170,
    CVE-2026-44727 (jupyter-server), CVE-2026-73415 (JupyterLab): it ran in the server's origin."""
    body = f"<script>alert('{suffix}')</script>".encode()
    told = upload(shelf, f"attack.{suffix}", body)
    answer = shelf.get(f"/v1/files/{told['id']}/content")
    assert answer.content == body
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": "http://192.0.2.1/x.png"}},
        {"type": "image_url", "image_url": {"url": "file:///etc/passwd"}},
        {"type": "image_url", "image_url": {"url": "http://[::ffff:127.0.0.1]:8765/api/v1/status"}},
        {"type": "input_image", "image_url": "http://192.0.2.1/x.png"},
        {"type": "file", "file": {"file_id": "file-" + "0" * 24}},
        {"type": "input_file", "file_url": "http://192.0.2.1/x.pdf"},
        {"type": "input_audio", "input_audio": {"data": "", "format": "wav"}},
    ],
    ids=lambda part: str(part["type"]),
)
def test_no_address_of_a_request_is_fetched(shelf: Served, part: dict[str, object]) -> None:
    """CVE-2024-12450 (RAGFlow), CVE-2024-0455, CVE-2024-0759 (AnythingLLM), CVE-2026-45400,
    CVE-2026-45401, CVE-2026-45331, CVE-2026-54018, CVE-2026-54009 (Open WebUI), CVE-2026-31943,
    CVE-2026-31945 (LibreChat), CVE-2024-12779."""
    for path, body in (
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": [part]}]}),
        ("/v1/responses", {"input": [{"role": "user", "content": [part]}]}),
    ):
        for model in ("quoth/gate", "scripted:test"):
            answer = shelf.post(path, {"model": model, **body})
            assert answer.status_code == 400
            assert answer.json()["error"]["code"] == "unsupported_content"
    named: list[dict[str, object]]
    named = [{"url": "http://192.0.2.1"}, {"roots": ["/etc"]}, {"path": "/etc/passwd"}]
    for fields in named:
        answer = shelf.post("/api/v1/jobs", {"kind": "ingest", "collection": "gate", **fields})
        assert answer.status_code in (400, 404)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": "Hello"}]}),
        ("/v1/responses", {"input": "Hello"}),
        ("/v1/embeddings", {"input": "Hello"}),
    ],
)
@pytest.mark.parametrize("model", ["ollama:llama3", "llamacpp:/tmp/x.gguf", "hf:org/name", "../x"])
def test_a_request_loads_no_model(
    shelf: Served, path: str, body: dict[str, object], model: str
) -> None:
    """CVE-2026-45829 (chromadb): the embedder that a request named was built. CVE-2024-32878,
    CVE-2026-34159 (llama.cpp): a model file is code."""
    answer = shelf.post(path, {"model": model, **body})
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "model_not_found"


def test_a_template_in_a_text_stays_a_text(shelf: Served) -> None:
    """CVE-2026-45312 (RAGFlow), CVE-2024-2952 (LiteLLM): a prompt was a template."""
    trap = "{{ 7 * 7 }} {% raw %} {question} ${7*7} <%= 7*7 %>"
    answer = shelf.post(
        "/v1/chat/completions",
        {"model": "scripted:test", "messages": [{"role": "user", "content": trap}]},
    )
    assert answer.status_code == 200
    assert "49" not in answer.json()["choices"][0]["message"]["content"]
    told = upload(shelf, "{{7*7}}.txt", trap.encode())
    assert "49" not in str(told["name"])


def test_no_secret_is_in_the_log(shelf: Served, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        shelf.get("/api/v1/status")
        shelf.client.get("/api/v1/status", headers={"authorization": "Bearer wrong-secret-0123"})
        shelf.post("/v1/chat/completions", {"model": "quoth/gate", "messages": "secret-question"})
    ours = [each.getMessage() for each in caplog.records if not each.name.startswith("httpc")]
    assert TOKEN not in "\n".join(ours)
    assert "wrong-secret-0123" not in "\n".join(ours)


def _raw(server: Served, path: str) -> str:
    """Return all of the answer to a path that no client has made harmless."""
    address = urlsplit(server.url)
    request = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n"
        "Connection: close\r\n\r\n"
    )
    with socket.create_connection((str(address.hostname), address.port or 0), timeout=10) as line:
        line.sendall(request.encode("latin-1"))
        parts = []
        while part := line.recv(65536):
            parts.append(part)
    return b"".join(parts).decode("latin-1")
