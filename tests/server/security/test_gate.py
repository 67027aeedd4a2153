"""Attacks on a server that listens on loopback, after published advisories.

Each test names the advisories whose hole it would find here.
"""

from __future__ import annotations

import re
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from quoth.server.gate import PUBLIC
from quoth.server.routes import ENDPOINTS
from served import TOKEN, Served, serving

EVIL = "evil.example"


def path_of(path: str) -> str:
    return re.sub(
        r"\{(\w+)(:path)?\}",
        lambda part: {
            "collection": "sample",
            "document": "file-" + "0" * 24,
            "page": "1",
            "operation": "job_" + "0" * 24,
            "conversation": "20260101-000000-abcdef",
        }.get(part[1], "x"),
        path,
    )


PAGE = ("/", "/page/{file}")
"""The files of the page, which hold nothing of the documents."""

ROUTES = [(each.method, path_of(each.path)) for each in ENDPOINTS if each.path not in PAGE]


def raw(served: Served, *lines: str, body: str = "") -> str:
    """Send a request as it stands, and return all of the answer."""
    address = urlsplit(served.url)
    with socket.create_connection((str(address.hostname), address.port or 0), timeout=10) as line:
        line.sendall(("\r\n".join([*lines, "Connection: close", "", ""]) + body).encode("latin-1"))
        parts = []
        while part := line.recv(65536):
            parts.append(part)
    return b"".join(parts).decode("latin-1")


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_but_health_needs_a_token(served: Served, method: str, path: str) -> None:
    """CVE-2026-2652 and CVE-2026-0545 (MLflow), CVE-2026-45397 (Open WebUI), CVE-2025-63390,
    CVE-2025-63391 (AnythingLLM): one route was forgotten."""
    for token in ("", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x"):
        body = {"code": "wrong"} if path.endswith("session") else None
        answer = served.client.request(method, path, headers={"authorization": token}, json=body)
        if path == "/health":
            assert answer.status_code == 200
            continue
        assert answer.status_code == 401, (path, token)
        assert answer.json()["error"]["code"] == "invalid_api_key"
        assert answer.headers["www-authenticate"] == "Bearer"


def test_the_public_routes_are_two() -> None:
    assert {path for _, path in PUBLIC} == {"/health", "/api/v1/session"}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/", "/page/main.js"])
def test_nothing_is_sent_to_the_page_without_a_token(
    served: Served, method: str, path: str
) -> None:
    assert served.client.request(method, path, headers={"authorization": ""}).status_code == 401


@pytest.mark.parametrize("host", [EVIL, f"{EVIL}:80", "127.0.0.1.evil.example", "0.0.0.0", "[::]"])
@pytest.mark.parametrize("path", ["/health", "/api/v1/status", "/nowhere"])
def test_another_host_name_is_answered_by_nothing(served: Served, host: str, path: str) -> None:
    """CVE-2024-28224 (Ollama), CVE-2025-66416 (mcp), CVE-2025-66414, CVE-2025-14279 (MLflow): a
    name that is bound to 127.0.0.1 later made a page of the web a reader."""
    answer = served.client.get(path, headers={"host": host})
    assert answer.status_code == 421


@pytest.mark.parametrize("mark", ["/", "?", "#", "@", "\\", " ", "%2f"])
def test_a_host_with_more_than_a_name_is_refused(served: Served, mark: str) -> None:
    """CVE-2026-48710 (Starlette), CVE-2026-49468 (LiteLLM), CVE-2026-48746 (vLLM): the path was
    read from an address that was put together from `Host`."""
    head = raw(
        served, "GET /api/v1/status HTTP/1.1", f"Host: 127.0.0.1{mark}health", "X-Y: z"
    ).split("\r\n")[0]
    assert " 400 " in head


def test_two_hosts_are_refused(served: Served) -> None:
    head = raw(served, "GET /health HTTP/1.1", "Host: 127.0.0.1", f"Host: {EVIL}")
    assert " 400 " in head.split("\r\n")[0]


def test_nothing_reads_the_address_that_is_put_together_from_the_host() -> None:
    """CVE-2026-48710 (Starlette)."""
    import quoth.server.app

    for file in Path(quoth.server.app.__file__).parent.rglob("*.py"):
        assert not re.search(r"request\.(url|base_url)|\burl_for\b", file.read_text()), file


@pytest.mark.parametrize(
    "origin",
    [
        f"http://{EVIL}",
        "null",
        "http://127.0.0.1:1",
        "http://127.0.0.1.evil.example",
        "https://127.0.0.1",
    ],
)
def test_a_page_of_another_origin_is_refused(served: Served, origin: str) -> None:
    """CVE-2024-47165 and CVE-2025-5320 (Gradio: `null`), CVE-2024-47084 (Gradio: with a cookie),
    CVE-2026-6657 (jupyter-server: a beginning was enough), CVE-2026-2611 (MLflow)."""
    for method, path in (("GET", "/api/v1/status"), ("POST", "/api/v1/jobs")):
        answer = served.client.request(method, path, headers={"origin": origin})
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_a_browser_says_of_another_site_is_believed(served: Served, site: str) -> None:
    """CVE-2024-7806 (Open WebUI), CVE-2024-1727 (Gradio), CVE-2024-3135 (LocalAI), CVE-2024-8026
    (QAnything), CVE-2025-62593 (Ray: judged by `User-Agent`)."""
    for agent in ("Mozilla/5.0", "curl/8"):
        headers = {"sec-fetch-site": site, "user-agent": agent}
        assert served.client.post("/api/v1/jobs", headers=headers, json={}).status_code == 403


def test_a_link_from_elsewhere_shows_a_page_and_changes_nothing(served: Served) -> None:
    headers = {
        "sec-fetch-site": "cross-site",
        "sec-fetch-mode": "navigate",
        "sec-fetch-dest": "document",
    }
    assert served.client.get("/api/v1/status", headers=headers).status_code == 200
    assert served.client.post("/api/v1/jobs", headers=headers, json={}).status_code == 403


def test_no_answer_lets_another_origin_read_it_unless_it_is_configured(served: Served) -> None:
    """CVE-2026-32617 (AnythingLLM), CVE-2026-56400 (Open WebUI), CVE-2024-8024, CVE-2026-7643."""
    for method, path in ROUTES:
        answer = served.client.request(method, path, headers={"authorization": ""})
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_configured_origin_reads_answers_by_its_exact_name(tmp_path: Path) -> None:
    origin = "http://localhost:3000"
    with serving(tmp_path, origins=(origin,)) as server:
        answer = server.get("/api/v1/status", origin=origin)
        assert answer.headers["access-control-allow-origin"] == origin
        asked = server.client.options(
            "/api/v1/jobs", headers={"origin": origin, "authorization": ""}
        )
        assert asked.status_code == 204
        assert server.get("/api/v1/status", origin=f"{origin}0").status_code == 403


def test_every_answer_has_the_headers_of_safety(served: Served) -> None:
    for path in ("/health", "/nowhere", "/api/v1/status"):
        headers = served.client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-resource-policy"] == "same-origin"


def test_a_code_buys_a_cookie_once(served: Served) -> None:
    """CVE-2026-45339 (Open WebUI): another way in was checked less."""
    credentials = served.services.credentials
    assert credentials is not None
    code = credentials.make_code()
    bought = served.client.post("/api/v1/session", json={"code": code})
    cookie = bought.headers["set-cookie"]
    assert bought.status_code == 204
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert str(served.services.settings.port) in cookie.split("=")[0]
    assert served.client.post("/api/v1/session", json={"code": code}).status_code == 401
    served.client.cookies.clear()
    pair = {"cookie": cookie.split(";")[0], "authorization": ""}
    assert served.client.get("/api/v1/status", headers=pair).status_code == 200
    assert served.client.post("/api/v1/jobs", headers=pair, json={}).status_code == 403
    own = {**pair, "origin": served.url}
    assert served.client.post("/api/v1/jobs", headers=own, json={}).status_code == 400
    last = pair["cookie"][-1]
    forged = {**pair, "cookie": pair["cookie"][:-1] + ("1" if last == "0" else "0")}
    assert served.client.get("/api/v1/status", headers=forged).status_code == 401


def test_no_route_of_get_changes_anything(served: Served) -> None:
    """CVE-2024-7035 (Open WebUI)."""
    before = served.services.state.read("PRAGMA data_version").fetchone()
    for method, path in ROUTES:
        if method == "GET" and "events" not in path:
            served.client.get(path)
    assert served.services.state.read("PRAGMA data_version").fetchone() == before
