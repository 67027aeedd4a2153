"""Every command of every page runs, in the order of its page and in a home of its own."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from places import LIBRARY, ROOT
from programs import Quoth
from quoth.weights import find_embedded_weights

DOCS = ROOT / "docs"
PAGES = [
    path
    for path in (*sorted(DOCS.glob("howto/*.md")), *sorted(DOCS.glob("*.md")), ROOT / "README.md")
    if path.name not in {"cli.md", "first-hour.md"}  # no examples; walked by `tools.walk`
]
ELSEWHERE = {
    r"ollama:|llamafile:|llama-server:|-7b-": "a model or a server that is not here",
    r"/models/multilingual": "the folder of an embedder",
    r"^serve|^mcp(?! --print)|--watch": "someone who stops it",
    r"^fleet": "several programs, which its own test starts",
    r"^demo": "what `make demo` does, which the set-up of every clone runs",
}
"""What a command needs that no test has; such commands are still looked up by `test_docs.py`."""

SLOW = {
    *("gpu.md", "install.md", "own-model.md", "better-model.md", "air-gapped.md", "ollama.md"),
    "many-languages.md",
}
"""Pages that load a model, or look at the machine."""


def commands_of(page: Path) -> Iterator[list[str]]:
    """Yield the arguments of the commands that a page types, but for those that need more."""
    for block in re.findall(
        r"^ *```(?:console|sh)\n(.*?)^ *```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
    ):
        for line in re.findall(r"^ *(?:\$ )?(?:\S*/)?quoth (.*)$", block, re.MULTILINE):
            if not any(re.search(pattern, line) for pattern in ELSEWHERE):
                yield shlex.split(line.split(" | ")[0], comments=True)


def page_of(path: Path) -> object:
    marks = [pytest.mark.slow] if path.name in SLOW else []
    return pytest.param(path, id=path.name, marks=marks)


@pytest.fixture
def home(sample: str, session_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with the folders that the pages speak of, and collections of the sample library."""
    for name in ("contracts", "documents", "letters", "letters/de", "new/place"):
        (tmp_path / name).mkdir(parents=True)
        shutil.copy(LIBRARY / "lease-unit-6.pdf", tmp_path / name)
    (tmp_path / "contracts" / "lease-unit-6.pdf.meta.yaml").write_text("project: bridge\n")
    (tmp_path / "old" / "place").mkdir(parents=True)
    (tmp_path / "letters" / "de" / "brief.txt").write_text(
        "Der Mietvertrag endet am 31. März 2031. Die Schlüssel sind am letzten Tag abzugeben."
    )
    (tmp_path / "summaries.yaml").write_text("sources: [documents]\noutput: summaries\n")
    state = tmp_path / "state"
    for name in ("default", "contracts"):
        shutil.copytree(session_home / "collections" / sample, state / "collections" / name)
    if (session_home / "models").is_dir():
        (state / "models").symlink_to(session_home / "models")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("QUOTH_HOME", str(state))
    return tmp_path


@pytest.mark.parametrize("page", [page_of(path) for path in PAGES if any(commands_of(path))])
def test_the_commands_of_a_page_run(page: Path, home: Path, quoth: Quoth) -> None:
    places = {
        "~": str(home),
        "/new/place": str(home / "new" / "place"),
        "/old/place": str(home / "old" / "place"),
        "/models/FILE.gguf": str(find_embedded_weights()),
        "NAME": "contracts",
    }
    for arguments in commands_of(page):
        typed = " ".join(arguments)
        for name, place in places.items():
            arguments = [argument.replace(name, place) for argument in arguments]
        arguments = [
            argument.replace(":FILE.gguf", f":{places['/models/FILE.gguf']}")
            for argument in arguments
        ]
        asks = {"remove": ["--yes"]}
        result = quoth(*arguments, *asks.get(arguments[1] if arguments[1:] else "", []))
        if arguments[:2] == ["collections", "import"] and result.returncode == 2:
            assert "already" in result.stderr  # the other machine of the page is this one
            continue
        said = f"{page.name}: quoth {typed}\n{result.stdout}{result.stderr}"
        assert result.returncode in (0, 1), said
        assert "Traceback" not in said, said
        assert "inside Quoth" not in said, said
