from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from quoth.errors import OutputError, UsageError
from quoth.ingest import OUTPUT_RECORD, find_files, read_outputs
from quoth.jobs import JobReport, OutputFolder, SummaryJob, common_folder, leave_out_outputs
from quoth.jobs.names import name_outputs
from quoth.summarize import Summarizer, SummaryOptions
from quoth.types import Document, Page
from quoth.views import Format
from scripted_model import Scripted

TEXT = "The council met in May and gave money for the bridge that the clerk calls"


def load(path: Path) -> Document:
    return Document(str(path), path.stem, "text", (Page(1, path.read_text()),))


def run(
    sources: list[Path],
    out: Path,
    *,
    form: Format = "markdown",
    trace: bool = False,
    prune: bool = False,
) -> JobReport:
    """Summarize as the command does."""
    summarizer = Summarizer(Scripted(), options=SummaryOptions(length="40"))
    job = SummaryJob(summarizer, load, out, form=form, trace=trace)
    return job.run(find_files(sources), base=common_folder(sources), prune=prune)


def seen(out: Path) -> set[str]:
    files = [path for path in out.rglob("*") if path.is_file() and path.name[0] != "."]
    return {path.relative_to(out).as_posix() for path in files} - {
        "report.json",
        "report.html",
        "report.csv",
    }


def write(folder: Path, *names: str) -> Path:
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{TEXT} {Path(name).stem[:40]}.")
    return folder


@pytest.mark.parametrize("inside", ["out", "deep/out", "."])
def test_a_job_never_summarizes_its_outputs(tmp_path: Path, inside: str) -> None:
    source = write(tmp_path / "in", "a.md", "deep/b.txt")
    out = source / inside
    counts = [len(run([source], out, form=form).report.done) for form in ("markdown", "text")]
    counts.append(len(run([source], tmp_path / "elsewhere").report.done))
    assert counts == [2, 2, 2]


def test_the_users_files_in_an_output_folder_are_documents(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "a.md")
    run([source], source / "out")
    write(source / "out", "note.md")
    assert len(run([source], source / "out").report.done) == 2


def test_outputs_alone_are_refused(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "a.md")
    run([source], tmp_path / "out")
    with pytest.raises(UsageError) as refused:
        run([tmp_path / "out"], tmp_path / "out2")
    assert "outputs of a job" in refused.value.hint
    with pytest.raises(UsageError, match="outputs of a job"):
        run([tmp_path / "out" / "a.md.md"], tmp_path / "out2")


@pytest.mark.parametrize("form", ["markdown", "text", "json"])
@pytest.mark.parametrize("trace", [False, True])
def test_every_document_has_its_own_outputs(tmp_path: Path, form: Format, trace: bool) -> None:
    names = (
        *("report", "report.json", "fields", "fields.csv"),
        *("a", "a.trace", "a.md", "a.trace.json"),
        *("x/r.md", "y/r.md", "report.json.d/b", "b.md/c.txt", "b", "B", "c/\u00e9.txt"),
        *("c/e\u0301.txt", "\u6587" * 80, "d.TRACE", "d"),
    )
    source = write(tmp_path / "in", *names)
    done = run([source], tmp_path / "out", form=form, trace=trace)
    assert not done.report.failed
    outputs = [outcome.reason for outcome in done.report.done]
    assert len({name.casefold() for name in outputs}) == len(names)
    assert len(seen(tmp_path / "out")) == len(names) * (3 if trace else 1)
    for outcome in done.report.done:
        stem = Path(outcome.path).stem[:40]
        assert f"calls {stem}" in (tmp_path / "out" / outcome.reason).read_text()
    assert json.loads((tmp_path / "out" / "report.json").read_text())["report"]["done"]


def test_names_depend_on_no_neighbour(tmp_path: Path) -> None:
    source = write(tmp_path, "2023/r.md", "2024/r.md", "a.md", "a.trace", "n" * 250)
    together = name_outputs(find_files([source]), source)
    assert together[source / "2023" / "r.md"] == "2023/r.md"
    assert together[source / "2024" / "r.md"] == "2024/r.md"
    for path, name in together.items():
        assert name_outputs([path], source) == {path: name}


def test_files_that_were_named_one_by_one_keep_their_folders(tmp_path: Path) -> None:
    write(tmp_path, "2023/r.md", "2024/r.md")
    sources = [tmp_path / "2024" / "r.md", tmp_path / "2023" / "r.md"]
    run(sources, tmp_path / "out")
    assert seen(tmp_path / "out") == {"2023/r.md.md", "2024/r.md.md"}


@pytest.mark.parametrize("size", range(221, 256, 2))
def test_a_long_name_costs_no_other_document(tmp_path: Path, size: int) -> None:
    source = write(tmp_path / "in", "n" * (size - 3) + ".md", "short.md")
    done = run([source], tmp_path / "out", trace=True)
    assert len(done.report.done) == 2
    again = run([source], tmp_path / "out", trace=True)
    assert [outcome.reason for outcome in again.report.done] == [
        outcome.reason for outcome in done.report.done
    ]


def test_a_path_that_is_too_long_costs_that_document(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "short.md")
    out = tmp_path / "out"
    while len(str(out)) < 3900:
        out = out / ("o" * 150)
    folder = write(source, f"{'d' * 120}/{'e' * 120}.md")
    done = run([folder], out)
    assert [Path(outcome.path).name for outcome in done.report.done] == ["short.md"]
    assert "cannot be written" in done.report.failed[0].reason


def test_an_output_is_written_only_when_it_changes(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "a.md", "b.md")
    out = tmp_path / "out"
    run([source], out)
    for name in ("a.md.md", "b.md.md"):
        os.utime(out / name, (1, 1))
    (source / "b.md").write_text("Another text altogether is here now.")
    run([source], out)
    assert (out / "a.md.md").stat().st_mtime == 1
    assert (out / "b.md.md").stat().st_mtime > 1


def test_a_file_of_the_user_is_never_overwritten(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "a", "a.md", "b.md")
    before = (source / "a.md").read_text()
    done = run([source], source)
    assert (source / "a.md").read_text() == before
    assert [Path(outcome.path).name for outcome in done.report.failed] == ["a"]
    assert "no job wrote it" in done.report.failed[0].reason
    assert {"a.md.md", "b.md.md"} <= seen(source)


def test_a_report_of_the_user_is_never_overwritten(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "a.md")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "report.json").write_text("mine")
    with pytest.raises(OutputError, match="no job wrote it"):
        run([source], tmp_path / "out")
    assert (tmp_path / "out" / "report.json").read_text() == "mine"


def test_two_jobs_in_one_folder_do_not_overwrite_each_other(tmp_path: Path) -> None:
    write(tmp_path, "2023/r.md", "2024/r.md")
    run([tmp_path / "2023"], tmp_path / "out")
    before = (tmp_path / "out" / "r.md.md").read_text()
    done = run([tmp_path / "2024"], tmp_path / "out")
    assert "the output of another document" in done.report.failed[0].reason
    assert (tmp_path / "out" / "r.md.md").read_text() == before


def test_an_output_without_a_document_is_told_and_pruned(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "a.md", "b.md", "deep/c.md")
    out = tmp_path / "out"
    assert run([source], out, trace=True).leftovers == ()
    (source / "deep" / "c.md").unlink()
    assert run([source], out).leftovers == (
        *("a.md.trace.html", "a.md.trace.json", "b.md.trace.html", "b.md.trace.json"),
        *("deep/c.md.md", "deep/c.md.trace.html", "deep/c.md.trace.json"),
    )
    (out / "a.md.trace.json").write_text("edited")
    pruned = run([source], out, prune=True)
    assert len(pruned.report.removed) == 6
    assert pruned.leftovers == ("a.md.trace.json",)
    assert seen(out) == {"a.md.md", "b.md.md", "a.md.trace.json"}
    assert not (out / "deep").exists()


def test_a_part_of_the_documents_leaves_the_outputs_of_the_others(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "a.md", "b.md")
    run([source], tmp_path / "out")
    done = run([source / "a.md"], tmp_path / "out", prune=True)
    assert (done.leftovers, done.report.removed) == ((), ())
    assert seen(tmp_path / "out") == {"a.md.md", "b.md.md"}


def test_a_torn_record_of_a_killed_run_is_read(tmp_path: Path) -> None:
    folder = OutputFolder(tmp_path)
    folder.write("a.md", "one", source="/a")
    with (tmp_path / OUTPUT_RECORD).open("a") as file:
        file.write('{"name": "b.md", "sour')
    assert [output.name for output in read_outputs(tmp_path)] == ["a.md"]
    assert leave_out_outputs([tmp_path / "a.md", tmp_path / "b.md"]) == [tmp_path / "b.md"]


def test_the_outputs_of_a_version_without_a_record_are_known(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "a.md")
    done = {"path": str(source / "a.md"), "reason": "a.md.md", "status": "done"}
    write(source / "out", "a.md.md")
    report = source / "out" / "report.json"
    report.write_text(json.dumps({"report": {"done": [done]}}))
    assert len(run([source], source / "out").report.done) == 1
