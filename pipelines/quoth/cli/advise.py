"""`quoth models advise`: which models suit this machine and these documents."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from quoth.cli import show
from quoth.cli.model_lists import format_size
from quoth.cli.options import SharedOptions

if TYPE_CHECKING:
    from quoth.embed import KnownModel
    from quoth.weights import ChatModelAdvice, Memory

_FREE_SHARE = 0.7
"""The share of a machine's memory that is free while the usual programs run."""
_PORT = 8080
_CUTS = (" hf:", " ollama:", " -hff ", " --set ")
"""Where a command goes on in the next line, if it is longer than a line."""
_COLUMNS = 80
"""The most columns of a line, also in a pipe."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What models are advised for. `bandwidth` is bytes a second of the main memory."""

    memory: Memory
    bandwidth: float
    window: int
    languages: tuple[str, ...]


def advise(
    shared: SharedOptions,
    use: Annotated[
        Literal["ask", "summarize"],
        typer.Option("--for", metavar="TASK", help="What the model is to do: ask or summarize."),
    ] = "ask",
    language: Annotated[
        list[str] | None,
        typer.Option(
            "--language", metavar="CODE", help="A language to know, in place of the collection's."
        ),
    ] = None,
    memory: Annotated[
        float | None,
        typer.Option(
            "--memory", metavar="GIBIBYTES", help="The memory of another machine, in GiB.", min=1.0
        ),
    ] = None,
) -> None:
    """Advise chat models and embedders for this machine and the collection's languages.

    Nothing is fetched. Speeds are upper bounds: the measured bandwidth of the memory, divided by
    the bytes that are read for a token.
    """
    from quoth.embed import advise_embedders
    from quoth.weights import advise_chat_models

    machine = _look(shared, tuple(language or ()), memory)
    chat = advise_chat_models(
        machine.memory,
        bandwidth=machine.bandwidth,
        window=machine.window,
        languages=machine.languages,
        use=use,
    )
    embedders = advise_embedders(available=machine.memory.available, languages=machine.languages)
    if shared.json:
        show.print_json(_as_json(machine, chat, embedders))
        return
    _print_machine(machine)
    _print_chat(chat)
    _print_embedders(embedders)


def _look(shared: SharedOptions, languages: tuple[str, ...], gibibytes: float | None) -> Machine:
    from quoth.weights import look_at_memory, measure_bandwidth

    config = shared.configure()
    with show.waiting("Measuring"):
        memory, bandwidth = look_at_memory(), measure_bandwidth()
    if gibibytes is not None:
        total = int(gibibytes * 2**30)
        memory = replace(memory, total=total, available=int(total * _FREE_SHARE), gpus=())
    spoken = languages or _languages_of(shared)
    return Machine(memory, bandwidth, config.backend.context_window, spoken)


def _languages_of(shared: SharedOptions) -> tuple[str, ...]:
    """Return the languages of at least a tenth of the collection's chunks."""
    from quoth.config import state_folder
    from quoth.library import has_collection
    from quoth.text import UNDETERMINED

    if not has_collection(state_folder(), shared.collection):
        return ()
    with shared.open_library() as library:
        counts = library.store.languages()
    known = {code: count for code, count in counts.items() if code not in ("", UNDETERMINED)}
    return tuple(code for code, count in known.items() if count * 10 >= sum(known.values()))


def _print_machine(machine: Machine) -> None:
    from quoth.text import language

    memory = machine.memory
    gpus = "no GPU is seen"
    if memory.gpus:
        gpus = f"{format_size(memory.gpu_free)} of GPU memory free"
    _print_wrapped(
        f"Memory {format_size(memory.total)}, of which {format_size(memory.available)} free; "
        f"{gpus}; the memory reads {machine.bandwidth / 1e9:.0f} GB a second."
    )
    names = ", ".join(language(code).name for code in machine.languages)
    _print_wrapped(f"Window {machine.window} tokens. Languages: {names or 'any'}.")


def _print_chat(advised: Sequence[ChatModelAdvice]) -> None:
    from quoth.weights import chat_models_date

    out = show.console()
    out.print("\nChat models, the best choice first", style="bold")
    if not advised:
        out.print("None of the list fits. Close other programs, or take a smaller window.")
    for number, advice in enumerate(advised, start=1):
        model = advice.model
        out.print(f"\n{number}. {model.name}{_mark(model.checked)} · {model.licence}")
        _print_wrapped(
            f"   {format_size(model.bytes)} to fetch · needs {format_size(advice.needs)} · "
            f"{_speed(advice)}",
            style="dim",
        )
        for way, command in _commands(advice):
            _print_command(way, command)
    out.print()
    _print_wrapped(
        f"A server that runs already: --model llama-server:http://127.0.0.1:{_PORT}, or "
        "--model openai-compatible:NAME with --set backend.url=http://127.0.0.1:PORT."
    )
    _print_wrapped(
        f"The list is of {chat_models_date()}. None of its models was tried in Quoth; (?) stands "
        "at facts from memory. Sizes are of the GGUF file; Ollama's own may differ.",
        style="dim",
    )


def _print_embedders(advised: Sequence[KnownModel]) -> None:
    from quoth.embed import weights_bytes

    out = show.console()
    out.print("\nEmbedders", style="bold")
    for model in advised:
        here = " · it is the embedded one" if model.note == "embedded" else ""
        out.print()
        _print_wrapped(
            f"·  {model.repository}{_mark(model.checked)} · {model.licence} · about "
            f"{format_size(weights_bytes(model))}{here}"
        )
        if here:
            continue
        if model.ollama:
            _print_command("Ollama", f"quoth models pull ollama:{model.ollama}")
            _print_command("", f"quoth reembed --set embedding.model=ollama:{model.ollama}")
        _print_command("folder", f"quoth models pull hf:{model.repository}")
        name = model.repository.rpartition("/")[2]
        _print_command("", f"quoth reembed --set embedding.model={name}")


def _commands(advice: ChatModelAdvice) -> list[tuple[str, str]]:
    """Return the command of each way to a chat model."""
    model = advice.model
    repository, _, file = model.file.rpartition("/")
    return [
        ("Ollama", f"quoth models pull ollama:{model.ollama}"),
        ("GGUF", f"quoth models pull hf:{model.file}"),
        ("server", f"llama-server -hf {repository} -hff {file} --port {_PORT}"),
    ]


def _print_wrapped(text: str, *, style: str = "") -> None:
    """Print a sentence; further lines begin where the text of the first one does."""
    out = show.console()
    indent = "   " if text.startswith(("   ", "·  ")) else ""
    columns = min(out.width, _COLUMNS)
    for line in textwrap.wrap(
        text, columns, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    ):
        out.print(line, style=style)


def _print_command(way: str, command: str) -> None:
    """Print a command that can be copied: a long one goes on in a line of its own."""
    out = show.console()
    line = f"   {way:<7} {command}"
    if len(line) > min(out.width, _COLUMNS):
        cut = line.index(next(sign for sign in _CUTS if sign in command))
        line = f"{line[:cut]} \\\n{line[cut + 1 :]}"
    out.print(line)


def _speed(advice: ChatModelAdvice) -> str:
    if advice.tokens_per_second is None:
        return "on the GPU, whose speed is not measured"
    slow = "" if advice.quick else ", which is slow"
    return f"at most {advice.tokens_per_second:,.0f} tokens a second{slow}"


def _mark(checked: bool) -> str:
    return "" if checked else " (?)"


def _as_json(
    machine: Machine, chat: Sequence[ChatModelAdvice], embedders: Sequence[KnownModel]
) -> dict[str, Any]:
    from quoth.weights import chat_models_date

    return {
        "machine": asdict(machine),
        "date": chat_models_date(),
        "chat_models": [{**asdict(advice), "commands": dict(_commands(advice))} for advice in chat],
        "embedders": [asdict(model) for model in embedders],
    }
