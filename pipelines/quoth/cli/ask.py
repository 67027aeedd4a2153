"""`quoth search`, `quoth ask`, `quoth chat`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

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
from quoth.views import answer_json, hit_json

if TYPE_CHECKING:
    from quoth.library import Library
    from quoth.types import Answer

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
        show.print_json([hit_json(hit) for hit in hits])
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
            show.print_json(answer_json(library.ask(text)))
            return
        if not library.store.chunk_count():
            _nothing_here(collection)
            return
        introduce(library)
        answer = _print_stream(library.stream(text))
        show.print_answer_end(answer)
        show.print_timings(answer.model, answer.timings)


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
                print(encoder.dumps(answer_json(answer), ensure_ascii=False), flush=True)
                continue
            answer = _print_stream(conversation.stream(question))
            show.print_answer_end(answer)
            if conversation.dropped:
                show.console(stderr=True).print(
                    f"  (the oldest {conversation.dropped} turns no longer fit the window)",
                    style="dim",
                )


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
    from quoth.retrieve import checked_question

    return checked_question(sys.stdin.read() if question == "-" else question)


def _nothing_here(collection: str) -> None:
    show.console(stderr=True).print(
        f"The collection {collection!r} is empty. Fill it with: quoth ingest FOLDER"
    )
