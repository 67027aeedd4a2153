"""Extras: the packages of each, and the error for a missing one."""

from __future__ import annotations

import importlib.util
from importlib import metadata

from packaging.requirements import Requirement

from quoth.errors import MissingExtraError


def missing_extra(feature: str, extra: str) -> MissingExtraError:
    """Return the error for a feature whose extra is not installed.

    The hint names the packages of the extra: no package index has Quoth itself.
    """
    packages = " ".join(f'"{package}"' for package in packages_of(extra))
    return MissingExtraError(
        f"{feature} needs the extra '{extra}', which is not installed.",
        hint=f"Install it with: {installer()} install {packages}"
        if packages
        else "Its packages have no build for this system.",
    )


def packages_of(extra: str) -> tuple[str, ...]:
    """Return the requirements of an extra on this system, such as `ir-measures>=0.4`."""
    requirements = [Requirement(line) for line in metadata.requires("quoth") or ()]
    return tuple(
        f"{requirement.name}{requirement.specifier}"
        for requirement in requirements
        if requirement.marker
        and requirement.marker.evaluate({"extra": extra})
        and not requirement.marker.evaluate({"extra": ""})
    )


def installer() -> str:
    """Return the command that installs packages into this environment."""
    return "python -m pip" if importlib.util.find_spec("pip") else "uv pip"
