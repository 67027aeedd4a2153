"""The native routes, over real HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest
from bag_embedder import BagEmbedder
from quoth import Library
from served import Served, events_of, serving

GENERATOR = "How long can the emergency generator run on a full tank?"


def test_health_needs_no_token(served: Served) -> None:
    answer = served.client.get("/health", headers={"authorization": ""})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_the_collection_is_listed_with_its_counts(served: Served) -> None:
    listed = served.get("/api/v1/collections").json()["collections"]
    (sample,) = [each for each in listed if each["name"] == "sample"]
    assert sample["documents"] == 5
    assert sample["chunks"] > 50
    assert served.get("/api/v1/collections/sample").json() == sample


def test_a_search_gives_places_whose_addresses_open(served: Served) -> None:
    hits = served.post("/api/v1/collections/sample/search", {"question": GENERATOR, "k": 3}).json()
    first = hits["hits"][0]
    page = served.get(
        f"/api/v1/collections/sample/documents/{first['file_id']}/pages/{first['page']}"
    ).json()
    assert page["text"][first["start"] : first["end"]] == first["text"]
    opened = served.client.get(first["url"])
    assert opened.status_code == 200
    assert first["text"] in opened.text


@pytest.mark.parametrize(("k", "status"), [(3.0, 200), (3.5, 400), ("3", 400), (True, 400)])
def test_an_integer_is_one_however_it_is_written(served: Served, k: object, status: int) -> None:
    body = {"question": GENERATOR, "k": k, "scope": {"pages": [1.0, 900]}}
    answer = served.post("/api/v1/collections/sample/search", body)
    assert answer.status_code == status
    if status == 200:
        assert len(answer.json()["hits"]) == 3


def test_an_answer_has_citations_that_stand_on_their_pages(served: Served) -> None:
    answer = served.post("/api/v1/collections/sample/answers", {"question": GENERATOR}).json()
    assert answer["kind"] == "excerpt"
    assert "32 hours" in answer["text"]
    for place in answer["citations"]:
        path = f"/api/v1/collections/sample/documents/{place['file_id']}/pages/{place['page']}"
        page = served.get(path).json()
        assert page["text"][place["start"] : place["end"]] == place["quote"]
        boxes = served.get(f"{path}/boxes?start={place['start']}&end={place['end']}").json()
        assert boxes["found"]
        assert all(0 <= edge <= 1 for box in boxes["boxes"] for edge in box)
        image = served.get(f"{path}/image?start={place['start']}&end={place['end']}")
        assert image.content.startswith(b"\x89PNG")
        words = served.get(f"{path}/words").json()["words"]
        assert {"text", "box"} == set(words[0])


def test_the_events_of_an_answer_can_be_left_and_joined_again(served: Served) -> None:
    asked = served.post(
        "/api/v1/collections/sample/answers", {"question": GENERATOR}, prefer="respond-async"
    )
    assert asked.status_code == 202
    path = f"{asked.headers['location']}/events"
    events = events_of(served.get(path).text)
    names = [name for _, name, _ in events]
    assert names[0] == "queued"
    assert names[-1] == "end"
    assert {"searching", "found", "text", "citation", "answer"} <= set(names)
    assert [number for number, _, _ in events] == list(range(1, len(events) + 1))
    assert events_of(served.get(path, last_event_id="3").text) == events[3:]
    assert events_of(served.get(f"{path}?after=4").text) == events[4:]
    (answer,) = [data for _, name, data in events if name == "answer"]
    assert served.get(asked.headers["location"]).json()["result"] == answer


def test_a_question_can_be_streamed_at_once(served: Served) -> None:
    with served.client.stream(
        "POST",
        "/api/v1/collections/sample/answers",
        json={"question": GENERATOR},
        headers={"accept": "text/event-stream"},
    ) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        text = "".join(response.iter_text())
    told = "".join(data["delta"] for _, name, data in events_of(text) if name == "text")
    assert "32 hours" in told


def test_a_conversation_keeps_its_answers_with_citations(served: Served) -> None:
    talk = served.post("/api/v1/conversations", {"collection": "sample"}).json()
    for question in (GENERATOR, "Who tests it?"):
        body = {"question": question, "conversation": talk["id"]}
        assert served.post("/api/v1/collections/sample/answers", body).status_code == 200
    kept = served.get(f"/api/v1/conversations/{talk['id']}").json()
    assert [answer["conversation"] for answer in kept["answers"]] == [talk["id"]] * 2
    assert kept["answers"][0]["citations"]
    listed = served.get("/api/v1/conversations").json()["conversations"]
    assert talk["id"] in [each["id"] for each in listed]
    assert served.client.delete(f"/api/v1/conversations/{talk['id']}").status_code == 204
    assert served.get(f"/api/v1/conversations/{talk['id']}").status_code == 404


def test_an_uploaded_file_is_read_by_a_job_and_found(served: Served) -> None:
    served.post("/api/v1/collections", {"name": "uploads"})
    body = b"The heron gate opens at seven in the morning. Its keeper is Ida Brandt.\n"
    upload = served.client.put("/api/v1/collections/uploads/inbox/..%2F..%2Fgate.txt", content=body)
    assert upload.status_code == 201, upload.text
    assert upload.json()["name"] == "gate.txt"
    job = served.wait_for(upload.json()["job"])
    assert job["state"] == "done", job
    asked = {"question": "When does the heron gate open?"}
    hits = served.post("/api/v1/collections/uploads/search", asked).json()["hits"]
    assert hits[0]["file_id"] == upload.json()["id"]
    path = f"/api/v1/collections/uploads/documents/{upload.json()['id']}"
    original = served.get(f"{path}/original")
    assert original.content == body
    assert original.headers["content-disposition"].startswith("attachment")
    assert served.client.delete(path).status_code == 204
    assert served.post("/api/v1/collections/uploads/search", asked).json()["hits"] == []
    assert served.client.delete("/api/v1/collections/uploads").status_code == 204
    assert served.get("/api/v1/collections/uploads").status_code == 404


@pytest.mark.parametrize("kind", ["verify", "rebuild", "reembed"])
def test_a_job_ends_with_a_result(served: Served, kind: str) -> None:
    job = served.post("/api/v1/jobs", {"kind": kind, "collection": "sample"}).json()
    done = served.wait_for(job["id"])
    assert done["state"] == "done"
    assert done["result"]


def test_a_job_with_a_known_key_is_not_started_twice(served: Served) -> None:
    asked = {"kind": "verify", "collection": "sample"}
    first, again = (
        served.post("/api/v1/jobs", asked, idempotency_key="once").json() for _ in range(2)
    )
    assert first["id"] == again["id"]


def test_a_finished_job_is_started_again_as_another(served: Served) -> None:
    served.post("/api/v1/collections", {"name": "bare"})
    job = served.post("/api/v1/jobs", {"kind": "ingest", "collection": "bare"}).json()["id"]
    assert served.wait_for(job)["state"] == "failed"
    again = served.post(f"/api/v1/jobs/{job}/repeat", {})
    assert again.status_code == 202
    assert again.json()["id"] != job
    ended = served.wait_for(again.json()["id"])
    assert "Nothing was uploaded" in ended["error"]["message"]
    served.client.delete("/api/v1/collections/bare")
    assert served.post(f"/api/v1/jobs/{job}/repeat", {}).status_code == 404


def test_a_summary_is_a_job_whose_text_is_in_its_result(served: Served) -> None:
    documents = served.get("/api/v1/collections/sample/documents?q=lease").json()["documents"]
    asked = {"kind": "summarize", "collection": "sample", "documents": [documents[0]["id"]]}
    job = served.wait_for(served.post("/api/v1/jobs", asked).json()["id"], seconds=200)
    assert job["state"] == "done", job
    (summary,) = job["result"]["documents"]
    assert len(summary["text"]) > 100
    assert summary["file_id"] == documents[0]["id"]
    linked = [link for sentence in summary["sentences"] for link in sentence["links"]]
    assert linked
    assert all(1 <= link["page"] <= documents[0]["pages"] for link in linked)
    assert summary["tree"][0]["text"]


def test_a_text_of_somebody_else_is_checked(served: Served) -> None:
    text = (
        "The generator holds 1,800 litres, enough for 32 hours at full load. It weighs 12345 tons."
    )
    checked = served.post("/api/v1/cite", {"collection": "sample", "text": text}).json()
    assert checked["citations"]
    assert "12345" in " ".join(checked["unsupported_numbers"])


def test_models_and_status_are_told(served: Served) -> None:
    duties = [model["duty"] for model in served.get("/api/v1/models").json()["models"]]
    assert duties == ["answers", "embeds"]
    assert served.get("/api/v1/status").json()["loopback_only"] is True


def test_the_description_of_the_routes_is_openapi(served: Served) -> None:
    described = served.get("/api/v1/openapi.json").json()
    assert described["openapi"] == "3.1.0"
    assert "/api/v1/collections/{collection}/search" in described["paths"]


def test_a_damaged_collection_hides_no_other(tmp_path: Path) -> None:
    with Library("whole", home=tmp_path, embedder=BagEmbedder()) as library:
        library.store.chunk_count()
    damaged = tmp_path / "collections" / "damaged" / "library.sqlite"
    damaged.parent.mkdir()
    damaged.write_bytes(b"This is no database." * 100)
    with serving(tmp_path, embedder=BagEmbedder()) as server:
        listed = server.get("/api/v1/collections").json()["collections"]
        models = server.get("/v1/models").json()["data"]
    problems = {each["name"]: each["problem"] for each in listed}
    assert not problems["whole"]
    assert "damaged" in problems["damaged"] or "database" in problems["damaged"]
    assert {"quoth/whole", "quoth/damaged"} <= {model["id"] for model in models}
