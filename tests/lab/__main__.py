"""`make lab`: real libvirt hosts with guests on this machine, and the window on them from a workstation on their lan.

With no screen it says so, says how to use the command line there, and waits. All of it ends with this process.
"""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from tests.lab.harness.guests import Guest
from tests.lab.harness.host import Host
from tests.lab.harness.lab import NAMES, ROOT, Lab
from tests.lab.harness.machine import LabError

TRANSPORTS = ("ssh", "tls", "tcp")
SCREEN = ("DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "QT_QPA_PLATFORM", "QT_SCALE_FACTOR", "LANG")


def main() -> int:
    asked = argparse.ArgumentParser(
        prog="make lab", description="Real libvirt hosts on this machine, and the window on them."
    )
    asked.add_argument("--hosts", type=int, default=2, metavar="N", help=f"how many, up to {len(NAMES)}")
    asked.add_argument("--guests", type=int, default=3, metavar="N", help="guests on each host")
    asked.add_argument(
        "command",
        nargs="*",
        help="run this on the workstation instead of the window; `pictures FOLDER`: the window's pages as pictures",
    )
    given = asked.parse_args()
    if not 1 <= given.hosts <= len(NAMES):
        asked.error(f"--hosts: 1 to {len(NAMES)}")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    try:
        print(
            "lab: raising it (the first time it downloads a small kernel, and QEMU is probed: some 20 s) …", flush=True
        )
        lab = Lab.up(NAMES[: given.hosts])
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    try:
        populate(lab, given.guests)
        return _use(lab, given.command)
    except KeyboardInterrupt:
        return 0
    finally:
        print("lab: taking it down", flush=True)
        lab.down()


def populate(lab: Lab, number: int) -> None:
    """Start guests with something to do on every host, and write the fleet file and the profile's place."""
    for index, host in enumerate(lab.hosts.values()):
        for guest in story(host, number):
            guest.define().start()
        print(f"lab: {host.name:8} {host.address:12} by {TRANSPORTS[index % 3]}, {number} guests", flush=True)
    profile(lab).mkdir()
    (profile(lab) / "fleet.toml").write_text(fleet(lab))


def story(host: Host, number: int) -> list[Guest]:
    """Guests that do different things; the last of several is a busy one."""
    parts: tuple[tuple[str, dict[str, int], tuple[str, ...]], ...] = (
        ("web", {"cpu": 12, "net": 40}, ("web", "prod")),
        ("db", {"cpu": 6, "read": 200, "write": 300, "mem": 20}, ("db", "prod")),
        ("build", {"cpu": 60, "write": 800}, ("build",)),
        ("idle", {}, ("old",)),
    )
    made = []
    for place in range(number):
        kind, work, tags = parts[place % len(parts)]
        name = f"{kind}-{host.name}" + (f"-{place // len(parts) + 1}" if place >= len(parts) else "")
        made.append(Guest(host, name, agent=place % 2 == 0, work=work, tags=tags))
    return made


def profile(lab: Lab) -> Path:
    return lab.folder / "workstation/profile"


def fleet(lab: Lab) -> str:
    """A fleet file with every host, by ssh, tls and tcp in turn, in zones and racks."""
    tables = ["# The lab's hosts, as the workstation on their lan reaches them."]
    for index, host in enumerate(lab.hosts.values()):
        transport = TRANSPORTS[index % 3]
        person = "root@" if transport == "ssh" else ""
        lines = {"name": host.name, "uri": f"qemu+{transport}://{person}{host.name}/system"}
        lines |= {"zone": "north" if index % 2 == 0 else "south", "rack": f"R{index // 4 + 1}", "reach": host.address}
        if transport == "ssh":
            lines["keyfile"] = str(lab.keyfile)
        if transport == "tls":
            lines["pkipath"] = str(lab.pkipath)
        tables.append("\n".join(["[[host]]", *(f'{key} = "{value}"' for key, value in lines.items())]))
    return "\n\n".join(tables) + "\n"


def _use(lab: Lab, command: Sequence[str]) -> int:
    splendid = [sys.executable, "-m", "console", "--profile", str(profile(lab))]
    if command and command[0] == "pictures":
        return _run(lab, [sys.executable, "-m", "tests.lab.pictures", str(profile(lab)), *command[1:]])
    if command:
        return _run(lab, list(command))
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        print("lab: opening the window; the lab ends when it is closed", flush=True)
        return _run(lab, splendid)
    there = shlex.join([sys.executable, "-m", "tests.lab.harness", "--lab", lab.key])
    print(
        "lab: there is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set). From another terminal, in this folder:\n\n"
        f"  {there} desk {shlex.join(splendid)} vm list\n"
        f"  {there} cut {NAMES[0]}        (and heal; `{there} --help` says what else)\n\n"
        "lab: it runs until Ctrl-C",
        flush=True,
    )
    signal.pause()
    return 0


def _run(lab: Lab, command: list[str]) -> int:
    screen = {name: os.environ[name] for name in SCREEN if name in os.environ}
    # The home on the workstation is another one: X's cookie stays where the user has it.
    screen["XAUTHORITY"] = os.environ.get("XAUTHORITY", str(Path.home() / ".Xauthority"))
    return subprocess.run(lab.argv(*command), cwd=ROOT, env=lab.environment() | screen).returncode


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
