"""The plan and the report of a job, as HTML for a notebook."""

from __future__ import annotations

from quoth.jobs.report import JobPlan, JobReport
from quoth.types import format_count, register_view
from quoth.views import (
    format_failures,
    format_path,
    frame,
    shorten_paths,
    table_html,
    title_html,
)


def register_job_views() -> None:
    """Register the cards of plans and reports."""
    register_view(JobPlan, plan_html)
    register_view(JobReport, job_report_html)


def plan_html(plan: JobPlan) -> str:
    """Return the plan of each document as a table; those that cannot be read have their reason."""
    total = plan.total
    facts = (
        f"{format_count(total.calls, 'call')}, {format_count(total.known_calls, 'call')} in the "
        f"journal · {total.prompt_tokens:,} tokens to read, at most {total.answer_tokens:,} to "
        f"write" + ("" if total.seconds is None else f" · about {total.seconds:.0f} s")
    )
    names = shorten_paths([path for path, _ in plan.documents])
    rows = [
        (
            names[path],
            str(one.parts),
            str(one.calls),
            str(one.known_calls),
            f"{one.prompt_tokens:,}",
            f"{one.answer_tokens:,}",
        )
        for path, one in plan.documents
    ]
    columns = ("file", "parts", "calls", "known", "tokens read", "written, at most")
    parts = [title_html("Plan of the summaries", facts), table_html(columns, rows)]
    if plan.failed:
        failed = [(format_path(outcome.path), outcome.reason) for outcome in plan.failed]
        parts.append(table_html(("cannot be read", "why"), failed))
    return frame(parts)


def job_report_html(report: JobReport) -> str:
    """Return what became of each document as a table, and what the job cost."""
    done = report.report
    facts = (
        f"{len(done.done)} done, {format_failures(done)}, {len(done.skipped)} skipped · "
        f"{format_count(report.calls, 'call')} made, {report.cached_calls} from the journal · "
        f"{report.coverage:.0%} of the text read · {done.seconds:.1f} s"
    )
    names = shorten_paths([one.path for one in report.documents])
    rows = [
        (
            one.state,
            names[one.path],
            one.output,
            str(one.pages or ""),
            str(one.calls + one.cached_calls or ""),
            f"{one.coverage:.0%}" if one.state == "done" else "",
            " ".join(filter(None, (one.reason, *one.notes))),
        )
        for one in report.documents
    ]
    columns = ("", "file", "summary", "pages", "calls", "read", "what")
    parts = [title_html("Summaries", facts), table_html(columns, rows)]
    if report.paused:
        parts.insert(1, title_html("Paused", report.paused))
    return frame(parts)
