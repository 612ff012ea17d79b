"""A whole program without a face, on hosts of libvirt's test driver, each with a node file of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.app import App, Options
from console.fleet.domains import Domain
from console.fleet.hosts import Phase
from console.settings.paths import Profile

NODE = """<node>
<cpu><mhz>2600</mhz><model>x86_64</model><active>16</active><nodes>1</nodes><sockets>1</sockets><cores>16</cores><threads>1</threads></cpu>
<memory>134217728</memory>
<network type='test'><name>default</name><bridge name='virbr0'/><forward/><ip address='192.168.122.1' netmask='255.255.255.0'>
<dhcp><range start='192.168.122.2' end='192.168.122.254'/></dhcp></ip></network>
<pool type='dir'><name>default</name><target><path>/pool-{host}</path></target></pool>
{domains}</node>"""

DOMAIN = """<domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>
<name>{name}</name><uuid>{uuid}</uuid><memory>1048576</memory><vcpu>2</vcpu><os><type arch='x86_64'>hvm</type></os>
<devices><disk type='file' device='disk'><source file='/pool-{host}/{name}.qcow2'/><target dev='vda' bus='virtio'/></disk></devices>
<test:runstate>{state}</test:runstate></domain>"""

RUNNING, OFF = 1, 5


def write_fleet(folder: Path, hosts: dict[str, dict[str, int]]) -> Path:
    """A fleet file with one test-driver host per key, and its VMs by name and state number."""
    lines = []
    for number, (host, vms) in enumerate(hosts.items()):
        domains = "".join(
            DOMAIN.format(name=name, uuid=f"{number:08x}-0000-4000-8000-{index:012x}", host=host, state=state)
            for index, (name, state) in enumerate(vms.items())
        )
        node = folder / f"{host}.xml"
        node.write_text(NODE.replace("{host}", host).replace("{domains}", domains), "utf-8")
        lines.append(f'[[host]]\nid = "{host}"\nname = "{host}"\nuri = "test://{node}"\n')
    fleet = folder / "fleet.toml"
    fleet.write_text("\n".join(lines), "utf-8")
    return fleet


@pytest.fixture
def open_app(tmp_path: Path) -> Iterator[Callable[[dict[str, dict[str, int]]], App]]:
    """Opens the program on these hosts and waits until all are live."""
    opened: list[App] = []

    def start(hosts: dict[str, dict[str, int]]) -> App:
        app = App(Options(Profile.at(tmp_path / "profile"), write_fleet(tmp_path, hosts)))
        opened.append(app)
        app.start(watch=False)
        for host in hosts:
            assert app.gateway.wait_settled(host, 10).phase is Phase.LIVE
        return app

    yield start
    for app in opened:
        app.close()


@pytest.fixture
def app(open_app: Callable[[dict[str, dict[str, int]]], App]) -> App:
    return open_app({"alpha": {"web": RUNNING, "db": OFF}, "beta": {"mail": RUNNING}})


def named(app: App, name: str) -> Domain:
    """The VM of that name as known now."""
    return next(domain for domain in app.inventory.domains() if domain.name == name)
