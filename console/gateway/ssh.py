"""What the system's ssh would do with a host: where it goes, and whether it knows the host's key."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

import msgspec

from console.fleet.errors import Failed, Problem, Reason
from console.gateway.errors import fleet_error, one_line
from console.gateway.uri import Target

LIMIT = 5.0  # seconds for a helper that asks the network


class KeyState(StrEnum):
    KNOWN = "known"
    UNKNOWN = "unknown"
    CHANGED = "changed"


class HostKey(msgspec.Struct, frozen=True):
    """A key a host offers. kind: "ED25519". fingerprint: "SHA256:…". line: as a known_hosts file holds it."""

    kind: str
    fingerprint: str
    line: str


class Way(msgspec.Struct, frozen=True):
    """Where ssh really goes. name: what known_hosts calls the host. jumps: through another host or a command."""

    host: str
    port: int
    name: str
    user: str
    jumps: bool
    files: tuple[str, ...]  # known_hosts files that ssh reads


class Known(msgspec.Struct, frozen=True):
    """Whether a host's key is known; `offered` are the keys it shows now, best first; `files` hold another key of it."""

    state: KeyState
    offered: tuple[HostKey, ...] = ()
    files: tuple[str, ...] = ()


def _run(arguments: Sequence[str], given: str = "", limit: float = LIMIT) -> str:
    """What a helper of ssh prints. Raises Unreachable(NO_TOOL) where it is missing, Unreachable(SILENT) after `limit`."""
    if shutil.which(arguments[0]) is None:
        raise fleet_error(Problem(Reason.NO_TOOL, detail=arguments[0]), arguments[0])
    environment = {**os.environ, "LC_ALL": "C"}
    try:
        done = subprocess.run(
            arguments, input=given, capture_output=True, text=True, errors="replace", timeout=limit, env=environment
        )
    except subprocess.TimeoutExpired:
        raise fleet_error(Problem(Reason.SILENT, detail=arguments[-1]), arguments[-1]) from None
    return done.stdout


def way_to(target: Target) -> Way:
    """Where ssh would go for `target`, by its own configuration (`ssh -G`); nothing is contacted.

    libssh, within libvirt, reads no configuration of ssh, and keeps the keys it knows in a file of libvirt's.
    """
    if target.transport != "ssh":
        own = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "libvirt/known_hosts"
        file, port = dict(target.params).get("known_hosts", str(own)), target.port or 22
        return Way(target.host, port, _known_as(target.host, port), target.user, False, (file,))
    arguments = ["ssh", "-G"]
    if target.port:
        arguments += ["-p", str(target.port)]
    if target.user:
        arguments += ["-l", target.user]
    told: dict[str, str] = {}
    for line in _run([*arguments, "--", target.host]).splitlines():
        key, _, value = line.partition(" ")
        told.setdefault(key, value)
    host = told.get("hostname", target.host)
    port = int(told.get("port", "22"))
    alias = told.get("hostkeyalias", "")
    name = alias if alias not in ("", "none") else _known_as(host, port)
    files = (told.get("userknownhostsfile", "") + " " + told.get("globalknownhostsfile", "")).split()
    jumps = any(told.get(key, "none") not in ("", "none") for key in ("proxyjump", "proxycommand"))
    return Way(host, port, name, told.get("user", ""), jumps, tuple(str(Path(file).expanduser()) for file in files))


def _known_as(host: str, port: int) -> str:
    return host if port == 22 else f"[{host}]:{port}"


def scan(way: Way) -> tuple[HostKey, ...]:
    """The keys a host shows to anybody who asks. Empty where it can't be asked straight."""
    if way.jumps:
        return ()
    printed = _run(["ssh-keyscan", "-T", "4", "-p", str(way.port), "--", way.host])
    keys = []
    for line in printed.splitlines():
        words = line.split()
        if line.startswith("#") or len(words) < 3:
            continue
        keys.append(_key(f"{way.name} {words[1]} {words[2]}"))
    order = ("ED25519", "ECDSA", "RSA")
    return tuple(sorted(keys, key=lambda key: order.index(key.kind) if key.kind in order else len(order)))


def _key(line: str) -> HostKey:
    # "256 SHA256:… comment (ED25519)"
    words = _run(["ssh-keygen", "-l", "-f", "-"], line).split()
    kind = words[-1].strip("()") if words else ""
    return HostKey(kind, words[1] if len(words) > 1 else "", line)


def known_lines(way: Way) -> tuple[tuple[str, str], ...]:
    """(file, line) of every entry that known_hosts files have for the host."""
    found = []
    for file in way.files:
        if Path(file).is_file():
            lines = _run(["ssh-keygen", "-F", way.name, "-f", file]).splitlines()
            found += [(file, line) for line in lines if line and not line.startswith("#")]
    return tuple(found)


def state(way: Way) -> Known:
    """Compares what the host shows with what is known of it. Errors: Unreachable."""
    offered = scan(way)
    known = known_lines(way)
    theirs = {tuple(key.line.split()[1:3]) for key in offered}
    ours = {tuple(line.split()[-2:]) if line.startswith("@") else tuple(line.split()[1:3]) for _, line in known}
    if theirs & ours or (known and not offered):
        return Known(KeyState.KNOWN, offered)
    if {kind for kind, *_ in ours} & {kind for kind, *_ in theirs}:
        return Known(KeyState.CHANGED, offered, tuple(dict.fromkeys(file for file, _ in known)))
    return Known(KeyState.UNKNOWN, offered)


def trust(line: str, way: Way | None = None) -> None:
    """Adds a key, in known_hosts form, to the file ssh keeps this user's in (for `way`, where its configuration names
    another). Errors: Failed."""
    line = line.strip()
    if len(line.split()) < 3 or "\n" in line:
        raise Failed(Reason.OTHER, "known_hosts", text=one_line(line))
    file = Path(way.files[0] if way is not None and way.files else "~/.ssh/known_hosts").expanduser()
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with file.open("a+", encoding="utf-8", errors="surrogateescape") as stream:
            stream.seek(0)
            text = stream.read()
            if line not in text.splitlines():
                stream.write(f"{'' if text.endswith(chr(10)) or not text else chr(10)}{line}\n")
    except OSError as error:
        raise Failed(Reason.OTHER, str(file), text=error.strerror or str(error)) from None
