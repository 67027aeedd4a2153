"""The official client of OpenAI, synchronous and asynchronous, on a collection and on the model."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from served import TOKEN, Served

COLLECTION = "quoth/sample"
BARE = "llamacpp:embedded"
GENERATOR = "How long can the emergency generator run on a full tank?"


@pytest.fixture
def client(served: Served) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{served.url}/v1", api_key=TOKEN, max_retries=0) as made:
        yield made


@pytest.fixture
async def asynchronous(served: Served) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=f"{served.url}/v1", api_key=TOKEN, max_retries=0) as made:
        yield made


def test_models_are_collections_the_model_and_the_embedder(client: OpenAI) -> None:
    ids = [model.id for model in client.models.list()]
    assert {COLLECTION, BARE, "embedded"} <= set(ids)
    assert client.models.retrieve(COLLECTION).id == COLLECTION


def test_a_completion_carries_its_citations(client: OpenAI, served: Served) -> None:
    completion = client.chat.completions.create(
        model=COLLECTION, messages=[{"role": "user", "content": GENERATOR}], temperature=0.5
    )
    message = completion.choices[0].message
    text = message.content or ""
    assert "32 hours" in text
    assert "[1]" in text.split("\n\n")[0]
    assert text.split("\n\n")[-1].startswith("[1] ")
    assert message.annotations
    citation = message.annotations[0].url_citation
    assert text[citation.start_index : citation.end_index] == "[1]"
    assert served.client.get(citation.url.split("#")[0]).status_code == 200
    told = message.model_extra["quoth"] if message.model_extra else {}
    assert told["kind"] == "excerpt"
    assert told["citations"][0]["verified"]
    assert told["ignored"] == ["temperature"]


def test_a_streamed_completion_says_the_same(client: OpenAI) -> None:
    stream = client.chat.completions.create(
        model=COLLECTION,
        messages=[{"role": "user", "content": GENERATOR}],
        stream=True,
        stream_options={"include_usage": True},
        extra_body={"metadata": {"quoth_events": "openwebui"}},
    )
    chunks = list(stream)
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert deltas[0].role == "assistant"
    text = "".join(delta.content or "" for delta in deltas)
    plain = client.chat.completions.create(
        model=COLLECTION, messages=[{"role": "user", "content": GENERATOR}]
    )
    assert text == plain.choices[0].message.content
    (last,) = [delta for delta in deltas if delta.model_extra]
    extra = last.model_extra or {}
    assert extra["annotations"][0]["type"] == "url_citation"
    assert extra["quoth"]["citations"]
    events = [chunk.model_extra["event"] for chunk in chunks if chunk.model_extra]
    assert events[0]["data"]["document"] == [extra["quoth"]["citations"][0]["quote"]]
    assert [chunk.usage is not None for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert chunks[-1].choices == []
    assert [chunk.choices[0].finish_reason for chunk in chunks[:-1]].count("stop") == 1


def test_the_bare_model_answers_without_a_search(client: OpenAI) -> None:
    completion = client.chat.completions.create(
        model=BARE,
        messages=[{"role": "user", "content": "Write one word."}],
        max_completion_tokens=8,
    )
    assert completion.choices[0].message.content
    assert completion.usage
    assert completion.usage.completion_tokens <= 8


def test_a_title_prompt_of_a_chat_window_goes_to_the_bare_model(client: OpenAI) -> None:
    prompt = "### Task:\nWrite a title.\n<chat_history>\nUSER: Hello\n</chat_history>"
    completion = client.chat.completions.create(
        model=COLLECTION, messages=[{"role": "user", "content": prompt}], max_tokens=8
    )
    extra = completion.choices[0].message.model_extra or {}
    assert extra["quoth"]["mode"] == "task"


async def test_the_asynchronous_client_streams(asynchronous: AsyncOpenAI) -> None:
    stream = await asynchronous.chat.completions.create(
        model=COLLECTION, messages=[{"role": "user", "content": GENERATOR}], stream=True
    )
    parts = [chunk.choices[0].delta.content or "" async for chunk in stream]
    assert "32 hours" in "".join(parts)
    async with asynchronous.responses.stream(model=COLLECTION, input=GENERATOR) as events:
        kinds = [event.type async for event in events]
    assert kinds[-1] == "response.completed"


async def test_the_asynchronous_client_asks_side_by_side(asynchronous: AsyncOpenAI) -> None:
    completion, response, made, models = await asyncio.gather(
        asynchronous.chat.completions.create(
            model=COLLECTION, messages=[{"role": "user", "content": GENERATOR}]
        ),
        asynchronous.responses.create(model=COLLECTION, input=GENERATOR),
        asynchronous.embeddings.create(model="embedded", input="a heron"),
        asynchronous.models.list(),
    )
    assert "32 hours" in (completion.choices[0].message.content or "")
    assert completion.choices[0].message.annotations
    assert "32 hours" in response.output_text
    assert made.data[0].embedding
    assert COLLECTION in [model.id for model in models.data]


async def test_the_asynchronous_client_sends_files(asynchronous: AsyncOpenAI) -> None:
    body = b"The summer key of the archive lies below the red stone.\n"
    file = await asynchronous.files.create(file=("stone.txt", body), purpose="assistants")
    store = await asynchronous.vector_stores.create(name="stones")
    added = await asynchronous.vector_stores.files.create_and_poll(
        file.id, vector_store_id=store.id, poll_interval_ms=100
    )
    assert added.status == "completed", added
    found = await asynchronous.vector_stores.search(store.id, query="Where is the summer key?")
    assert found.data[0].file_id == file.id
    assert (await asynchronous.vector_stores.delete(store.id)).deleted
    assert (await asynchronous.files.delete(file.id)).deleted
    with pytest.raises(openai.NotFoundError):
        await asynchronous.files.retrieve(file.id)


def test_vectors_come_as_numbers_and_in_base64(client: OpenAI) -> None:
    made = client.embeddings.create(model="embedded", input=["a heron", "a gate"])
    plain = client.embeddings.create(
        model="embedded", input=["a heron", "a gate"], encoding_format="float"
    )
    for one, other in zip(made.data, plain.data, strict=True):
        assert one.embedding == pytest.approx(other.embedding, abs=1e-6)
    assert made.usage.prompt_tokens > 0


def test_a_file_goes_through_a_vector_store_into_an_answer(client: OpenAI) -> None:
    body = b"The winter key of the archive hangs behind the blue door.\n"
    file = client.files.create(file=("key.txt", body), purpose="assistants")
    assert client.files.content(file.id).read() == body
    store = client.vector_stores.create(name="archive")
    added = client.vector_stores.files.create_and_poll(
        file.id, vector_store_id=store.id, poll_interval_ms=100
    )
    assert added.status == "completed", added
    found = client.vector_stores.search(store.id, query="Where does the winter key hang?")
    assert found.data[0].file_id == file.id
    assert "blue door" in found.data[0].content[0].text
    assert 0 <= found.data[0].score <= 1
    assert client.vector_stores.files.delete(file.id, vector_store_id=store.id).deleted
    assert client.vector_stores.search(store.id, query="winter key").data == []
    assert client.vector_stores.delete(store.id).deleted
    assert client.files.delete(file.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve(file.id)


def test_a_file_that_cannot_be_read_says_why(client: OpenAI) -> None:
    file = client.files.create(file=("broken.pdf", b"%PDF-1.7 nothing"), purpose="assistants")
    store = client.vector_stores.create(name="broken")
    added = client.vector_stores.files.create_and_poll(
        file.id, vector_store_id=store.id, poll_interval_ms=100
    )
    assert added.status == "failed"
    assert added.last_error
    assert len(added.last_error.message) > 10
    client.vector_stores.delete(store.id)


def test_errors_are_those_that_the_client_knows(served: Served, client: OpenAI) -> None:
    hello: list[dict[str, str]] = [{"role": "user", "content": "Hello"}]
    with pytest.raises(openai.AuthenticationError):
        OpenAI(base_url=f"{served.url}/v1", api_key="wrong", max_retries=0).models.list()
    with pytest.raises(openai.NotFoundError) as unknown:
        client.chat.completions.create(model="gpt-4", messages=hello)  # type: ignore[arg-type]
    assert unknown.value.code == "model_not_found"
    long = "many words " * 20_000
    with pytest.raises(openai.BadRequestError) as overflow:
        client.chat.completions.create(model=BARE, messages=[{"role": "user", "content": long}])
    assert overflow.value.code == "context_length_exceeded"
    assert "8192" in str(overflow.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("n", 2),
        ("tools", [{"type": "function", "function": {"name": "f", "parameters": {}}}]),
        ("logprobs", True),
        ("response_format", {"type": "json_object"}),
        ("messages", []),
        ("messages", [{"role": "assistant", "content": "Hello"}]),
        (
            "messages",
            [
                {
                    "role": "user",
                    "content": [
                        {"type": "image_url", "image_url": {"url": "http://192.0.2.1/x.png"}}
                    ],
                }
            ],
        ),
    ],
    ids=["n", "tools", "logprobs", "format", "no messages", "no question", "image"],
)
def test_what_would_make_an_answer_wrong_is_refused(
    served: Served, field: str, value: object
) -> None:
    """The image: CVE-2024-12450 (RAGFlow), CVE-2026-31945 (LibreChat), CVE-2026-54009."""
    body = {"model": COLLECTION, "messages": [{"role": "user", "content": "Hello"}], field: value}
    refused = served.post("/v1/chat/completions", body)
    assert refused.status_code == 400
    assert set(refused.json()["error"]) == {"message", "type", "param", "code", "hint"}
    assert refused.json()["error"]["param"]


def test_leaving_a_stream_frees_the_queue(served: Served, client: OpenAI) -> None:
    stream = client.chat.completions.create(
        model=BARE,
        messages=[{"role": "user", "content": f"Tell a long story. {time.time()}"}],
        stream=True,
        max_tokens=6000,
    )
    next(iter(stream))
    assert served.services.queue.counts[1] == 1
    stream.close()
    end = time.monotonic() + 15  # the whole story takes longer
    while served.services.queue.counts[1] and time.monotonic() < end:
        time.sleep(0.02)
    assert served.services.queue.counts == (0, 0)


def test_a_response_carries_its_citations_and_is_kept(client: OpenAI) -> None:
    response = client.responses.create(model=COLLECTION, input=GENERATOR)
    assert "32 hours" in response.output_text
    message = response.output[-1]
    assert message.type == "message"
    part = message.content[0]
    assert part.type == "output_text"
    assert {annotation.type for annotation in part.annotations} == {
        "file_citation",
        "url_citation",
    }
    again = client.responses.retrieve(response.id)
    assert again.output_text == response.output_text
    follow_up = client.responses.create(
        model=COLLECTION, input="Who tests it?", previous_response_id=response.id
    )
    assert follow_up.previous_response_id == response.id
    assert len(client.responses.input_items.list(follow_up.id).data) == 3
    client.responses.delete(response.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(response.id)


def test_a_response_with_a_file_search_streams_its_events(client: OpenAI) -> None:
    with client.responses.stream(
        model=BARE,
        input=GENERATOR,
        tools=[{"type": "file_search", "vector_store_ids": ["sample"]}],
        include=["file_search_call.results"],
    ) as stream:
        kinds = [event.type for event in stream]
        response = stream.get_final_response()
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"
    assert "response.file_search_call.searching" in kinds
    assert "response.output_text.annotation.added" in kinds
    search = response.output[0]
    assert search.type == "file_search_call"
    assert search.results
    assert "32 hours" in response.output_text


def test_a_response_in_the_background_can_be_joined(client: OpenAI) -> None:
    response = client.responses.create(model=COLLECTION, input=GENERATOR, background=True)
    assert response.status in ("queued", "in_progress", "completed")
    events = list(client.responses.retrieve(response.id, stream=True))
    assert events[-1].type == "response.completed"
    later = list(
        client.responses.retrieve(
            response.id, stream=True, starting_after=events[2].sequence_number
        )
    )
    assert [event.type for event in later] == [event.type for event in events[3:]]


def test_the_bare_model_gives_a_response(client: OpenAI) -> None:
    response = client.responses.create(
        model=BARE, input="Write one word.", max_output_tokens=16, store=False
    )
    assert response.output_text
    assert response.usage
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(response.id)
