"""Settings, jobs and records that nobody means: each ends with a sentence of ours, or is used."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from programs import Quoth
from quoth import Library

_BOMB = "{b: &b [x, x], c: &c [*b, *b], " + "".join(
    f"{a}: &{a} [*{b}, *{b}, *{b}, *{b}], "
    for a, b in zip("defghijklmnopqrst", "cdefghijklmnopqrs", strict=True)
)
ODD = (
    *(f"{_BOMB}u: *t}}", "- " * 50_000, "/dev/zero"),
    *(
        "[" * 5000,
        "{" * 3000,
        "2024-13-45",
        "2024-01-01T99:00:00",
        "9" * 5000,
        "[1,2]",
        "5",
        "null",
    ),
    *("!!binary x", "!!timestamp x", "!!bool x", '!!int ""', "!mine x", "? [1]\n: 2", "&a [*a]"),
    *(".inf", ".nan", "1:99999999999999999999", "{k: 1, k: 2}", '"\\0"', "'\x1b[31m'", "é", "%a"),
)
_NAMES = [text[:8] for text in ODD]


def check(quoth: Quoth, *command: str, **environment: str) -> None:
    done = quoth(*command, **environment)
    told = done.stdout + done.stderr
    assert "inside Quoth" not in told, (command, environment, told)
    assert done.returncode in {0, 1, 2}, told


@pytest.mark.parametrize("text", ODD, ids=_NAMES)
def test_an_odd_value_is_a_sentence_wherever_it_stands(
    quoth: Quoth, tmp_path: Path, text: str
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "job.yaml").write_text(f"sources: {text}\noutput: out\n")
    check(quoth, "run", "job.yaml")
    check(quoth, "config", "show", "--set", f"retrieval.k={text}")
    check(quoth, "config", "show", QUOTH_ANSWERING__STYLE=text)
    for settings in (text, f"retrieval:\n  k: {text}\n"):
        (home / "quoth.yaml").write_text(settings)
        check(quoth, "config", "set", "retrieval.mode", "dense", QUOTH_HOME=str(home))


def test_what_is_wrong_with_a_value_is_said_in_a_sentence_of_its_own(
    quoth: Quoth, tmp_path: Path
) -> None:
    endless = Path("/dev/zero")
    for settings, told in (
        (f"{{k: [{'x, ' * 50_000}]}}", " … "),
        ("&a [*a]", "its aliases repeat too much"),
        ("[" * 200 + "]" * 200, "it is nested too deeply"),
        ("{k: \x01}", "characters are not allowed"),
        *((("", "more than ten megabytes"),) if endless.exists() else ()),
    ):
        file = tmp_path / "quoth.yaml" if settings else endless
        if settings:
            file.write_text(f"retrieval: {settings}")
        done = quoth("config", "show", "--config", file)
        assert done.returncode == 2
        assert told in done.stderr
        assert len(done.stderr) < 3000


RECORDS = (
    *("[" * 100_000, "5", "[]", "{}", '{"report": 5}', '{"report": {"done": [5]}}', "\x00"),
    *(
        '{"report": {"done": [{"reason": 5, "path": []}]}}',
        '{"name": [], "source": 5, "digest": 1}',
    ),
    '{"name": 5, "source": 5, "digest": 5}',
)


@pytest.mark.parametrize("name", [".quoth-outputs", "report.json"])
def test_a_record_that_no_job_wrote_is_no_record(
    session_home: Path, tmp_path: Path, name: str
) -> None:
    with Library("records", home=session_home) as library:
        for number, record in enumerate(RECORDS):
            folder = tmp_path / str(number)
            folder.mkdir()
            (folder / "ash.txt").write_text(f"The ash of year {number} was planted by the miller.")
            (folder / name).write_text(record)
        (tmp_path / "pipe").mkdir()
        if hasattr(os, "mkfifo"):
            os.mkfifo(tmp_path / "pipe" / name)
        report = library.ingest(tmp_path)
    kept = [Path(outcome.path).name for outcome in report.done]
    assert kept.count("ash.txt") == len(RECORDS), json.dumps([str(each) for each in report.failed])
