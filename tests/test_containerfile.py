"""The Containerfile, step by step, in a root of Debian packages, without a container engine."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from places import LIBRARY, ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

STEPS = re.findall(
    r"^([A-Z]+) ((?:.*\\\n)*.*)$", (ROOT / "Containerfile").read_text("utf-8"), re.MULTILINE
)
SOMEBODY = "54321:54321"
INDEX = ("PIP_CERT", "SSL_CERT_FILE", "PIP_INDEX_URL", "UV_INDEX_URL")
"""How this machine reaches a package index."""


def mounted(root: Path, command: str, *, closed: bool = False) -> subprocess.CompletedProcess[str]:
    """Run a shell command that may enter the root; `closed`: it is read-only, without a network."""
    mounts = [f"mount -t proc proc {root}/proc", f"mount --rbind /dev {root}/dev"]
    if closed:
        mounts = [
            f"mount --bind {root} {root}",
            *mounts,
            f"mount --bind {root}/data {root}/data",
            f"mount -o remount,ro,bind {root}",
            "ip link set lo up",
        ]
    script = " && ".join([*mounts, command])
    spaces = ["--mount", "--propagation", "private", *(["--net"] if closed else [])]
    return subprocess.run(["unshare", *spaces, "sh", "-c", script], capture_output=True, text=True)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root that the steps of the Containerfile make."""
    if os.geteuid() != 0 or not shutil.which("debootstrap") or not shutil.which("ip"):
        pytest.skip("needs root, debootstrap and ip")
    root = tmp_path_factory.mktemp("debian") / "root"
    base = ["debootstrap", "--variant=minbase", "bookworm", str(root)]
    made = subprocess.run(base, capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"no Debian to be had: {made.stdout[-200:]}")
    for name in ("/etc/resolv.conf", "/etc/hosts"):
        shutil.copy(name, root / name[1:])
    environment = {name: os.environ[name] for name in INDEX if name in os.environ}
    environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin"
    for step, rest in STEPS:
        text = rest.replace("\\\n", " ")
        if step == "COPY":
            _copy_checkout(root / "opt" / "quoth")
        elif step == "RUN":
            for name in environment.values():
                if name.startswith("/etc/ssl/certs/") and Path(name).is_file():
                    (root / name[1:]).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(name, root / name[1:])
            words = [f"{name}={value}" for name, value in environment.items()]
            entered = ["chroot", str(root), "env", "-i", *words, "sh", "-c", text]
            result = mounted(root, shlex.join(entered))
            assert result.returncode == 0, f"{text}\n{result.stdout}{result.stderr}"
    (root / "documents").mkdir()
    shutil.copy(LIBRARY / "lease-unit-6.pdf", root / "documents")
    return root


def _copy_checkout(folder: Path) -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    for name in listed.stdout.splitlines():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)


def settings() -> dict[str, str]:
    """The environment of the image."""
    pairs = (pair for step, rest in STEPS if step == "ENV" for pair in rest.split())
    return dict(pair.split("=", 1) for pair in pairs)


def run_as_somebody(
    root: Path, command: str, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a shell command as somebody in the finished root."""
    words = [f"{name}={value}" for name, value in environment.items()]
    chroot = ["chroot", f"--userspec={SOMEBODY}", str(root), "env", "-i", *words]
    return mounted(root, shlex.join([*chroot, "sh", "-c", command]), closed=True)


def test_anybody_ingests_and_asks_with_a_read_only_root_and_no_network(root: Path) -> None:
    (place,) = [rest for step, rest in STEPS if step == "WORKDIR"]
    said = []
    for typed in ("ingest .", "ask 'Is notice by e-mail valid?'"):
        result = run_as_somebody(root, f"cd {place} && quoth {typed}", settings())
        assert result.returncode == 0, result.stderr
        said.append(result.stdout + result.stderr)
    assert "1 document ingested" in said[0]
    assert "Notice by electronic mail is not valid." in said[1]
    changed = {path.name for path in (root / "data").iterdir()}
    assert "collections" in changed


def test_the_nightly_script_of_the_page_runs_in_the_image(root: Path) -> None:
    page = (ROOT / "docs" / "howto" / "nightly-batch.md").read_text("utf-8")
    (run,) = re.findall(r"^podman run ((?:.*\\\n)*.*)$", page, re.MULTILINE)
    words = shlex.split(run.replace("\\\n", " "))
    assert words[words.index("--entrypoint") :] == ["--entrypoint", "sh", "quoth", words[-1]]
    home = words[words.index("--env") + 1].removeprefix("HOME=")
    nightly = root / words[-1].removeprefix("/")
    (nightly.parent / "documents").mkdir(parents=True)
    shutil.copy(LIBRARY / "library-committee-minutes.md", nightly.parent / "documents")
    for name in ("summaries.yaml", "tell.sh", "nightly.sh"):
        printed = re.search(rf"`~/[^`]*{name}`.*?```\w+\n(.*?)```", page, re.DOTALL)
        assert printed, name
        (nightly.parent / name).write_text(printed[1])
    subprocess.run(["chown", "-R", SOMEBODY, str(nightly.parent)], check=True)
    result = run_as_somebody(root, f"sh {words[-1]}", settings() | {"HOME": home})
    assert result.returncode == 0, result.stdout + result.stderr
    assert (nightly.parent / "summaries" / "library-committee-minutes.md.md").is_file()
    assert "exit code 0" in (nightly.parent / "told.log").read_text()
