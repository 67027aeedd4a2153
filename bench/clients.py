"""The clients that others wrote, on the server: how many of their tests pass, as a table.

    python -m bench.clients

Runs the tests of `tests/server` that use them, the slow ones too, in one process.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree

from bench.measure import ROOT

_TESTS = "tests/server"
_CLIENTS = {
    "test_openai_client": "openai",
    "test_openai_shapes": "openai",
    "test_langchain.TestBareModel": "langchain-tests",
    "test_langchain.TestCollection": "langchain-tests",
    "test_langchain.TestResponses": "langchain-tests",
    "test_langchain.TestEmbeddings": "langchain-tests",
    "test_other_clients": "llm",
    "test_description": "schemathesis",
}
"""The tests of each module or class, and the package that asks."""
_ABOUT = {
    "test_openai_client": "the official client for Python, synchronous and asynchronous",
    "test_openai_shapes": "every answer and event against the types of the official client",
    "test_langchain.TestBareModel": "`ChatOpenAI` on the language model",
    "test_langchain.TestCollection": "`ChatOpenAI` on a collection",
    "test_langchain.TestResponses": "`ChatOpenAI` by the responses API",
    "test_langchain.TestEmbeddings": "`OpenAIEmbeddings`",
    "test_other_clients": "`llm`, and the official client for Node",
    "test_description": "requests by the OpenAPI description, with a token and without",
}


def run_tests() -> list[tuple[str, str]]:
    """Return the place and the outcome of each test."""
    files = sorted({f"{_TESTS}/{name.partition('.')[0]}.py" for name in _CLIENTS})
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "results.xml"
        subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
                *("-m", "slow or not slow", f"--junitxml={file}", *files),
            ],
            cwd=ROOT,
            stdout=sys.stderr,
        )
        cases = ElementTree.parse(file).getroot().iter("testcase")
        return [(case.get("classname", ""), _outcome(case)) for case in cases]


def _outcome(case: ElementTree.Element) -> str:
    kinds = [child.tag for child in case]
    if "failure" in kinds or "error" in kinds:
        return "failed"
    return "skipped" if "skipped" in kinds else "passed"


def main() -> None:
    results = run_tests()
    print("| asked by | on | passed | failed | skipped |\n|---|---|---|---|---|")
    for name, package in _CLIENTS.items():
        counts = Counter(outcome for place, outcome in results if place.endswith(name))
        found = " | ".join(str(counts[outcome]) for outcome in ("passed", "failed", "skipped"))
        print(f"| {package} {version(package)} | {_ABOUT[name]} | {found} |")


if __name__ == "__main__":
    main()
