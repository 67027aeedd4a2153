"""`quoth doctor`: a check of everything that answers depend on, with hints."""

from __future__ import annotations

import os
import platform
import shlex
import shutil
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Literal

import typer

from quoth.cli import EXIT_FAILED, show
from quoth.cli.options import DEFAULT_COLLECTION, SETTINGS, SharedOptions, add_command
from quoth.cli.tune import describe_profile
from quoth.errors import QuothError
from quoth.system import is_airgapped, is_private, make_folder
from quoth.types import format_count
from quoth.views import make_printable

if TYPE_CHECKING:
    from quoth.library import Library

_TRUSTED = 0.5
"""The least trust in an embedder (`Separation.trust`) below which another one is advised."""
_ADVISED = 3
State = Literal["good", "note", "bad"]
_MARKS: dict[State, tuple[str, str]] = {
    "good": ("✓", "green"),
    "note": ("·", "yellow"),
    "bad": ("✗", "red"),
}


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check; `found` describes this machine."""

    what: str
    state: State
    found: str
    hint: str = ""


def register(app: typer.Typer) -> None:
    """Add these commands."""
    add_command(app, doctor, "collection", "model", "json", *SETTINGS, section="Set-up")


def doctor(shared: SharedOptions) -> int:
    """Check machine, model, embedder and collection."""
    from quoth.library import check_collection, has_collection

    checks: list[Check] = []
    with shared.open_library(make=True) as library, show.waiting("Checking"):
        filled = has_collection(library.home, library.collection)
        if library.collection != DEFAULT_COLLECTION:
            check_collection(library.home, library.collection)
        for run_check in (
            _machine,
            _state,
            _privacy,
            _gpu,
            _fit,
            _model,
            _tuning,
            _embedder,
            *((_languages, _answering, _collection) if filled else (_no_collection,)),
            _ocr,
        ):
            try:
                checks.append(run_check(library))
            except QuothError as error:
                what = run_check.__name__.removeprefix("_")
                checks.append(Check(what, "bad", str(error), error.hint))
    if shared.json:
        show.print_json([asdict(check) for check in checks])
    else:
        out = show.console()
        for check in checks:
            mark, style = _MARKS[check.state]
            out.print(f"{mark} {check.what:<11} {make_printable(check.found)}", style=style)
            if check.hint:
                out.print(f"  {'':<11} {make_printable(check.hint)}", style="dim")
    return EXIT_FAILED if any(check.state == "bad" for check in checks) else 0


def _no_collection(library: Library) -> Check:
    return _empty(library, "nothing was ingested yet")


def _empty(library: Library, found: str) -> Check:
    from quoth.library import fill_command

    hint = f"Fill it with: {fill_command(library.collection)}"
    return Check("collection", "note", found, hint)


def _machine(library: Library) -> Check:
    import psutil

    memory = psutil.virtual_memory()
    return Check(
        "machine",
        "good",
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"{memory.total / 2**30:.0f} GiB memory ({memory.available / 2**30:.0f} free), "
        f"Python {platform.python_version()}, Quoth {metadata.version('quoth')}",
    )


def _state(library: Library) -> Check:
    make_folder(library.home, private=True)
    free = shutil.disk_usage(library.home).free
    if os.name == "posix" and not is_private(library.home):
        return Check(
            "state",
            "note",
            f"other users of this machine can look into {library.home}",
            f"Keep it to yourself: chmod -R go= {shlex.quote(str(library.home))}",
        )
    return Check(
        "state",
        "good" if free > 2**30 else "note",
        f"{library.home} ({free / 2**30:.0f} GiB free)",
        "" if free > 2**30 else "The disk is nearly full; QUOTH_HOME sets another place.",
    )


def _privacy(library: Library) -> Check:
    settings = library.config.privacy
    if not settings.guard:
        return Check("privacy", "note", "the guard is off", "Set privacy.guard to true.")
    if is_airgapped():
        return Check("privacy", "good", "the network of this process is loopback alone")
    named = ", ".join(settings.allow)
    return Check(
        "privacy",
        "note" if named else "good",
        f"only this machine and {named}" if named else "nothing leaves this machine",
    )


def _gpu(library: Library) -> Check:
    """Check whether the llama.cpp that is here uses the GPU that is here."""
    from quoth.weights import find_gpu_build

    build = find_gpu_build()
    return Check("gpu", "note" if build.advice else "good", build.summary, build.advice)


def _fit(library: Library) -> Check:
    """Check whether the model fits, before it is loaded."""
    from quoth.weights import fit_of

    header = library.model.weights_header()
    if header is None:
        return Check("fit", "note", f"the weights of {library.model.model} cannot be read here")
    fit = fit_of(header, library.config.backend)
    if fit.place == "nowhere":
        return Check("fit", "bad", fit.summary, "Take a smaller model, or a smaller window.")
    return Check("fit", "note" if fit.better else "good", fit.summary)


def _model(library: Library) -> Check:
    """Let the model write one token: it is loaded, and its offload is read back."""
    from quoth.models import timings_of

    timings = timings_of(library.model.invoke("Hello.", max_tokens=1))
    description = library.model.describe()
    layers, millions = description.gpu_layers, description.parameters / 1e6
    where = {None: "", 0: ", on the CPU"}.get(layers, f", {layers} layers on the GPU")
    loaded = f", loaded in {timings.load_seconds:.1f} s" if timings.load_seconds else ""
    size = f", {description.bytes / 2**20:.0f} MiB" if description.bytes else ""
    return Check(
        "model",
        "note" if timings.note else "good",
        f"{description.name}: {description.family}, {millions:.0f} million parameters{size}, "
        f"window {description.context_window}, {description.parallel} at once{where}{loaded}",
        timings.note or description.note,
    )


def _tuning(library: Library) -> Check:
    from quoth.tune import weights_to_tune
    from quoth.weights import profile_of

    weights = weights_to_tune(library.config.backend.model)
    if weights is None:
        return Check("tuning", "note", "a server runs this model", "")
    profile = profile_of(weights)
    if profile is None:
        return Check(
            "tuning", "note", "this model was not measured here", "Make it faster: quoth tune"
        )
    return Check("tuning", "good", f"{describe_profile(profile)} ({profile.date})")


def _embedder(library: Library) -> Check:
    embedder = library.embedder
    dimension = len(embedder.query_vector("a first text"))
    prompts = embedder.prompts
    asked = f", prompts {prompts.query!r} and {prompts.passage!r} by {prompts.origin}"
    return Check(
        "embedder",
        "good",
        f"{library.config.embedding.model} on {embedder.engine_name}, {dimension} dimensions, "
        f"reads {embedder.limit} tokens{asked if prompts else ''}",
    )


def _languages(library: Library) -> Check:
    """Check whether the embedder separates the texts of each language of the collection."""
    from quoth.embed import known_models
    from quoth.text import language

    measured = library.store.separations()
    if not measured:
        return Check("languages", "note", "too little text was ingested to measure the embedder")
    blind = [code for code, found in measured.items() if found.trust < _TRUSTED]
    if not blind:
        names = ", ".join(language(code).name for code in measured)
        return Check("languages", "good", f"the embedder separates the texts in {names}")
    known = [m.name for m in known_models() if all(map(m.knows, blind))][:_ADVISED]
    found = (
        f"{language(code).name} (mean reciprocal rank {measured[code].dense:.2f} by vectors, "
        f"{measured[code].keyword:.2f} by words)"
        for code in blind
    )
    return Check(
        "languages",
        "note",
        f"the embedder hardly separates the texts in {', '.join(found)}",
        f"Embed with one that knows it ({', '.join(known)}): "
        "quoth reembed --set embedding.model=FOLDER",
    )


def _answering(library: Library) -> Check:
    """Check whether the limits of answering were fitted to the embedder and the language."""
    from quoth.answer import find_calibration
    from quoth.text import ENGLISH, UNDETERMINED, language

    codes = [code for code in library.store.languages() if code not in ("", UNDETERMINED)]
    spoken = language(codes[0]) if codes else ENGLISH
    rules = find_calibration(library.embedder.fingerprint, spoken.name)
    if rules.calibrated:
        return Check("answering", "good", f"calibrated for this embedder and {rules.language}")
    return Check(
        "answering",
        "note",
        f"not calibrated for this embedder and {rules.language}",
        "Few questions are declined before the model is asked; answering.floor and "
        "answering.likelihood set limits.",
    )


def _collection(library: Library) -> Check:
    from quoth.library import fill_command

    chunks = library.store.chunk_count()
    if not chunks:
        return Check(
            "collection",
            "note",
            f"{library.collection} is empty",
            f"Fill it with: {fill_command(library.collection)}",
        )
    if problem := library.index.problem():
        return Check(
            "collection",
            "note",
            f"{library.collection}: {format_count(chunks, 'chunk')}, and {problem}",
            "Searches are right nevertheless; the next ingest repairs the index.",
        )
    return Check(
        "collection",
        "good",
        f"{library.collection}: {format_count(len(library.documents()), 'document')}, "
        f"{format_count(chunks, 'chunk')}, index up to date",
    )


def _ocr(library: Library) -> Check:
    from quoth.load import ocr_engine

    if engine := ocr_engine():
        return Check("ocr", "good", f"{engine} reads scanned pages where ingestion.ocr is true")
    return Check(
        "ocr",
        "note",
        "neither tesseract nor the extra ocr is installed",
        "Only scanned pages need one of them (ingestion.ocr).",
    )
