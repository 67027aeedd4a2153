"""The tool that walks a page types its commands, and compares what they print."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from places import ROOT

pytest.importorskip("pexpect", reason="needs a terminal of POSIX")
walking = pytest.importorskip("tools.walk")

PAGE = """# A page

<!-- walked -->
```console
$ cat >note <<END
> so far
> so good
> END
$ cat note; stty size; echo "took 0.3 s"
so far
so good
24 80
took 9.9 s
```

<!-- walked: this machine -->
```console
$ echo $HOME
somewhere else
```

```console
$ false
```
"""


def walked(page: str, folder: Path, *options: str) -> tuple[int, str, str]:
    """Return the exit code of the tool, what it says, and the page afterwards."""
    path = folder / "page.md"
    path.write_text(page)
    command = [sys.executable, "-m", "tools.walk", *options, str(path)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return result.returncode, result.stderr, path.read_text()


def test_what_is_printed_is_written_down(tmp_path: Path) -> None:
    code, _, page = walked(PAGE.replace("so good\n24 80\n", "so bad\n"), tmp_path)
    assert code == 0
    expected = PAGE.replace("9.9 s", "0.3 s").replace("somewhere else", "/home/you")
    assert page == expected


def test_only_what_is_measured_or_of_the_machine_may_differ(tmp_path: Path) -> None:
    assert walked(PAGE, tmp_path, "--check")[0] == 0
    code, said, page = walked(PAGE.replace("so good\n24", "so bad\n24"), tmp_path, "--check")
    assert code == 1
    assert "out of date" in said
    assert "so bad\n24" in page, "a check changes nothing"


def test_a_command_that_fails_is_told(tmp_path: Path) -> None:
    failing = PAGE.replace('; echo "took 0.3 s"', "; exit 3")
    code, said, page = walked(failing, tmp_path)
    assert code == 1
    assert "exit code 3" in said
    assert page == failing
