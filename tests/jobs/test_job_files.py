from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from programs import Quoth
from quoth.errors import ConfigurationError, UsageError
from quoth.jobs import JobFile, find_job, read_job, read_job_settings
from quoth.system import WriteLock
from quoth.system.packaged import jobs_folder

LIBRARY = Path(__file__).parents[2] / "data" / "library"
EXAMPLES = sorted(file.stem for file in jobs_folder().glob("*.yaml"))
JOB = "sources: [in]\noutput: out\nsettings:\n  summarization:\n    length: brief\n"


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "deep" / "job.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    return file


def test_paths_are_relative_to_the_folder_of_the_file(tmp_path: Path) -> None:
    job = read_job(written(tmp_path, f"{JOB}schema: s.json\nquery: Why?\n"))
    folder = tmp_path / "deep"
    assert job.sources == (folder / "in",)
    assert (job.output, job.json_schema) == (folder / "out", folder / "s.json")
    assert (job.query, job.format) == ("Why?", "markdown")


def test_settings_are_those_of_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, JOB)
    assert read_job_settings(file, {}).config.summarization.length == "brief"
    monkeypatch.setenv("QUOTH_SUMMARIZATION__LENGTH", "detailed")
    assert read_job_settings(file, {}).config.summarization.length == "detailed"
    overridden = read_job_settings(file, {"summarization.length": "70"})
    assert overridden.config.summarization.length == "70"


def test_plain_words_are_the_text_that_they_look_like(tmp_path: Path) -> None:
    said = "sources: [2024, 2024-05-01]\nquery: 2024\nlanguage: no\ntrace: yes\n"
    job = read_job(written(tmp_path, said))
    assert [path.name for path in job.sources] == ["2024", "2024-05-01"]
    assert (job.query, job.language, job.trace) == ("2024", "no", True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sorces: [in]", "line 1: a job has no 'sorces'. The nearest one is 'sources'"),
        ("output: a\nquite: 1", "line 2: a job has no 'quite'"),
        ("output: a\noutput: b", "line 2 sets output a second time"),
        ("format: docx", "line 1: format cannot be 'docx'"),
        ("workers: -1", "line 1: workers cannot be -1"),
        ("output: !!python/name:os.system x", "output is not a valid value"),
        ("sources: [", "not valid YAML"),
        ("- a", "must hold"),
    ],
)
def test_what_a_job_cannot_say_is_named_with_its_line(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read_job(written(tmp_path, text))
    assert told in str(raised.value)


def test_a_setting_that_is_not_known_is_named_with_its_line(tmp_path: Path) -> None:
    file = written(tmp_path, "output: a\nsettings:\n  sumarization:\n    length: brief\n")
    with pytest.raises(ConfigurationError, match=r"line 3: .*'summarization'"):
        read_job_settings(file, {})


def test_a_job_that_is_not_there_is_refused_with_the_examples() -> None:
    with pytest.raises(UsageError) as raised:
        find_job("nothing.yaml")
    assert all(name in raised.value.hint for name in EXAMPLES)


def test_every_key_stands_in_the_documentation() -> None:
    page = (LIBRARY.parents[1] / "docs" / "summaries.md").read_text()
    for name, field in JobFile.model_fields.items():
        assert f"`{field.alias or name}`" in page


def test_there_are_two_examples() -> None:
    assert EXAMPLES == ["decisions", "summaries"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_runs_and_goes_on(name: str, tmp_path: Path, quoth: Quoth) -> None:
    file = shutil.copy(jobs_folder() / f"{name}.yaml", tmp_path)
    job = read_job(Path(file))
    assert job.output is not None
    folder = job.sources[0]
    folder.mkdir()
    text = (LIBRARY / "library-committee-minutes.md").read_text()
    (folder / "one.md").write_text(text[:1500])
    (folder / "two.txt").write_text(text[1500:2600])
    shown = quoth("run", file, "--quiet")
    assert (shown.returncode, shown.stdout, shown.stderr) == (0, "", "")
    report = json.loads((job.output / "report.json").read_text())
    assert len(report["report"]["done"]) == 2
    assert report["calls"] == 0, "sentences of the text take no call"
    again = quoth("run", file, "--json")
    assert json.loads(again.stdout)["calls"] == 0
    # The same by its name, on other documents, into another folder.
    shown = quoth("run", name, str(folder), "-o", "elsewhere", "--quiet")
    assert shown.returncode == 0
    endings = {"one.md.md", "two.txt.md", "one.md.json", "two.txt.json"}
    outputs = {path.name: path.read_text() for path in job.output.iterdir() if path.name in endings}
    assert len(outputs) == 2
    for file_name, text in outputs.items():
        assert (tmp_path / "elsewhere" / file_name).read_text() == text


def test_exit_codes_of_a_job(tmp_path: Path, quoth: Quoth) -> None:
    file = written(tmp_path, JOB)
    shown = quoth("run", str(file), "--quiet")
    assert shown.returncode == 2
    assert "no files" in shown.stderr
    folder = file.parent / "in"
    folder.mkdir()
    (folder / "blank.txt").write_text("  \n ")
    shown = quoth("run", str(file), "--quiet")
    assert shown.returncode == 1
    assert "blank.txt" in shown.stdout
    with WriteLock(file.parent / "out" / ".quoth-lock").hold():
        shown = quoth("run", str(file), "--quiet")
    assert shown.returncode == 2
    assert f"is writing to {file.parent / 'out'}" in shown.stderr
    shown = quoth("run", str(written(tmp_path, "sources: [in]")))
    assert shown.returncode == 2
    assert "where to write" in shown.stderr
