"""`quoth models pull`: a model from a registry, a hub, or an address."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from quoth.cli import show
from quoth.cli.options import SharedOptions
from quoth.errors import UsageError
from quoth.views import make_printable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from quoth.weights import Transfer

Source = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="ollama:NAME, hf:OWNER/REPOSITORY/FILE.gguf, the https:// address of a .gguf file, or "
        "hf:OWNER/REPOSITORY for an embedder.",
    ),
]


def pull(
    shared: SharedOptions,
    name: Source,
    sha256: Annotated[
        str, typer.Option("--sha256", metavar="HASH", help="The hash that the file must have.")
    ] = "",
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Allow a registry of Ollama without TLS.")
    ] = False,
) -> None:
    """Fetch a model, and say how to use it.

    Like `quoth setup`, it reaches another machine: the hosts that it prints, and no others. A fetch
    that breaks off goes on where it stopped when the same command runs again. HF_ENDPOINT names a
    mirror for hf:.
    """
    from quoth.weights import is_embedder_source, is_remote

    if is_embedder_source(name):
        _pull_embedder(shared, name)
    elif is_remote(name):
        _pull_files(shared, name, sha256)
    else:
        _pull_with_backend(shared, name, insecure)


def _pull_files(shared: SharedOptions, source: str, sha256: str) -> None:
    from quoth.weights import Download, kept_folder, remote_files

    permit = _Permission(enforced=shared.configure().privacy.guard)
    status = ""
    for file in remote_files(source, sha256=sha256):
        download = Download(file, kept_folder(), permit)
        status = _follow(download.run(), file.name)
    first = remote_files(source)[0].name
    _report(shared, f"llamacpp:{first}", status, path=kept_folder() / first)


def _pull_embedder(shared: SharedOptions, source: str) -> None:
    from quoth.config import state_folder
    from quoth.weights import EmbedderDownload

    permit = _Permission(enforced=shared.configure().privacy.guard)
    download = EmbedderDownload(source, state_folder() / "models", permit)
    status = _follow(download.run(), download.name)
    if shared.json:
        show.print_json({"model": download.name, "status": status, "path": str(download.path)})
        return
    show.print_line(f"{download.name}: {make_printable(status)}")
    show.print_line(f"Embed with it:   quoth reembed --set embedding.model={download.name}")
    show.print_line(f"Make it usual:   quoth config set embedding.model {download.name}")


def _pull_with_backend(shared: SharedOptions, name: str, insecure: bool) -> None:
    from quoth.models import backend_names, open_provider, split_model

    if name.partition(":")[0] not in backend_names():
        raise _meant(name)
    chosen = replace(shared, model=name).configure()
    backend, short = split_model(name)
    provider = open_provider(backend, chosen.backend)
    if host := provider.origin(short):
        _tell(f"The server of {backend} fetches {short} from {host}.")
    _report(shared, name, _follow(provider.pull(short, insecure=insecure), short))


class _Permission:
    """Opens the network guard of this process for one host at a time, and says for which."""

    def __init__(self, *, enforced: bool) -> None:
        self._enforced = enforced
        self._told: list[str] = []

    def __call__(self, host: str) -> None:
        from quoth.system import Guard, take_over

        if host not in self._told:
            _tell(
                f"{self._told[-1]} sends on to {host}." if self._told else f"Fetching from {host}."
            )
            self._told.append(host)
        take_over(Guard(allow=(host,), enforced=self._enforced))


def _follow(steps: Iterable[Transfer], name: str) -> str:
    """Show the progress of a fetch; return the last step."""
    last = ""
    with show.progress("Fetching") as move:
        for step in steps:
            last = step.status
            if step.total:
                megabytes = (step.completed // 10**6, step.total // 10**6)
                move(*megabytes, f"MB, {step.status} {name}")
    return last


def _report(shared: SharedOptions, model: str, status: str, *, path: Path | None = None) -> None:
    if shared.json:
        show.print_json({"model": model, "status": status, "path": str(path or "")})
        return
    show.print_line(f"{model}: {make_printable(status)}")
    show.print_line(f'Try it:          quoth ask "…" --model {model}')
    show.print_line(f"Make it usual:   quoth config set backend.model {model}")


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def _meant(name: str) -> UsageError:
    """Return the error for a name without a backend, with what was probably meant."""
    short = name.removeprefix("hf.co/").removeprefix("huggingface.co/")
    meant = f"ollama:{name}"
    if short.endswith(".gguf") and short.count("/") >= 2:
        meant = f"hf:{short}"
    return UsageError(
        f"{name} does not say where it comes from.", hint=f"Probably: quoth models pull {meant}"
    )
