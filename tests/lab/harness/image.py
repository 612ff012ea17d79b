"""The lab's guest: a kernel and an initrd made from Debian's packages, up in about two seconds under QEMU's emulation.

It takes a DHCP address, says its MAC at http://…/ and at /count a number that grows five times a second (so a test can
tell that it went on, and was neither rebooted nor rolled back), keeps words in a file on its disk (/cgi-bin/file), answers
the power button, runs the guest agent if its channel is there, and burns CPU, reads, writes, talks and holds memory as
told at /cgi-bin/work or on the kernel's command line (see guest/work/*).
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.lab.harness.machine import LabError, cache_folder, run

RECIPE = Path(__file__).parent / "guest"
META_PACKAGE = "linux-image-cloud-amd64"
AGENT_PACKAGE = "qemu-guest-agent"
MODULES = (
    *("virtio_ring", "virtio", "virtio_pci_modern_dev", "virtio_pci_legacy_dev", "virtio_pci", "failover"),
    *("net_failover", "virtio_net", "virtio_blk", "virtio_balloon", "virtio_console", "evdev", "button"),
)
"""In the order in which they load."""


@dataclass(frozen=True, slots=True)
class Image:
    """What a guest boots from."""

    kernel: Path
    initrd: Path


def guest_image() -> Image:
    """The guest's image from the cache, or made now (it downloads two packages: some 25 MB)."""
    folder = cache_folder() / f"guest-{_recipe_key()}"
    image = Image(folder / "vmlinuz", folder / "initrd.gz")
    if not image.initrd.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="guest-", dir=folder.parent) as scratch:
            _build(Path(scratch))
            made = Path(scratch) / "out"
            try:
                made.rename(folder)
            except OSError:  # another lab was quicker
                if not image.initrd.exists():
                    raise
    return image


def _recipe_key() -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for file in sorted(RECIPE.rglob("*")):
        if file.is_file():
            digest.update(str(file.relative_to(RECIPE)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


def _build(scratch: Path) -> None:
    kernel = _unpacked(_kernel_package(), scratch / "kernel")
    agent = _unpacked(AGENT_PACKAGE, scratch / "agent")
    root = scratch / "root"
    for name in ["bin", "dev", "proc", "sys", "modules", "etc/acpi/PWRF", "www", "sbin", "lib", "lib64"]:
        (root / name).mkdir(parents=True)
    _lay(RECIPE / "init", root / "init")
    _lay(RECIPE / "etc/lease", root / "etc/lease")
    _lay(RECIPE / "etc/shutdown", root / "sbin/shutdown")
    _lay(RECIPE / "etc/shutdown", root / "etc/acpi/PWRF/00000080")
    shutil.copytree(RECIPE / "work", root / "etc/work")
    shutil.copytree(RECIPE / "www", root / "www", dirs_exist_ok=True)
    for script in (root / "www/cgi-bin").iterdir():
        script.chmod(0o755)
    _lay(Path(_found("busybox")), root / "bin/busybox")
    _lay(agent / "usr/sbin/qemu-ga", root / "bin/qemu-ga")
    for library in _libraries(agent / "usr/sbin/qemu-ga"):
        target = root / library.relative_to("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library.resolve(), target)
    loaded = []
    for name in MODULES:
        found = next((kernel / "lib/modules").rglob(f"{name}.ko*"), None)
        if found is None:
            continue  # built into this kernel
        _plain_module(found, root / f"modules/{name}.ko")
        loaded.append(name)
    (root / "modules/order").write_text("\n".join(loaded) + "\n")
    out = scratch / "out"
    out.mkdir()
    names = sorted(str(path.relative_to(root)) for path in root.rglob("*"))
    archive = subprocess.run(
        ["cpio", "--quiet", "--reproducible", "-R", "0:0", "-o", "-H", "newc"],
        input="\n".join(names).encode(),
        cwd=root,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    (out / "initrd.gz").write_bytes(gzip.compress(archive, compresslevel=1, mtime=0))
    shutil.copy(next((kernel / "boot").glob("vmlinuz-*")), out / "vmlinuz")


PAUSES = (0, 2, 10)  # seconds before each try: a mirror may be out of breath


def _kernel_package() -> str:
    match = re.search(r"Depends: (linux-image-\S+)", run("apt-cache", "depends", META_PACKAGE, check=False))
    if match is None:
        raise LabError(f"apt knows no {META_PACKAGE}; apt-get update may help")
    return match[1]


def _unpacked(package: str, folder: Path) -> Path:
    folder.mkdir()
    # As root, apt would fetch as a user of its own, who may not write here.
    command = ["apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", package]
    said = ""
    for pause in PAUSES:
        time.sleep(pause)
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
        if done.returncode == 0:
            break
        said = done.stderr.strip() or done.stdout.strip()
        run("apt-get", "update", "-qq", check=False)  # the list may name a version that is no longer there
    else:
        raise LabError(f"apt could not download {package}: {said}")
    run("dpkg", "-x", str(next(folder.glob("*.deb"))), str(folder))
    return folder


def _lay(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)
    target.chmod(0o755)


def _libraries(program: Path) -> list[Path]:
    """The shared libraries of a program, from this machine (QEMU's own package brings all that its agent needs)."""
    listed = run("ldd", str(program))
    if "not found" in listed:
        raise LabError(f"{program.name} lacks libraries on this machine:\n{listed}")
    return [Path(match) for match in re.findall(r"(/\S+) \(0x", listed)]


def _plain_module(source: Path, target: Path) -> None:
    if source.suffix == ".xz":
        target.write_bytes(subprocess.run(["xz", "-dc", source], stdout=subprocess.PIPE, check=True).stdout)
    elif source.suffix == ".zst":
        target.write_bytes(subprocess.run(["zstd", "-dc", source], stdout=subprocess.PIPE, check=True).stdout)
    else:
        shutil.copy(source, target)


def _found(program: str) -> str:
    found = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if found is None:
        raise LabError(f"{program} is not installed")
    return found
