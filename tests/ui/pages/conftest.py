"""Contexts for pages: one with services that note what they are asked, one with the real program over the test driver."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from console.app import App, Options
from console.fleet.domains import Domain, VmKey
from console.settings.paths import Profile
from console.ui.bridge import Bridge
from console.ui.context import Context
from console.ui.places import Navigation
from console.ui.theme import theme
from tests.ui.rooms import room

NODE = """<node>
  <cpu><mhz>2600</mhz><model>i686</model><active>8</active><nodes>1</nodes><sockets>2</sockets><cores>4</cores>
    <threads>1</threads></cpu>
  <memory>33554432</memory>
  <network>
    <name>shop-net</name><bridge name='virbr1'/><forward mode='nat'/>
    <ip address='10.20.1.1' netmask='255.255.255.0'>
      <dhcp><range start='10.20.1.2' end='10.20.1.254'/></dhcp></ip>
  </network>
  <pool type='dir'><name>vms</name><target><path>/srv/vms</path></target>
    <volume type='file'><name>db.qcow2</name><capacity>10737418240</capacity>
      <target><path>/srv/vms/db.qcow2</path><format type='qcow2'/></target></volume>
    <volume type='file'><name>spare.qcow2</name><capacity>1073741824</capacity>
      <target><path>/srv/vms/spare.qcow2</path><format type='qcow2'/></target></volume>
  </pool>
  <domain type='test'>
    <name>shop-db-01</name><uuid>44d9a214-c722-5596-937a-8f41d8dc6c1c</uuid>
    <description>PostgreSQL primary of the shop</description>
    <memory>4194304</memory><vcpu>4</vcpu><os><type>hvm</type></os>
    <devices>
      <disk type='file' device='disk'><source file='/srv/vms/db.qcow2'/><target dev='vda' bus='virtio'/></disk>
      <interface type='network'><mac address='52:54:00:4e:0c:fa'/><source network='shop-net'/></interface>
    </devices>
  </domain>
  <domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>
    <name>qa-old</name><uuid>44d9a214-c722-5596-937a-8f41d8dc6c1d</uuid>
    <memory>1048576</memory><vcpu>1</vcpu><os><type>hvm</type></os>
    <test:runstate>5</test:runstate>
  </domain>
</node>
"""
DB = "44d9a214-c722-5596-937a-8f41d8dc6c1c"
QA = "44d9a214-c722-5596-937a-8f41d8dc6c1d"


@pytest.fixture
def ctx() -> Iterator[Context]:
    """Two live hosts with four VMs; the services note what they are asked."""
    with room() as context:
        yield context


@dataclass(frozen=True)
class Desk:
    """The real program without its window."""

    app: App
    ctx: Context
    qtbot: QtBot

    def vm(self, uuid: str = DB, host: str = "kvm-a") -> Domain:
        domain = self.ctx.inventory.domain(VmKey(host, uuid))
        assert domain is not None
        return domain

    def until(self, check: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(check()), timeout=10_000)


@pytest.fixture
def build(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[[str], Desk]]:
    """Builds the program on a fleet file's text; NODE stands in it for a node of the test driver."""
    made: list[tuple[App, Bridge, list[Callable[[], None]]]] = []

    def make(fleet: str) -> Desk:
        profile = Profile.at(tmp_path / "profile")
        node = tmp_path / "node.xml"
        node.write_text(NODE)
        if fleet:
            profile.fleet_file.parent.mkdir(parents=True, exist_ok=True)
            profile.fleet_file.write_text(fleet.replace("NODE", f"test://{node}"))
        app, bridge = App(Options(profile)), Bridge()
        undo = [app.inventory.subscribe(bridge.on_change), app.jobs.subscribe(bridge.on_job)]
        made.append((app, bridge, undo))
        app.start(watch=False)
        context = Context(
            inventory=app.inventory,
            services=app.services,
            jobs=app.jobs,
            bridge=bridge,
            preferences=app.preferences,
            nav=Navigation(),
            theme=theme,
        )
        return Desk(app, context, qtbot)

    yield make
    for app, bridge, undo in made:
        for each in undo:
            each()
        bridge.close()
        app.close()


@pytest.fixture
def desk(build: Callable[[str], Desk]) -> Desk:
    """One live host, "kvm-a", with two VMs, read."""
    made = build('[[host]]\nname = "kvm-a"\nuri = "NODE"\nzone = "north"\nrack = "N1"\ntags = ["ssd"]\n')
    inventory = made.ctx.inventory
    end = time.monotonic() + 10
    while time.monotonic() < end and not (inventory.fresh("kvm-a") and inventory.view("kvm-a").pools):
        time.sleep(0.02)
    assert len(inventory.domains_of("kvm-a")) == 2, inventory.status("kvm-a")
    return made
