"""Names of files and folders that programs keep for themselves."""

from __future__ import annotations

import re
from fnmatch import translate

_REASONS = {
    "It is the lock file of a document that is open.": ("~$*",),
    "It is a temporary or unfinished file.": (
        "*.tmp",
        "*.temp",
        "*.crdownload",
        "*.part",
        "*.partial",
        "*.download",
        "*.opdownload",
        "*.filepart",
        "*.!ut",
        "*.swp",
    ),
    "It is a backup copy.": ("*~", "*.bak", "*.orig", "backup of *.wbk", "#*#"),
    "It is a file of the operating system.": (
        "thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
        "icon\r",
        "$recycle.bin",
        "system volume information",
        "__macosx",
    ),
    "A program wrote it for programs.": (
        "*.min.js",
        "*.min.mjs",
        "*.min.css",
        "*.js.map",
        "*.mjs.map",
        "*.css.map",
        "*.pyc",
        "cargo.lock",
        "composer.lock",
        "gemfile.lock",
        "go.sum",
        "node_modules",
        "npm-shrinkwrap.json",
        "package-lock.json",
        "packages.lock.json",
        "pdm.lock",
        "pipfile.lock",
        "pnpm-lock.yaml",
        "poetry.lock",
        "pubspec.lock",
        "uv.lock",
        "yarn.lock",
        "__pycache__",
    ),
}
_UNREAD = re.compile("|".join(translate(name) for names in _REASONS.values() for name in names))


def reason_to_skip(name: str) -> str:
    """Return why a file or folder of this name is not read, '' if it is read."""
    folded = name.lower()
    if not _UNREAD.match(folded):
        return ""
    return next(
        reason
        for reason, names in _REASONS.items()
        if any(re.match(translate(each), folded) for each in names)
    )
