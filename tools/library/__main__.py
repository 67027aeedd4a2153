"""Build or check the sample library.

    python -m tools.library                   write data/library
    python -m tools.library --check           verify data/library and data/questions.jsonl
    python -m tools.library --locate-quotes   refill the page numbers in questions.jsonl

The same sources and the same version of reportlab give the same bytes on every run.
"""

from __future__ import annotations

import argparse
import sys

from tools.library.build import LIBRARY, build
from tools.library.check import check, locate_quotes


def main() -> int:
    """Build or check the library."""
    parser = argparse.ArgumentParser(description="Build or check the sample library.")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--check", action="store_true", help="verify the library, write nothing")
    action.add_argument(
        "--locate-quotes", action="store_true", help="refill the page numbers of the questions"
    )
    arguments = parser.parse_args()
    if arguments.check:
        wrong = check()
        for line in wrong:
            print(line, file=sys.stderr)
        return 1 if wrong else 0
    if arguments.locate_quotes:
        locate_quotes()
        return 0
    for path in build(LIBRARY):
        print(f"{path.name}: {path.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
