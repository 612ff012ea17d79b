"""What the lab needs of the machine under it: root, namespaces, programs; where it keeps things; how it runs a command."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

PROGRAMS = {
    "libvirtd": "libvirt-daemon-system",
    "virsh": "libvirt-clients",
    "qemu-system-x86_64": "qemu-system-x86",
    "qemu-img": "qemu-utils",
    "dnsmasq": "dnsmasq-base",
    "iptables": "iptables",
    "nft": "nftables",
    "ip": "iproute2",
    "tc": "iproute2",
    "sshd": "openssh-server",
    "ssh": "openssh-client",
    "openssl": "openssl",
    "certtool": "gnutls-bin",
    "saslpasswd2": "sasl2-bin",
    "busybox": "busybox-static",
    "cpio": "cpio",
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
}
"""Every program the lab runs, and the Debian package it is from."""

PATH = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"


class LabError(Exception):
    """The lab cannot do it; the text says why, and what to do about it."""


def run(*argv: str, check: bool = True, stdin: str | None = None, timeout: float = 60.0) -> str:
    """Run a command and return what it printed; LabError with its own words when it fails."""
    try:
        done = subprocess.run(
            argv,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=environment(),
            timeout=timeout,
        )
    except subprocess.TimeoutExpired as late:
        raise LabError(f"no end within {timeout:g} s: {' '.join(argv)}") from late
    if check and done.returncode:
        raise LabError(f"{' '.join(argv)}\nended with {done.returncode}: {done.stdout.strip()}")
    return done.stdout


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of what the lab starts: the machine's programs on the path, plain words, nothing of the user's."""
    kept = {name: os.environ[name] for name in ("HOME", "TERM", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "PATH": PATH, "LC_ALL": "C.UTF-8", **(more or {})}


def cache_folder() -> Path:
    """Where the guest and the probed capabilities of QEMU are kept between labs."""
    named = os.environ.get("SPLENDID_LAB_CACHE")
    return Path(named) if named else Path("/var/cache/splendid-lab")  # one for all checkouts: labs are root's anyway


def labs_folder() -> Path:
    """Where running labs live. Short: a Unix socket's path has 107 bytes at most."""
    return Path(tempfile.gettempdir())


def missing() -> list[str]:
    """Why no lab can be had on this machine, one reason a line; empty = it can."""
    reasons = []
    if os.geteuid() != 0:
        reasons.append("the lab needs root")
    absent = {package: program for program, package in PROGRAMS.items() if shutil.which(program, path=PATH) is None}
    if absent:
        reasons.append("apt-get install " + " ".join(sorted(absent)))
    if not reasons:
        tried = subprocess.run(
            ["unshare", "--net", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc", "true"],
            capture_output=True,
            text=True,
            env=environment(),
        )
        if tried.returncode:
            reasons.append("no namespaces here: " + tried.stderr.strip())
    return reasons
