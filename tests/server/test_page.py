"""The files of the page as the server sends them: public, harmless, small, and complete."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import quoth
from bag_embedder import BagEmbedder
from quoth.tune import weights_to_tune
from quoth.weights import Profile, Trial, describe_machine, fingerprint_of, write_profile
from scripted_model import Scripted
from served import Served, serving

FOLDER = Path(quoth.__file__).parent / "server" / "page"
FILES = sorted(FOLDER.iterdir())
MOST_BYTES = 150_000
TAKES_MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment"
    r"|\beval\b|new Function|setHTML|srcdoc"
)
SPOKEN = re.compile(r'say\(\s*"([a-z.-]+)"')


def test_the_page_comes_without_a_token_and_holds_no_script_of_its_own(served: Served) -> None:
    answer = served.get("/", authorization="")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "trusted-types 'none'" in answer.headers["content-security-policy"]
    assert not re.search(r"<style|style=|\son\w+=|<script>|javascript:", answer.text)


def test_every_file_that_the_page_names_is_there(served: Served) -> None:
    for address in re.findall(r'(?:href|src)="(/[^"]+)"', served.get("/", authorization="").text):
        assert served.get(address, authorization="").status_code == 200


@pytest.mark.parametrize("name", ["nothing.js", "..%2fbrowsing.py", "page.html", "%2e%2e/app.py"])
def test_no_other_file_is_sent(served: Served, name: str) -> None:
    assert served.get(f"/page/{name}").status_code == 404


def test_the_page_is_small() -> None:
    assert sum(len(gzip.compress(file.read_bytes())) for file in FILES) < MOST_BYTES


@pytest.mark.parametrize("file", [file for file in FILES if file.suffix == ".js"], ids=str)
def test_no_module_makes_markup_from_text(file: Path) -> None:
    assert not TAKES_MARKUP.search(file.read_text("utf-8"))


def test_every_text_that_the_page_says_is_there_in_every_language() -> None:
    languages = re.findall(r'\["(\w+)", "', (FOLDER / "words.js").read_text("utf-8"))
    english, *others = (
        json.loads((FOLDER / f"{name}.json").read_text("utf-8")) for name in languages
    )
    assert len(others) >= 2
    holes = re.compile(r"\{\w+\}")
    for other in others:
        assert list(english) == list(other)
        for key, text in english.items():
            assert sorted(holes.findall(text)) == sorted(holes.findall(other[key])), key
    said = {
        key
        for file in FILES
        if file.suffix == ".js"
        for key in SPOKEN.findall(file.read_text("utf-8"))
    }
    assert said <= set(english)


def test_a_conversation_has_the_name_of_its_first_question_until_it_is_named(
    served: Served,
) -> None:
    id = served.post("/api/v1/conversations", {"collection": "sample"}).json()["id"]
    asked = {"question": "Is notice by e-mail valid?", "conversation": id}
    served.post("/api/v1/collections/sample/answers", asked)
    talk = served.get(f"/api/v1/conversations/{id}").json()
    assert talk["name"] == asked["question"]
    assert [(turn["question"], turn["state"]) for turn in talk["turns"]] == [
        (asked["question"], "done")
    ]
    served.client.put(f"/api/v1/conversations/{id}", json={"name": " Notices "})
    talks = served.get("/api/v1/conversations").json()["conversations"]
    assert next(each["name"] for each in talks if each["id"] == id) == "Notices"


def test_the_exact_prompt_of_an_answer_is_told_where_a_model_was_asked(
    served: Served, tmp_path: Path
) -> None:
    asked = {"question": "Is notice by e-mail valid?"}
    shown = served.post("/api/v1/collections/sample/answers", asked).json()
    assert served.get(f"/api/v1/answers/{shown['id']}/prompt").status_code == 404
    with serving(tmp_path, model=Scripted(), embedder=BagEmbedder()) as server:
        server.post("/api/v1/collections", {"name": "gate"})
        text = b"The heron gate opens at seven in the morning.\n"
        sent = server.client.put("/api/v1/collections/gate/inbox/gate.txt", content=text).json()
        server.wait_for(sent["job"])
        asked = {"question": "When does the heron gate open?"}
        written = server.post("/api/v1/collections/gate/answers", asked).json()
        prompt = server.get(f"/api/v1/answers/{written['id']}/prompt").json()["text"]
    assert asked["question"] in prompt
    assert text.decode().strip() in prompt


def test_the_fit_of_the_model_is_told_with_larger_ones(served: Served) -> None:
    fit = served.get("/api/v1/models/fit").json()
    assert fit["place"]
    assert 0 < fit["bytes"] < fit["free"]
    assert all(model["fetch"].startswith("quoth models pull ") for model in fit["models"])


def test_only_the_page_lets_another_model_answer(served: Served) -> None:
    asked = {"name": "llamacpp:embedded"}
    refused = served.post("/api/v1/models/choose", asked)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "by_person_only")
    elsewhere = {"name": "llamacpp:/etc/hostname"}
    unknown = served.post("/api/v1/models/choose", elsewhere, sec_fetch_site="same-origin")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "model_not_found")
    (here,) = [
        model
        for model in served.get("/api/v1/models/here").json()["models"]
        if model["name"] == asked["name"]
    ]
    assert here["answers"]
    assert here["bytes"] > 0


def test_what_tuning_found_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTH_HOME", str(tmp_path))
    weights = weights_to_tune("llamacpp:embedded")
    assert weights is not None
    with serving(tmp_path, embedder=BagEmbedder()) as server:
        fit = server.get("/api/v1/models/fit").json()
        assert (fit["tunable"], fit["tuned"]) == (True, None)
        write_profile(
            Profile(
                model="embedded",
                fingerprint=fingerprint_of(weights),
                machine=describe_machine(),
                date="2026-11-01",
                workload="summarize",
                default=Trial("engine", "defaults", 3.0, 100.0, 10.0),
                chosen=Trial("engine", "chosen", 2.0, 150.0, 15.0),
                stored="Q8_0",
                threads=2,
            ),
            tmp_path / "staged",
        )
        tuned = server.get("/api/v1/models/fit").json()["tuned"]
    assert (tuned["stored"], tuned["threads"]) == ("Q8_0", 2)
    assert (tuned["reads"], tuned["writes"], tuned["gain"]) == (150.0, 15.0, 1.5)


def test_the_program_opens_the_page_in_the_browser_and_signs_it_in(tmp_path: Path) -> None:
    opened = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {opened}.part && mv {opened}.part {opened}\n')
    browser.chmod(0o700)
    environment = {**os.environ, "QUOTH_HOME": str(tmp_path / "home"), "BROWSER": f"{browser} %s"}
    with subprocess.Popen(
        [sys.executable, "-m", "quoth.cli", "serve", "--port", "0", "--open"],
        env=environment,
        stderr=subprocess.DEVNULL,
    ) as program:
        end = time.monotonic() + 60
        while not opened.exists() and time.monotonic() < end:
            time.sleep(0.05)
        program.terminate()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/#code=\S{20,}", opened.read_text())


def test_a_permanent_address_is_the_page_for_a_browser_and_needs_a_token_otherwise(
    served: Served,
) -> None:
    document = served.get("/api/v1/collections/sample/documents").json()["documents"][0]["id"]
    path = f"/c/sample/d/{document}/p/1"
    opened = served.get(
        path, authorization="", sec_fetch_mode="navigate", sec_fetch_dest="document"
    )
    assert opened.headers["content-type"].startswith("text/html")
    assert served.get(path, authorization="").status_code == 401
    assert served.get(path).headers["content-type"].startswith("text/plain")
