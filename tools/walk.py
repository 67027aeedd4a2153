"""Runs the commands of a page in a terminal and a fresh home, and writes down what they print.

`python -m tools.walk PAGE…` writes the pages, and with `--check` only compares them. A block of
commands is walked where `<!-- walked -->` stands above it; with `<!-- walked: this machine -->` its
output is not compared, and with `<!-- walked: clone -->` it runs with `--clone` alone, which sets
up a clone of this checkout and walks that.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pexpect

ROOT = Path(__file__).parents[1]
COLUMNS, ROWS = 80, 24
_BLOCK = re.compile(r"(<!-- walked(?:: ([a-z ]+))? -->\n```console\n)(.*?)(```\n)", re.DOTALL)
_PIECES = re.compile(r"\r\x1b\[2K|\r*\n|\x1b\[[0-9;?]*[a-zA-Z]|\r|[^\r\n\x1b]+")
_MEASURED = re.compile(r"[\d.,]+(?= (?:s|ms|min|[KMG]i?B)\b)")


class WalkError(Exception):
    """A command of a page failed."""


def shown_rows(output: str) -> list[str]:
    """Return the rows that a terminal shows after this output; styles are left out."""
    rows, row = [], ""
    for piece in _PIECES.findall(output):
        if piece == "\r\x1b[2K":
            row = ""
        elif piece.endswith("\n"):
            rows.append(row)
            row = ""
        elif piece[0] not in "\x1b\r":
            row += piece
    return [*rows, row]


def commands_of(block: str) -> list[str]:
    """Return the commands of a block; lines after `> ` continue one."""
    commands: list[str] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            commands.append(line.removeprefix("$ "))
        elif line.startswith("> ") and commands:
            commands[-1] += "\n" + line.removeprefix("> ")
    return commands


def walk(page: str, home: Path, *, clone: bool) -> str:
    """Return the page with what its commands print now. Raises `WalkError`."""
    parts, end = [], 0
    for block in _BLOCK.finditer(page):
        how, text = block[2], block[3]
        if how != "clone" or clone:
            text = "".join(_walked(command, home) for command in commands_of(text))
        parts += [page[end : block.start()], block[1], text, block[4]]
        end = block.end()
    return "".join([*parts, page[end:]])


def _walked(command: str, home: Path) -> str:
    """Return a command and its output, as the terminal shows them."""
    child = pexpect.spawn(
        "/bin/sh",
        ["-c", command],
        encoding="utf-8",
        dimensions=(ROWS, COLUMNS),
        timeout=540,
        cwd=str(home),
        env=_environment(home),
    )
    child.expect(pexpect.EOF)
    child.close()
    rows = [row.replace(str(home), "/home/you").rstrip() for row in shown_rows(child.before)]
    printed = "\n".join(rows).rstrip()
    if child.exitstatus or "Traceback" in printed:
        raise WalkError(f"$ {command}\n{printed}\nexit code {child.exitstatus}")
    typed = "\n> ".join(command.splitlines())
    return f"$ {typed}\n{printed}\n" if printed else f"$ {typed}\n"


def _environment(home: Path) -> dict[str, str]:
    """Return the environment of a person who has just logged in."""
    kept = ("PIP_CERT", "PIP_FIND_LINKS", "SSL_CERT_FILE", "PYTHON")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "HOME": str(home),
        "PATH": f"{home}/quoth/.venv/bin:/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TERM": "xterm",
    }


def prepare(home: Path, *, clone: bool) -> None:
    """Put the checkout at `quoth` in a home: a clone, or this one with its environment."""
    if clone:
        command = ["git", "clone", "--quiet", str(ROOT), str(home / "quoth")]
        subprocess.run(command, check=True)
        return
    (home / "quoth").mkdir()
    (home / "quoth" / ".venv").symlink_to(sys.prefix)
    (home / "quoth" / "data").symlink_to(ROOT / "data")


def comparable(page: str) -> str:
    """Return a page without what is different on each machine, and how its lines are broken."""
    same = _BLOCK.sub(lambda block: "" if block[2] else block[0], page)
    return " ".join(_MEASURED.sub("…", same).split())


def main() -> int:
    """Walk the pages; return 1 where a command failed, or printed something else."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="+", type=Path)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--clone", action="store_true")
    asked = parser.parse_args()
    code = 0
    for path in asked.pages:
        before = path.read_text("utf-8")
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder).resolve()
            prepare(home, clone=asked.clone)
            try:
                after = walk(before, home, clone=asked.clone)
            except WalkError as error:
                print(f"{path}: {error}", file=sys.stderr)
                code = 1
                continue
        if not asked.check:
            path.write_text(after, "utf-8")
        elif comparable(before) != comparable(after):
            print(f"{path} is out of date; run: make walk", file=sys.stderr)
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())
