from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from langchain_core.language_models import FakeListChatModel, FakeListLLM
from quoth.errors import CollectionError
from quoth.journal import CallIdentity, Entry, Journal, JournalCache
from quoth.types import Timings

CALL = CallIdentity("weights-1", "What is it?", {"max_tokens": 8, "temperature": 0.0})


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "state" / "journal.db")


def test_a_recorded_call_is_found_again_whole(journal: Journal) -> None:
    timings = Timings(prompt_tokens=3, generated_tokens=4, generation_seconds=0.5)
    entry = Entry(CALL, "It is tea. ☕", "stop", model="m", timings=timings, at=12.5)
    key = journal.record(entry)
    assert journal.lookup(key) == entry
    assert Journal(journal.path).lookup(key) == entry
    assert journal.lookup("0" * 64) is None


def test_weights_prompt_and_parameters_each_make_another_call() -> None:
    others = (
        replace(CALL, fingerprint="weights-2"),
        replace(CALL, prompt="What is it? "),
        replace(CALL, parameters={"max_tokens": 9, "temperature": 0.0}),
    )
    assert len({CALL.key, *(other.key for other in others)}) == 4
    reordered = CallIdentity("weights-1", "What is it?", {"temperature": 0.0, "max_tokens": 8})
    assert reordered.key == CALL.key


def test_half_a_surrogate_pair_does_not_lose_the_call(journal: Journal) -> None:
    identity = replace(CALL, prompt="bad \ud800 text")
    key = journal.record(Entry(identity, "good \udfff answer"))
    assert key == identity.key
    found = journal.lookup(key)
    assert found is not None
    assert found.text == "good \ufffd answer"
    assert list(journal.defects()) == []


def test_many_threads_write_at_once(journal: Journal) -> None:
    def write(number: int) -> None:
        for index in range(10):
            journal.record(Entry(replace(CALL, prompt=f"{number}-{index}"), "yes"))
        journal.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert journal.stats().calls == 60


def test_what_was_recorded_survives_kill(tmp_path: Path) -> None:
    program = f"""
import os, signal
from pathlib import Path
from quoth.journal import *
journal = Journal(Path({str(tmp_path / "journal.db")!r}))
print(journal.record(Entry(CallIdentity("w", "p"), "kept")), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    found = Journal(tmp_path / "journal.db").lookup(done.stdout.strip())
    assert found is not None
    assert found.text == "kept"


def test_stats_tell_calls_by_model(journal: Journal) -> None:
    assert journal.stats().calls == 0
    assert journal.stats().first is None
    assert journal.spent("weights-1") is None
    for number in range(3):
        timings = Timings(prompt_tokens=10, generated_tokens=5, generation_seconds=1.0)
        identity = replace(CALL, prompt=str(number))
        journal.record(Entry(identity, "x", model="small", timings=timings))
    journal.record(Entry(replace(CALL, fingerprint="weights-2"), "x", model="large"))
    stats = journal.stats()
    assert [(share.model, share.calls) for share in stats.models] == [("small", 3), ("large", 1)]
    assert stats.models[0].timings.generated_tokens == 15
    assert stats.bytes > 0
    spent = journal.spent("weights-1")
    assert spent is not None
    assert spent.calls == 3


def test_prune_drops_what_is_older(journal: Journal) -> None:
    journal.record(Entry(CALL, "old", at=time.time() - 40 * 86400))
    new = journal.record(Entry(replace(CALL, prompt="new"), "new"))
    assert journal.prune(timedelta(days=30)) == 1
    assert journal.stats().calls == 1
    assert journal.lookup(new) is not None


def test_export_gives_every_call_as_json(journal: Journal) -> None:
    journal.record(Entry(CALL, "second", at=2.0))
    journal.record(Entry(replace(CALL, prompt="earlier"), "first", at=1.0))
    lines = [json.loads(json.dumps(line)) for line in journal.export()]
    assert [line["text"] for line in lines] == ["first", "second"]
    assert lines[1]["key"] == CALL.key
    assert lines[1]["parameters"] == {"max_tokens": 8, "temperature": 0.0}


def test_a_file_that_is_no_journal_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"this is not a database, but it is long enough to look at" * 20)
    with pytest.raises(CollectionError, match="cannot be read"):
        Journal(path).lookup(CALL.key)


def test_a_full_disk_is_said_so(journal: Journal) -> None:
    resource = pytest.importorskip("resource", reason="needs limits on the size of files")
    journal.record(Entry(CALL, "small"))
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, unlimited[1]))
    try:
        with pytest.raises(CollectionError, match="disk is full"):
            journal.record(Entry(replace(CALL, prompt="large " * 90_000), "text"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    assert journal.lookup(CALL.key) is not None
    assert journal.stats().calls == 1


def test_langchain_caches_through_it(journal: Journal) -> None:

    cache = JournalCache(journal)
    kept = journal.record(Entry(CALL, "ours"))
    chat = FakeListChatModel(responses=["one", "two", "three"], cache=cache)
    first = chat.invoke("hello")
    assert first.content == "one"
    assert chat.invoke("hello").content == "one"
    assert chat.invoke("other").content == "two"
    text = FakeListLLM(responses=["a", "b"], cache=cache)
    assert [text.invoke("hello"), text.invoke("hello")] == ["a", "a"]
    cache.clear()
    assert chat.invoke("hello").content == "three"
    assert journal.lookup(kept) is not None
