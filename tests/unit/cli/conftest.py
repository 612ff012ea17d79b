"""The real program, in this process, on a profile of the test's own and hosts of libvirt's test driver."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from console.app import App
from console.app import Options as AppOptions
from console.cli.base import Options, Program
from console.cli.main import run
from console.services.services import Services
from console.settings.paths import Profile

NODE = """
<node>
  <cpu><mhz>2400</mhz><model>test-cpu</model><active>8</active><nodes>1</nodes><sockets>1</sockets><cores>8</cores>
  <threads>1</threads></cpu>
  <memory>16777216</memory>
  {domains}
  <network><name>default</name><uuid>aaaaaaaa-bbbb-cccc-dddd-{number:012d}</uuid><bridge name="virbr0"/>
  <forward mode="nat"/><ip address="192.168.122.1" netmask="255.255.255.0"/></network>
  <pool type="dir"><name>images</name><uuid>bbbbbbbb-bbbb-cccc-dddd-{number:012d}</uuid>
  <target><path>/srv/images</path></target></pool>
</node>
"""
DOMAIN = """
<domain type="test">
  <name>{name}</name><uuid>{uuid}</uuid><memory unit="MiB">2048</memory><vcpu>2</vcpu>
  <title>{name} title</title><os><type>hvm</type></os>
  <on_poweroff>preserve</on_poweroff><on_reboot>restart</on_reboot>
  <devices>
    <disk type="file" device="disk"><source file="/srv/images/{name}.img"/><target dev="vda" bus="virtio"/></disk>
    <interface type="network"><mac address="52:54:00:00:{host:02x}:{number:02x}"/><source network="default"/></interface>
  </devices>
</domain>
"""


@dataclass(frozen=True, slots=True)
class Result:
    """What a run of the program did: exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


@contextmanager
def services(options: Options) -> Iterator[Services]:
    assert options.profile is not None
    app = App(AppOptions(Profile.at(options.profile), options.fleet, options.demo))
    app.start(connect=False, watch=False)
    try:
        yield app.services
    finally:
        app.close()


class Console:
    """A profile with hosts, and the program on it. windows: the options that the window was opened with."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.windows: list[Options] = []
        self._capture = capture
        self._hosts = 0
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def fleet(self) -> Path:
        return self.folder / "fleet.toml"

    def host(self, name: str, vms: tuple[str, ...] = (), more: str = "") -> None:
        """Adds a host of the test driver with these VMs, all running, to the fleet file."""
        self._hosts += 1
        domains = [
            DOMAIN.format(name=vm, uuid=uuid(self._hosts, number), host=self._hosts, number=number)
            for number, vm in enumerate(vms)
        ]
        node = self.folder / f"{name}.xml"
        node.write_text(NODE.format(domains="".join(domains), number=self._hosts), "utf-8")
        self.line(name, f"test://{node}", more)

    def line(self, name: str, uri: str, more: str = "") -> None:
        """Adds any host to the fleet file."""
        with self.fleet.open("a", encoding="utf-8") as file:
            file.write(f'[[host]]\nname = "{name}"\nuri = "{uri}"\n{more}\n')

    def __call__(self, *arguments: str) -> Result:
        self._capture.readouterr()
        program = Program(services=services, window=self._window)
        code = run(["--profile", str(self.folder), *arguments], program)
        told = self._capture.readouterr()
        return Result(code, told.out, told.err)

    def _window(self, options: Options) -> int:
        self.windows.append(options)
        return 0


def uuid(host: int, number: int) -> str:
    """Of the VM of that number on the host of that number."""
    return f"11111111-2222-3333-{host:04d}-{number:012d}"


@pytest.fixture
def empty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Console:
    return Console(tmp_path / "profile", capsys)


@pytest.fixture
def console(empty: Console) -> Console:
    """Two hosts: kvm-a with web-01, web-02, web-10 in zone north; kvm-b with db-01 and a second web-02 in south."""
    empty.host("kvm-a", ("web-01", "web-02", "web-10"), 'zone = "north"')
    empty.host("kvm-b", ("db-01", "web-02"), 'zone = "south"')
    return empty


Run = Callable[..., Result]
