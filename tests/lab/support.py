"""What tests on real hosts share: the program's own parts on the lab's workstation, and what virsh says of the same hosts."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from console.app import App, Options
from console.fleet.domains import Domain, State, VmKey
from console.fleet.hosts import HostSpec, HostStatus, Phase
from console.jobs.job import JobState, JobView
from console.jobs.runner import JobHandle
from console.services.credentials import Pending
from console.settings.paths import Profile
from tests.lab.harness.guests import Guest
from tests.lab.harness.host import Host
from tests.lab.harness.lab import ROOT, Lab

STATES = {
    "running": State.RUNNING,
    "paused": State.PAUSED,
    "shut off": State.OFF,
    "in shutdown": State.SHUTTING_DOWN,
    "crashed": State.CRASHED,
}
"""virsh's words for what a domain does."""


def until(check: Callable[[], Any], what: str, seconds: float = 15.0) -> Any:
    """What CHECK() says as soon as it is true; the test fails when it is not in time."""
    end = time.monotonic() + seconds
    while not (said := check()):
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
        time.sleep(0.05)
    return said


def spec_of(lab: Lab, host: Host, transport: str = "tcp", **more: Any) -> HostSpec:
    """The host as a fleet file names it, with the workstation's key and certificate."""
    mine: dict[str, Any] = {"id": host.name, "name": host.name, "uri": host.uri(transport)}
    if transport == "tls":
        mine["pkipath"] = str(lab.pkipath)
    if transport in ("ssh", "libssh"):
        mine["keyfile"] = str(lab.keyfile)
    return HostSpec(**(mine | more))


class Console:
    """The program without a face, on the workstation: hosts are added to it and looked at."""

    def __init__(self, folder: Path, answers: Callable[[Pending], None] | None = None) -> None:
        self.app = App(Options(Profile.at(folder)))
        self.app.desk.handler = answers
        self.app.start()
        self.inventory = self.app.inventory
        self.services = self.app.services

    def add(self, *specs: HostSpec, live: bool = True) -> None:
        """Add hosts and, if `live`, wait until each is read."""
        for spec in specs:
            self.services.hosts.add(spec)
        if live:
            for spec in specs:
                self.awaits(spec.id, Phase.LIVE)

    def awaits(self, host: str, *phases: Phase, seconds: float = 20.0) -> HostStatus:
        """The host's status as soon as it is in one of these phases."""
        inventory = self.inventory
        until(lambda: inventory.status(host).phase in phases, f"{host} {phases}: {inventory.status(host)}", seconds)
        return inventory.status(host)

    def key(self, guest: Guest) -> VmKey:
        return VmKey(guest.host.name, guest.uuid)

    def domain(self, guest: Guest) -> Domain:
        domain = self.inventory.domain(self.key(guest))
        assert domain is not None, f"{guest.name} is not in the inventory"
        return domain

    def sees(self, guest: Guest, state: State, seconds: float = 10.0) -> Domain:
        """The VM as soon as the inventory shows it in this state."""

        def there() -> bool:
            domain = self.inventory.domain(self.key(guest))
            return domain is not None and domain.state is state

        until(there, f"{guest.name} {state}", seconds)
        return self.domain(guest)

    def loses(self, guest: Guest, seconds: float = 10.0) -> None:
        until(lambda: self.inventory.domain(self.key(guest)) is None, f"{guest.name} is gone", seconds)

    def close(self) -> float:
        """End it; the seconds that took."""
        start = time.monotonic()
        self.app.close()
        return time.monotonic() - start


def done(handle: JobHandle, seconds: float = 30.0) -> JobView:
    """The job when it has ended well."""
    view = handle.wait(seconds)
    assert view.state is JobState.SUCCEEDED, f"{view.kind} {view.target}: {view.state} {view.problem}"
    return view


@dataclass(frozen=True)
class Said:
    """How a run of `splendid` ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Desk:
    """The workstation's command line: `desk("vm", "list")` runs `splendid vm list` there on the lab's fleet file."""

    def __init__(self, lab: Lab, profile: Path) -> None:
        self.lab = lab
        self.profile = profile

    def fleet(self, *specs: HostSpec) -> None:
        """Write the fleet file."""
        self.profile.mkdir(parents=True, exist_ok=True)
        tables = []
        for spec in specs:
            named = {
                "id": spec.id,
                "name": spec.name,
                "uri": spec.uri,
                "keyfile": spec.keyfile,
                "pkipath": spec.pkipath,
            }
            lines = [f"{key} = {json.dumps(value)}" for key, value in named.items() if value]
            tables.append("\n".join(["[[host]]", *lines]))
        (self.profile / "fleet.toml").write_text("\n\n".join(tables) + "\n")

    def __call__(self, *words: str, seconds: float = 60.0) -> Said:
        ran = subprocess.run(
            self.lab.argv(sys.executable, "-m", "console", "--profile", str(self.profile), *words),
            cwd=ROOT,
            env=self.lab.environment() | {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
        )
        return Said(ran.returncode, ran.stdout, ran.stderr)


def virsh_list(host: Host) -> dict[str, tuple[str, str]]:
    """Every domain of a host as virsh lists it: its name and state by UUID."""
    listed = {}
    for uuid in host.virsh("list", "--all", "--uuid").split():
        listed[uuid] = (host.virsh("domname", uuid), host.virsh("domstate", uuid))
    return listed
