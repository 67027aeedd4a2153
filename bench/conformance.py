"""The official conformance suite of the Model Context Protocol, against `quoth serve`.

    python -m bench.conformance       # needs npx of Node 22 or later, and fetches the suite

Runs what two revisions of the protocol require against `/mcp` over the sample library, and prints a
table. `bench/conformance.yaml` has the scenarios that Quoth cannot pass, and why. The exit code is
1 when another one fails, or when one of these passes.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml
from quoth import Library
from quoth.system import sample_library_folder

from bench.agents import served

SUITE = "@modelcontextprotocol/conformance@0.2.0-alpha.12"
REVISIONS = ("2025-11-25", "2026-07-28")
EXPECTED = Path(__file__).with_name("conformance.yaml")


def run_suite(program: Sequence[str], address: str, revision: str, folder: Path) -> dict[str, bool]:
    """Return whether each scenario passed that a revision requires."""
    given = ["server", "--url", f"{address}/mcp", "--requirements", revision, "-o", str(folder)]
    result = subprocess.run([*program, *given], capture_output=True, text=True, cwd=folder)
    _, _, summary = result.stdout.partition("=== SUMMARY ===")
    summary, _, _ = summary.partition("Total:")
    found = {
        name: mark == "✓" for mark, name in re.findall(r"^([✓✗]) ([\w-]+):", summary, re.MULTILINE)
    }
    if not found:
        sys.exit(f"The suite did not run: {result.stdout[-500:]}{result.stderr[-1500:]}")
    return found


def report(revision: str, found: Mapping[str, bool], reasons: Mapping[str, Sequence[str]]) -> bool:
    """Print the rows of a revision; return whether all is as expected."""
    explained = {name for names in reasons.values() for name in names}
    passed = [name for name, ok in found.items() if ok]
    failed = [name for name, ok in found.items() if not ok and name not in explained]
    print(f"| {revision} | passes | {len(passed)} | {', '.join(passed)} |")
    for reason, names in reasons.items():
        here = [name for name in names if found.get(name) is False]
        print(f"| {revision} | {reason} | {len(here)} | {', '.join(here)} |")
    print(f"| {revision} | fails | {len(failed)} | {', '.join(failed)} |")
    return not failed and not explained.intersection(passed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", nargs="+", default=["npx", "--yes", SUITE])
    given = parser.parse_args()
    reasons: dict[str, list[str]] = yaml.safe_load(EXPECTED.read_text())
    with tempfile.TemporaryDirectory(prefix="quoth-conformance-") as scratch:
        home = Path(scratch) / "home"
        with Library(home=home) as library:
            library.ingest(sample_library_folder())
        with served(home) as address:
            found = {
                revision: run_suite(given.program, address, revision, Path(scratch))
                for revision in REVISIONS
            }
    print(f"{SUITE}\n\n| revision | outcome | scenarios | |\n|---|---|--:|---|")
    as_expected = [report(revision, found[revision], reasons) for revision in REVISIONS]
    sys.exit(not all(as_expected))


if __name__ == "__main__":
    main()
