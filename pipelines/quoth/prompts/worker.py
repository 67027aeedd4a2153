"""The child process of `sandbox`: renders untrusted templates, within limits."""

from __future__ import annotations

import json
from datetime import datetime

from quoth.prompts.engine import explain, is_refusal, render
from quoth.prompts.limits import MEMORY_LIMIT, TIME_LIMIT
from quoth.system import ParentPipe, limit_memory


def main() -> None:
    """Serve the requests of the parent process."""
    parent = ParentPipe()
    limit_memory(MEMORY_LIMIT)
    while True:
        request = parent.receive()
        with parent.limit_time(TIME_LIMIT):
            reply = _reply_to(request)
        parent.send(reply)


def _reply_to(request: bytes) -> bytes:
    try:
        call = json.loads(request)
        text = render(
            call["source"],
            call["messages"],
            variables=call["variables"],
            now=datetime.fromisoformat(call["now"]),
        )
        return json.dumps({"text": text}).encode()
    except Exception as error:  # a template may fail in any way
        reason = explain(error, memory_limit=MEMORY_LIMIT)
        return json.dumps({"error": reason, "refusal": is_refusal(error)}).encode()
