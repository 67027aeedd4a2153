"""Entry points of other packages: found, loaded, and named when they fail."""

from __future__ import annotations

from pathlib import Path

import pytest
from quoth.errors import ConfigurationError, UsageError
from quoth.system import load_entry_point, read_entry_points

GROUP = "quoth.test_plugins"


def install(folder: Path, package: str, entries: str, module: str = "") -> None:
    """Put a package with entry points in a folder, as an installer would."""
    facts = folder / f"{package}-1.0.dist-info"
    facts.mkdir(parents=True)
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(f"[{GROUP}]\n{entries}\n")
    (folder / f"{package}.py").write_text(module)


def test_entries_are_read_sorted_and_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not read_entry_points(GROUP)
    install(tmp_path, "plug_a", "two = plug_a:two\none = plug_a:one", "one, two = 1, 2")
    monkeypatch.syspath_prepend(tmp_path)
    assert [*read_entry_points(GROUP)] == ["one", "two"]
    assert load_entry_point(GROUP, "two", kind="number") == 2


def test_an_unknown_name_gets_the_nearest_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "plug_b", "seven = plug_b:seven")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigurationError, match=r"no number 'sevn'.*'seven'") as caught:
        load_entry_point(GROUP, "sevn", kind="number")
    assert caught.value.hint == "Installed numbers: seven."


@pytest.mark.parametrize(
    ("module", "reason"),
    [
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("", "AttributeError"),
        ("one = 1 / 0", "ZeroDivisionError"),
        ("one = (", "SyntaxError"),
    ],
)
def test_a_package_that_cannot_be_imported_is_named_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, reason: str
) -> None:
    name = f"plug_{abs(hash(reason))}"
    install(tmp_path, name, f"one = {name}:one", module)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigurationError, match=reason) as caught:
        load_entry_point(GROUP, "one", kind="number")
    assert f"The number 'one' of the package {name}" in str(caught.value)
    assert name in caught.value.hint


def test_an_error_of_ours_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = "from quoth import errors\nraise errors.UsageError('Not today.')"
    install(tmp_path, "plug_c", "one = plug_c:one", module)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UsageError, match="Not today"):
        load_entry_point(GROUP, "one", kind="number")


def test_two_packages_cannot_register_one_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "plug_d", "one = plug_d:one", "one = 1")
    install(tmp_path, "plug_e", "one = plug_e:one", "one = 1")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigurationError, match="'one'") as caught:
        read_entry_points(GROUP)
    assert "plug_d" in str(caught.value)
    assert "plug_e" in str(caught.value)
