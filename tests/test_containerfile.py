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


def test_anybody_ingests_and_asks_with_a_read_only_root_and_no_network(root: Path) -> None:
    settings = dict(
        pair.split("=", 1) for step, rest in STEPS if step == "ENV" for pair in rest.split()
    )
    (place,) = [rest for step, rest in STEPS if step == "WORKDIR"]
    words = [f"{name}={value}" for name, value in settings.items()]
    said = []
    for typed in ("ingest .", "ask 'Is notice by e-mail valid?'"):
        entered = ["chroot", f"--userspec={SOMEBODY}", str(root), "env", "-i", *words]
        result = mounted(
            root, shlex.join([*entered, "sh", "-c", f"cd {place} && quoth {typed}"]), closed=True
        )
        assert result.returncode == 0, result.stderr
        said.append(result.stdout + result.stderr)
    assert "1 document ingested" in said[0]
    assert "Notice by electronic mail is not valid." in said[1]
    changed = {path.name for path in (root / "data").iterdir()}
    assert "collections" in changed
