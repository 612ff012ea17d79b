"""A profile with a host of the test driver whose VMs have snapshots, inside their images, and volumes."""

from __future__ import annotations

import pytest

from tests.unit.cli.conftest import Console, uuid

NAMES = ("web-01", "web-02", "web-10")
SNAPSHOT = """
<test:domainsnapshot><name>{name}</name><description>About {name}</description>{parent}
  <creationTime>{created}</creationTime><state>running</state>
  <memory snapshot="internal"/><disks><disk name="vda" snapshot="internal"/></disks><active>{current}</active>
  <domain type="test"><name>{vm}</name><uuid>{uuid}</uuid><memory unit="MiB">1024</memory><vcpu>2</vcpu>
    <os><type>hvm</type></os><devices><disk type="file" device="disk"><driver name="qemu" type="qcow2"/>
    <source file="/srv/images/{vm}.img"/><target dev="vda" bus="virtio"/></disk></devices></domain>
</test:domainsnapshot>
"""
VOLUME = """
<volume><name>{name}.img</name><capacity>1073741824</capacity><allocation>1048576</allocation>
  <target><path>/srv/images/{name}.img</path><format type="qcow2"/></target></volume>
"""
NAMESPACE = '<domain type="test" xmlns:test="http://libvirt.org/schemas/domain/test/1.0">'


def add_snapshots(console: Console, host: str = "kvm-a", vms: tuple[str, ...] = NAMES[:2]) -> None:
    """web-01 and web-02 get clean → german and clean → later, from which now goes on; every VM a volume. Each run of the program
    finds the host so again."""
    node = console.folder / f"{host}.xml"
    text = node.read_text("utf-8").replace('<domain type="test">', NAMESPACE)
    text = text.replace('device="disk"><source', 'device="disk"><driver name="qemu" type="qcow2"/><source')
    text = text.replace("</pool>", "".join(VOLUME.format(name=name) for name in NAMES) + "</pool>")
    head, *domains = text.split(NAMESPACE)
    for number, vm in enumerate(vms):
        made = ""
        for place, (name, parent, current) in enumerate(
            (("clean", "", 0), ("german", "clean", 0), ("later", "clean", 1))
        ):
            made += SNAPSHOT.format(
                name=name,
                parent=f"<parent><name>{parent}</name></parent>" if parent else "",
                created=1_700_000_000 + place * 100,
                current=current,
                vm=vm,
                uuid=uuid(1, number),
            )
        domains[number] = domains[number].replace("</domain>", f"{made}</domain>", 1)
    node.write_text(NAMESPACE.join([head, *domains]), "utf-8")


@pytest.fixture
def snapshotted(empty: Console) -> Console:
    empty.host("kvm-a", NAMES, 'zone = "north"')
    add_snapshots(empty)
    return empty


def turn_off(console: Console, vm: str, host: str = "kvm-a") -> None:
    """The VM is off at the beginning of each run."""
    node = console.folder / f"{host}.xml"
    head, rest = node.read_text("utf-8").split(f"<title>{vm} title</title>", 1)
    state = '<test:runstate xmlns:test="http://libvirt.org/schemas/domain/test/1.0">5</test:runstate>'
    node.write_text(f"{head}<title>{vm} title</title>{state}{rest}", "utf-8")
