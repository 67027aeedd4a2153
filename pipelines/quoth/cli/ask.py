"""`quoth search`, `quoth ask`, `quoth chat`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from quoth.cli import show
from quoth.cli.options import (
    DEFAULT_COLLECTION,
    AsJson,
    Collection,
    ConfigFile,
    Debug,
    Model,
    Preset,
    Settings,
    opened,
)

if TYPE_CHECKING:
    from quoth.library import Library
    from quoth.types import Answer, Hit

Question = Annotated[str, typer.Argument(help="In your own words; - reads it from stdin.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(search)
    app.command()(ask)
    app.command()(chat)


def search(
    question: Question,
    collection: Collection = DEFAULT_COLLECTION,
    k: Annotated[int | None, typer.Option("-k", min=1, help="How many passages.")] = None,
    json: AsJson = False,
    config: ConfigFile = None,
    preset: Preset = "",
    set: Settings = None,
    debug: Debug = False,
) -> None:
    """Show the passages that fit a question best."""
    with opened(collection, config, set, preset=preset) as library:
        hits = library.search(_text(question), k=k)
    if json:
        show.print_json([_hit(hit) for hit in hits])
    elif hits:
        show.print_hits(hits)
    else:
        _nothing_here(collection)


def ask(
    question: Question,
    collection: Collection = DEFAULT_COLLECTION,
    model: Model = "",
    json: AsJson = False,
    config: ConfigFile = None,
    preset: Preset = "",
    set: Settings = None,
    debug: Debug = False,
) -> None:
    """Answer a question from the documents, with citations that were checked."""
    text = _text(question)
    with opened(collection, config, set, model, preset=preset) as library:
        if json:
            show.print_json(as_json(library.ask(text)))
            return
        if not library.store.chunk_count():
            _nothing_here(collection)
            return
        introduce(library)
        answer = _print_stream(library.stream(text))
        show.print_answer_end(answer)
        show.print_timings(answer.model, answer.timings, cached=answer.cached)


def chat(
    collection: Collection = DEFAULT_COLLECTION,
    model: Model = "",
    resume: Annotated[bool, typer.Option(help="Go on with the last conversation.")] = False,
    json: Annotated[bool, typer.Option("--json", help="A line of JSON for each answer.")] = False,
    config: ConfigFile = None,
    preset: Preset = "",
    set: Settings = None,
    debug: Debug = False,
) -> None:
    """Talk about the documents; an empty line or Ctrl-D ends it."""
    with opened(collection, config, set, model, preset=preset) as library:
        conversation = library.chat(resume=resume)
        if not json:
            introduce(library)
        for question in _questions():
            if json:
                import json as encoder

                answer = conversation.ask(question)
                print(encoder.dumps(as_json(answer), ensure_ascii=False), flush=True)
                continue
            answer = _print_stream(conversation.stream(question))
            show.print_answer_end(answer)
            if conversation.dropped:
                show.console(stderr=True).print(
                    f"  (the oldest {conversation.dropped} turns no longer fit the window)",
                    style="dim",
                )


def as_json(answer: Answer) -> dict[str, Any]:
    """Return an answer as the command line prints it."""
    return {
        "text": answer.text,
        "answerable": answer.answerable,
        "citations": [asdict(citation) for citation in answer.citations],
        "unsupported_numbers": list(answer.unsupported_numbers),
        "nearest": [_hit(hit) for hit in answer.nearest] if not answer.answerable else [],
        "timings": {
            **asdict(answer.timings),
            "tokens_per_second": round(answer.timings.tokens_per_second, 1),
        },
        "model": answer.model,
        "cached": answer.cached,
        "thinking": answer.thinking,
    }


def introduce(library: Library) -> None:
    """Say once, on the first run, which model answers and how to take a larger one."""
    mark = library.home / "introduced"
    if mark.exists():
        return
    with show.waiting("Loading the model"):
        note = library.model.describe().note
    if note:
        show.console(stderr=True).print(f"{note}\n", style="dim")
    mark.touch()


def _print_stream(parts: Iterator[str | Answer]) -> Answer:
    answer: Answer | None = None
    first = ""
    with show.waiting("Reading"):
        for part in parts:
            if isinstance(part, str):
                first = part
                break
            answer = part
    sys.stdout.write(show.clean(first.lstrip()))
    sys.stdout.flush()
    for part in parts:
        if isinstance(part, str):
            sys.stdout.write(show.clean(part))
            sys.stdout.flush()
        else:
            answer = part
    print()
    assert answer is not None
    return answer


def _questions() -> Iterator[str]:
    prompt = "\n> " if sys.stdin.isatty() else ""
    while True:
        try:
            line = input(prompt).strip()
        except EOFError:
            return
        if not line:
            return
        yield line


def _text(question: str) -> str:
    from quoth.retrieve import check_question

    return check_question(sys.stdin.read() if question == "-" else question)


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "source": hit.chunk.source,
        "also_at": list(hit.chunk.also_at),
        "page": hit.chunk.page,
        "page_label": hit.chunk.page_label,
        "text": hit.chunk.text,
        "score": hit.score,
        "dense_score": hit.dense_score,
        "keyword_score": hit.keyword_score,
    }


def _nothing_here(collection: str) -> None:
    show.console(stderr=True).print(
        f"The collection {collection!r} is empty. Fill it with: quoth ingest FOLDER"
    )
