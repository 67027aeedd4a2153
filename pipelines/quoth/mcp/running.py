"""How a call of a tool is run: on a thread or in the queue, logged, and ended as a result."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult, TextContent
from pydantic import BaseModel

from quoth.errors import QuothError
from quoth.mcp.log import CallLog
from quoth.mcp.rendering import render_work
from quoth.mcp.work import Work, Works

Result = TypeVar("Result", bound=BaseModel)

_PROGRESS_SECONDS = 5.0
POLL_SECONDS = 0.05


class Runner:
    """Runs the calls of tools, and writes each to the log."""

    def __init__(self, works: Works, log: CallLog, *, patience_seconds: float) -> None:
        self.log = log
        self._works = works
        self._patience_seconds = patience_seconds

    async def run(
        self,
        tool: str,
        arguments: dict[str, Any],
        call: Callable[[], Result],
        render: Callable[[Result], str],
    ) -> CallToolResult:
        """Run a quick call on a thread, and return its result as text and as a value."""
        started = time.monotonic()
        try:
            result = await asyncio.to_thread(call)
        except asyncio.CancelledError:
            self.log.write(tool, arguments, "cancelled", time.monotonic() - started)
            raise
        except Exception as error:  # whatever it is, it is told, and the server goes on
            return self.fail(tool, arguments, error, started)
        self.log.write(tool, arguments, "done", time.monotonic() - started)
        return make_result(render(result), result)

    async def wait(
        self,
        tool: str,
        arguments: dict[str, Any],
        submit: Callable[[], Work],
        shape: type[Any],
        render: Callable[[Any], str],
        context: Context[Any, Any],
    ) -> CallToolResult:
        """Wait for a long call, tell its progress, and hand out a job when it takes too long."""
        started = time.monotonic()
        submitting = asyncio.ensure_future(asyncio.to_thread(submit))
        try:
            work = await asyncio.shield(submitting)
            await self._watch(work, context.report_progress)
        except Exception as error:
            submitting.add_done_callback(_stop)
            return self.fail(tool, arguments, error, started)
        except BaseException:  # the client went away, or cancelled the call
            submitting.add_done_callback(_stop)
            self.log.write(tool, arguments, "cancelled", time.monotonic() - started)
            raise
        if not work.future.done():
            result = shape(job=self._works.describe(work))
        elif work.state == "done":
            result = work.future.result()
        else:
            return self.fail(tool, arguments, work.future.exception(), started)
        outcome = "job" if result.job else "done"
        self.log.write(tool, arguments, outcome, time.monotonic() - started)
        return make_result(render(result), result)

    async def _watch(
        self, work: Work, tell: Callable[[float, float | None, str | None], Awaitable[None]]
    ) -> None:
        """Return when a call has ended, or after as long as a client waits."""
        started = told = time.monotonic()
        while not work.future.done() and time.monotonic() - started < self._patience_seconds:
            await asyncio.sleep(POLL_SECONDS)
            if time.monotonic() - told >= _PROGRESS_SECONDS:
                told = time.monotonic()
                shape = self._works.describe(work)
                text = shape.message or render_work(shape)
                await tell(told - started, None, text)

    def fail(
        self, tool: str, arguments: dict[str, Any], error: BaseException | None, started: float
    ) -> CallToolResult:
        """Return an error as a tool tells it: our sentence, and the hint."""
        if isinstance(error, QuothError):
            text = f"{error}\nHint: {error.hint}" if error.hint else str(error)
        elif error is None:
            text = "The call was cancelled."
        else:
            text = f"Something went wrong inside Quoth: {type(error).__name__}: {error}"
        self.log.write(tool, arguments, f"failed: {text}", time.monotonic() - started)
        return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)


def _stop(submitting: asyncio.Future[Work]) -> None:
    """Stop a call that was submitted, which may still have been under way when it was cancelled."""
    if not submitting.cancelled() and submitting.exception() is None:
        work = submitting.result()
        work.stop.set()
        work.future.cancel()


def make_result(text: str, value: BaseModel) -> CallToolResult:
    """Return a result as text for the model and as a value for the program."""
    return CallToolResult(
        content=[TextContent(type="text", text=text)],
        structured_content=value.model_dump(mode="json"),
    )
