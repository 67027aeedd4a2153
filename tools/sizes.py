"""Prints how much a set-up fetches on this machine: packages, and megabytes of wheels."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from packaging.tags import sys_tags
from packaging.utils import parse_wheel_filename

ROOT = Path(__file__).parents[1]
UV = Path(sys.executable).with_name("uv")
SET_UPS = {
    "light": ("--overrides", "overrides.txt"),
    "setup": ("--extra", "all", "--group", "dev", "--group", "docs"),
}


def size_of(package: dict[str, Any], rank: dict[object, int]) -> int:
    """Return the bytes of the wheel that this machine prefers, or of the source."""
    fitting: list[tuple[int, int]] = []
    for wheel in package.get("wheels", ()):
        place = wheel.get("url") or wheel["path"]
        name = wheel.get("name") or place.rpartition("/")[2].replace("%2B", "+")
        ranks = [rank[tag] for tag in parse_wheel_filename(name)[3] if tag in rank]
        if ranks:
            size = wheel.get("size") or Path(place.removeprefix("file:")).stat().st_size
            fitting.append((min(ranks), size))
    if not fitting and "sdist" not in package:
        raise LookupError(f"{package['name']}: no wheel for this machine")
    return min(fitting)[1] if fitting else package["sdist"].get("size", 0)


def measure(arguments: tuple[str, ...]) -> tuple[int, float]:
    """Return the number of packages of a set-up, and their megabytes."""
    command = [str(UV), "pip", "compile", "--quiet", "--format", "pylock.toml", "pyproject.toml"]
    found = subprocess.run(
        [*command, "--constraints", "constraints.txt", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "UV_FIND_LINKS": os.environ.get("PIP_FIND_LINKS", "")},
    )
    packages = tomllib.loads(found.stdout)["packages"]
    rank: dict[object, int] = {tag: place for place, tag in enumerate(sys_tags())}
    return len(packages), sum(size_of(package, rank) for package in packages) / 1e6


if __name__ == "__main__":
    for name, arguments in SET_UPS.items():
        count, megabytes = measure(arguments)
        print(f"{name}: {count} packages, {megabytes:,.0f} MB")
