"""What all tests share: state in a folder of their own, no way off this machine, real parts."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from places import LIBRARY, ROOT, TESTDATA
from programs import Quoth
from quoth.system import take_over

if TYPE_CHECKING:
    from served import Served

pytest.register_assert_rewrite("quoth.testing")  # before anything imports it
take_over()  # no test leaves this machine

# A runner in the background ignores Ctrl-C, and the programs that the tests start would inherit it.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def session_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder for the whole session: what is costly to make is made once."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def _home(session_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """State goes to the session's folder, and no setting comes from outside."""
    for name in list(os.environ):
        if name.startswith("QUOTH_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("QUOTH_HOME", str(session_home))
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def sample(session_home: Path) -> str:
    """The name of a collection that holds the sample library."""
    from quoth import Library

    with Library("sample", home=session_home) as library:
        report = library.ingest(LIBRARY)
    assert len(report.done) == 5
    assert not report.failed
    return "sample"


@pytest.fixture(scope="session")
def served(sample: str, session_home: Path) -> Iterator[Served]:
    """A server with the embedded model over the sample library, whose home is shared."""
    from served import serving

    with serving(session_home) as server:
        yield server


@pytest.fixture(scope="session")
def questions() -> list[dict[str, object]]:
    """The golden questions of the sample library."""
    lines = (ROOT / "data" / "questions.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture
def quoth(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Quoth:
    """Run a command of `quoth` in this process, which saves the imports."""
    from quoth.cli import main

    def run(
        *arguments: str | Path, input: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(input))
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, code, printed.out, printed.err)

    return run


@pytest.fixture
def quoth_program(session_home: Path, tmp_path: Path) -> Quoth:
    """Run `quoth` as a program of its own, in an empty folder."""

    def run(
        *arguments: str | Path, input: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "quoth.cli", *arguments],
            capture_output=True,
            text=True,
            input=input,
            cwd=tmp_path,
            env={**os.environ, "QUOTH_HOME": str(session_home), **environment},
            timeout=240,
        )

    return run


@pytest.fixture
def testdata() -> Path:
    """The folder of files that are not ours to ship; mark the test with `testdata(folder)`."""
    return TESTDATA


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Keep bytes out of the names: an archive holds the time, and two workers must agree."""
    return argname if isinstance(val, bytes | bytearray) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of the tests of a module whose files are absent, leave one, which is skipped and says why."""
    absent: dict[tuple[Path, str], list[pytest.Item]] = {}
    for item in items:
        for marker in item.iter_markers("testdata"):
            if not (TESTDATA / marker.args[0]).is_dir():
                absent.setdefault((item.path, marker.args[0]), []).append(item)
    for (_, folder), skipped in absent.items():
        where = f"../{TESTDATA.relative_to(ROOT.parent).as_posix()}/{folder}"
        reason = f"{len(skipped)} tests need files that are not ours to ship, in {where}"
        skipped[0].add_marker(pytest.mark.skip(reason=reason))
    others = {item for skipped in absent.values() for item in skipped[1:]}
    if others:
        config.hook.pytest_deselected(items=list(others))
        items[:] = [item for item in items if item not in others]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built once."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [
            Path(sys.executable).with_name("uv"),
            "build",
            "--quiet",
            "--offline",
            "--wheel",
            "--no-build-isolation",
            "--python",
            sys.executable,
            "--out-dir",
            folder,
            ROOT,
        ],
        check=True,
    )
    (built,) = folder.glob("*.whl")
    return built
