"""What stands behind a gateway in these tests: the real inventory, and a list of all that was told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from console.fleet.credentials import Question
from console.fleet.domains import Domain, VmKey
from console.fleet.hosts import HostSpec, Phase
from console.fleet.updates import Update
from console.gateway.gateway import Gateway
from console.gateway.kit import Replay
from console.inventory.inventory import Inventory

T = TypeVar("T", bound=Update)

NODE = """<node><cpu><mhz>2600</mhz><model>x86_64</model><active>16</active><nodes>1</nodes><sockets>1</sockets>
<cores>16</cores><threads>1</threads></cpu><memory>134217728</memory>
<network type='test'><name>default</name><bridge name='virbr0'/><forward/>
<ip address='192.168.122.1' netmask='255.255.255.0'><dhcp><range start='192.168.122.2' end='192.168.122.254'/></dhcp></ip></network>
<pool type='dir'><name>images</name><target><path>/images</path></target>
<volume type='file'><name>base.img</name><capacity>1000000</capacity><allocation>1000000</allocation></volume></pool>
{domains}</node>"""

DOMAIN = """<domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'><name>{name}</name><uuid>{uuid}</uuid>
<memory>2097152</memory><vcpu>2</vcpu><os><type arch='x86_64'>hvm</type></os>
<devices><disk type='file' device='disk'><source file='/images/{name}.img'/><target dev='vda' bus='virtio'/></disk>
<interface type='network'><mac address='52:54:00:00:00:{number:02x}'/><source network='default'/></interface></devices>
<test:runstate>{state}</test:runstate></domain>"""

RUNNING, OFF = 1, 5
UP, DOWN = 0, 1  # numbers of the VMs that the fixture `at` has


def uuid_of(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def node(folder: Path, *states: int, name: str = "node.xml", first: int = 0) -> Path:
    """A node file for the test driver with one VM for each state: vm0, vm1…"""
    domains = "".join(
        DOMAIN.format(name=f"vm{number}", uuid=uuid_of(number), number=number, state=state)
        for number, state in enumerate(states, first)
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(NODE.format(domains=domains))
    return path


class Console:
    """A gateway and the inventory it fills."""

    def __init__(
        self,
        *specs: HostSpec,
        ask: Callable[[Question], str | None] | None = None,
        interval: float = 0.3,
        replay: Replay | None = None,
    ) -> None:
        self.told: list[Update] = []
        self.asked: list[Question] = []
        self._answer = ask or (lambda _question: None)
        self.inventory = Inventory()
        self.gateway = Gateway(self._take, self._ask, interval=interval, replay=replay)
        self.set_hosts(*specs)

    def set_hosts(self, *specs: HostSpec) -> None:
        self.inventory.set_hosts(specs)
        self.gateway.set_hosts(specs)

    def _take(self, update: Update) -> None:
        self.told.append(update)
        self.inventory.apply(update)

    def _ask(self, question: Question) -> str | None:
        self.asked.append(question)
        return self._answer(question)

    def all(self, kind: type[T]) -> list[T]:
        """Every update of this kind, in order."""
        return [update for update in self.told if isinstance(update, kind)]

    def phases(self, host: str = "h") -> list[Phase]:
        """The phases a host went through, repeats left out."""
        found: list[Phase] = []
        for update in self.told:
            status = getattr(update, "status", None)
            if status is not None and update.host == host and (not found or found[-1] is not status.phase):
                found.append(status.phase)
        return found

    def settled(self, host: str = "h", timeout: float = 10.0) -> Phase:
        return self.gateway.wait_settled(host, timeout).phase

    def vm(self, number: int = 0, host: str = "h") -> Domain | None:
        return self.inventory.domain(VmKey(host, uuid_of(number)))

    def until(self, number: int, wanted: Callable[[Domain | None], Any], timeout: float = 3.0, host: str = "h") -> None:
        """Waits until `wanted` holds for VM `number`; fails with what it is instead."""
        done = self.inventory.wait_for(VmKey(host, uuid_of(number)), wanted, timeout)
        assert done, self.vm(number, host)


def wait_for(wanted: Callable[[], Any], timeout: float = 3.0) -> Any:
    """The first true answer of `wanted`; fails after `timeout` seconds."""
    end = time.monotonic() + timeout
    while not (found := wanted()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.01)
    return found


@contextmanager
def console(*specs: HostSpec, **more: Any) -> Iterator[Console]:
    """A console on these hosts, closed at the end."""
    mine = Console(*specs, **more)
    try:
        yield mine
    finally:
        mine.gateway.close()
