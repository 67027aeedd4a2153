"""`quoth doctor`: what is here, what is not, and what to do about it."""

from __future__ import annotations

import os
import platform
import shutil
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Literal

import typer

from quoth.cli import EXIT_FAILED, show
from quoth.cli.options import SETTINGS, SharedOptions, add_command
from quoth.cli.tune import summary_of
from quoth.errors import QuothError
from quoth.views import clean, format_count

if TYPE_CHECKING:
    from quoth.library import Library

State = Literal["good", "note", "bad"]
_MARKS: dict[State, tuple[str, str]] = {
    "good": ("✓", "green"),
    "note": ("·", "yellow"),
    "bad": ("✗", "red"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    state: State
    found: str
    hint: str = ""


def register(app: typer.Typer) -> None:
    """Add these commands."""
    add_command(app, doctor, "collection", "model", "json", *SETTINGS, section="Set-up")


def doctor(shared: SharedOptions) -> int:
    """Check machine, model, embedder and collection."""
    findings: list[Finding] = []
    with shared.open_library() as library, show.waiting("Looking"):
        for look in (
            _machine,
            _state,
            _privacy,
            _fit,
            _model,
            _tuning,
            _embedder,
            _answering,
            _collection,
            _ocr,
        ):
            try:
                findings.append(look(library))
            except QuothError as error:
                what = look.__name__.removeprefix("_")
                findings.append(Finding(what, "bad", str(error), error.hint))
    if shared.json:
        show.print_json([asdict(finding) for finding in findings])
    else:
        out = show.console()
        for finding in findings:
            mark, style = _MARKS[finding.state]
            out.print(f"{mark} {finding.what:<11} {clean(finding.found)}", style=style)
            if finding.hint:
                out.print(f"  {'':<11} {clean(finding.hint)}", style="dim")
    return EXIT_FAILED if any(finding.state == "bad" for finding in findings) else 0


def _machine(library: Library) -> Finding:
    import psutil

    memory = psutil.virtual_memory()
    return Finding(
        "machine",
        "good",
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"{memory.total / 2**30:.0f} GiB memory ({memory.available / 2**30:.0f} free), "
        f"Python {platform.python_version()}, Quoth {metadata.version('quoth')}",
    )


def _state(library: Library) -> Finding:
    library.home.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(library.home).free
    return Finding(
        "state",
        "good" if free > 2**30 else "note",
        f"{library.home} ({free / 2**30:.0f} GiB free)",
        "" if free > 2**30 else "The disk is nearly full; QUOTH_HOME names another place.",
    )


def _privacy(library: Library) -> Finding:
    settings = library.config.privacy
    if not settings.guard:
        return Finding("privacy", "note", "the guard is off", "Set privacy.guard to true.")
    named = ", ".join(settings.allow)
    return Finding(
        "privacy",
        "note" if named else "good",
        f"only this machine and {named}" if named else "nothing leaves this machine",
    )


def _fit(library: Library) -> Finding:
    """Say what the model needs, before anything is loaded."""
    from quoth.weights import fit_of, read_gguf

    file = library.model.weights_file()
    if file is None:
        return Finding("fit", "note", f"the weights of {library.model.model} cannot be read here")
    found = fit_of(read_gguf(file), library.config.backend)
    if found.place == "nowhere":
        return Finding("fit", "bad", found.summary, "Take a smaller model, or a smaller window.")
    return Finding("fit", "note" if found.better else "good", found.summary)


def _model(library: Library) -> Finding:
    """Have the model write one token, so that it is loaded and its offload read back."""
    from quoth.models import timings_of

    spent = timings_of(library.model.invoke("Hello.", max_tokens=1))
    found = library.model.describe()
    layers = found.gpu_layers
    where = {None: "", 0: ", on the CPU"}.get(layers, f", {layers} layers on the GPU")
    loaded = f", loaded in {spent.load_seconds:.1f} s" if spent.load_seconds else ""
    size = f", {found.bytes / 2**20:.0f} MiB" if found.bytes else ""
    return Finding(
        "model",
        "note" if spent.note else "good",
        f"{found.name}: {found.family}, {found.parameters / 1e6:.0f} million parameters{size}, "
        f"window {found.context_window}, {found.parallel} at once{where}{loaded}",
        spent.note or found.note,
    )


def _tuning(library: Library) -> Finding:
    from quoth.tune import weights_to_tune
    from quoth.weights import profile_of

    weights = weights_to_tune(library.config.backend.model)
    if weights is None:
        return Finding("tuning", "note", "its own server runs this model", "")
    profile = profile_of(weights)
    if profile is None:
        return Finding(
            "tuning", "note", "this model was not measured here", "Make it faster: quoth tune"
        )
    return Finding("tuning", "good", f"{summary_of(profile)} ({profile.date})")


def _embedder(library: Library) -> Finding:
    embedder = library.embedder
    dimension = len(embedder.query_vector("a first text"))
    return Finding(
        "embedder",
        "good",
        f"{library.config.embedding.model} on {embedder.engine_name}, {dimension} dimensions, "
        f"reads {embedder.limit} tokens",
    )


def _answering(library: Library) -> Finding:
    """Report whether the limits of answering were fitted to the embedder."""
    from quoth.answer import find_calibration
    from quoth.text import ENGLISH

    rules = find_calibration(library.embedder.fingerprint, ENGLISH.name)
    if rules.calibrated:
        return Finding("answering", "good", f"calibrated for this embedder and {rules.language}")
    return Finding(
        "answering",
        "note",
        f"not calibrated for this embedder and {rules.language}",
        "Only an empty search declines; answering.floor and answering.likelihood set limits.",
    )


def _collection(library: Library) -> Finding:
    chunks = library.store.chunk_count()
    if not chunks:
        return Finding(
            "collection", "note", f"{library.collection} is empty", "Fill it: quoth ingest FOLDER"
        )
    if problem := library.index.problem():
        return Finding(
            "collection",
            "note",
            f"{library.collection}: {format_count(chunks, 'chunk')}, and {problem}",
            "Searches are right all the same; the next ingest mends it.",
        )
    return Finding(
        "collection",
        "good",
        f"{library.collection}: {format_count(len(library.documents()), 'document')}, "
        f"{format_count(chunks, 'chunk')}, index in step",
    )


def _ocr(library: Library) -> Finding:
    from quoth.load import ocr_engine

    if engine := ocr_engine():
        return Finding("ocr", "good", f"{engine} reads scanned pages where ingestion.ocr is true")
    return Finding(
        "ocr",
        "note",
        "neither tesseract nor the extra ocr is installed",
        "Only scanned pages need one of them (ingestion.ocr).",
    )
