"""Hosts that other programs of this user know: virt-manager's connections and the names in ~/.ssh/config."""

from __future__ import annotations

import ast
import configparser
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from console.fleet.uris import Way, read

LIMIT = 3.0  # seconds a settings tool has to answer
MOST_FILES = 64  # of ssh's Include
MOST_BYTES = 1 << 20  # of one file
SCHEMA = "org.virt-manager.virt-manager.connections"
DCONF = "/org/virt-manager/virt-manager/connections/uris"
KEYFILE = Path("glib-2.0/settings/keyfile")


class Found(msgspec.Struct, frozen=True):
    """A host another program knows. detail: what it says besides (ssh: user and address)."""

    name: str
    uri: str
    detail: str = ""


def virt_manager_uris(home: Path | None = None) -> tuple[Found, ...]:
    """The connections virt-manager shows, in its order, but for those this console cannot open.

    Asks gsettings or dconf (bounded in time), else reads the keyfile.
    """
    uris = _from_tool(["gsettings", "get", SCHEMA, "uris"])
    if not uris:
        uris = _from_tool(["dconf", "read", DCONF])
    if not uris:
        config = home / ".config" if home else Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
        uris = _from_keyfile(config / KEYFILE)
    return tuple(Found(_name(uri), uri) for uri in dict.fromkeys(uris) if read(uri, Way.URI).uri)


def ssh_config_names(home: Path | None = None) -> tuple[Found, ...]:
    """The names of ~/.ssh/config (and what it includes) that stand for one host: no wildcards, no negations."""
    folder = (home or Path.home()) / ".ssh"
    hosts: dict[str, dict[str, str]] = {}
    names: list[str] = []
    for key, values in _ssh_lines(folder / "config", folder, [MOST_FILES]):
        if key in ("host", "match"):
            names = [name for name in values if not set(name) & set("*?!")] if key == "host" else []
            for name in names:
                hosts.setdefault(name, {})
        elif key in ("hostname", "user") and values:
            for name in names:
                hosts[name].setdefault(key, values[0])
    return tuple(Found(name, f"qemu+ssh://{name}/system", _detail(name, known)) for name, known in hosts.items())


def _from_tool(command: list[str]) -> list[str]:
    if shutil.which(command[0]) is None:
        return []
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=LIMIT, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return _strings(done.stdout) if done.returncode == 0 else []


def _from_keyfile(path: Path) -> list[str]:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(_text(path))
    except configparser.Error:
        return []
    return _strings(parser.get("org/virt-manager/virt-manager/connections", "uris", fallback=""))


def _strings(text: str) -> list[str]:
    """A GVariant array of strings, as its tools print it."""
    try:
        value = ast.literal_eval(text.strip().removeprefix("@as").strip() or "[]")
    except (ValueError, SyntaxError):
        return []
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _name(uri: str) -> str:
    try:
        host = urlsplit(uri).hostname
    except ValueError:
        host = None
    return host or "localhost"


def _detail(name: str, known: dict[str, str]) -> str:
    address = known.get("hostname", name).replace("%h", name)
    return f"{known['user']}@{address}" if "user" in known else address


def _ssh_lines(path: Path, folder: Path, left: list[int]) -> Iterator[tuple[str, list[str]]]:
    """(keyword in lower case, its values) of a file and of what it includes; `left` counts down the files still allowed."""
    left[0] -= 1
    if left[0] < 0:
        return
    for line in _text(path).splitlines():
        try:
            words = shlex.split(line.replace("=", " ", 1) if "=" in line.split('"')[0] else line, comments=True)
        except ValueError:
            continue  # an open quote; ssh would refuse the file, we only look for names
        if not words:
            continue
        key, values = words[0].lower(), words[1:]
        if key != "include":
            yield key, values
            continue
        for pattern in values:
            place = folder.parent / pattern[2:] if pattern.startswith("~/") else folder / pattern
            for found in sorted(Path(place.anchor).glob(str(place.relative_to(place.anchor)))):
                yield from _ssh_lines(found, folder, left)


def _text(path: Path) -> str:
    """What is in a plain file, up to a size no one writes by hand; a pipe or a device would hold us up."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            return file.read(MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
