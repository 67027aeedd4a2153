"""Writes a small collection with the Quoth that is installed, to be opened by later ones.

Run it once for a version, and keep what it writes: `make_collection.py 0.1.0`. The documents lie
beside the collection and are named by paths that are the same everywhere.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path

DOCUMENTS = {
    "boats.md": "# Boats\n\nThe ferry to Aldersey leaves at 7:40 and takes 35 minutes.\n\n"
    "## Tickets\n\nA ticket costs 12 crowns; children under six travel free.\n",
    "bees.txt": "The hives on the roof gave 84 kilograms of honey in 2022.\n",
}


def main() -> None:
    target = Path(__file__).with_name(sys.argv[1])
    shutil.rmtree(target, ignore_errors=True)
    (target / "documents").mkdir(parents=True)
    for name, text in DOCUMENTS.items():
        path = target / "documents" / name
        path.write_text(text)
        os.utime(path, (1_700_000_000, 1_700_000_000))
    from quoth import Library

    with tempfile.TemporaryDirectory() as home:
        with Library("kept", home=home) as library:
            library.ingest(target / "documents")
        file = Path(home) / "collections" / "kept" / "library.sqlite"
        with sqlite3.connect(file) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute(
                "UPDATE sources SET path = replace(path, ?, '/documents/')",
                (f"{target / 'documents'}/",),
            )
            connection.execute("UPDATE contents SET metadata = '{}'")
        connection.close()
        with sqlite3.connect(file) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("VACUUM")
        connection.close()
        shutil.copy(file, target / "library.sqlite")


if __name__ == "__main__":
    main()
