from __future__ import annotations

import pytest
from lxml import etree

from console.fleet.domains import State
from console.fleet.errors import Failed
from console.fleet.snapshots.values import How, Snapshot, SnapshotDisk
from console.libvirtxml.snapshot import read_snapshot, signed, with_only

DOMAIN = """
  <domain type='kvm'>
    <name>qa</name>
    <uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid>
    <title>QA</title>
    <devices>
      <disk type='file' device='disk'>
        <driver name='qemu' type='qcow2'/>
        <source file='/p/qa.4711' index='2'/>
        <backingStore type='file'><source file='/p/qa.qcow2'/></backingStore>
        <target dev='vda' bus='virtio'/>
      </disk>
      <disk type='block' device='disk'><source dev='/dev/vg/data'/><target dev='vdb' bus='virtio'/></disk>
      <disk type='file' device='cdrom'><source file='/p/a.iso'/><target dev='sda' bus='sata'/><readonly/></disk>
      <disk type='file' device='cdrom'><target dev='sdb' bus='sata'/></disk>
      <disk type='file' device='disk'><source file='/p/ro.raw'/><target dev='vdc' bus='virtio'/><readonly/></disk>
      <disk type='network' device='disk'><source protocol='rbd' name='p/x'/><target dev='vdd' bus='virtio'/></disk>
    </devices>
  </domain>"""
EXTERNAL = f"""<domainsnapshot>
  <name>before upgrade wizard</name>
  <description>Fresh 4711,
licence entered.</description>
  <state>running</state>
  <parent><name>4711</name></parent>
  <creationTime>1795288549</creationTime>
  <memory snapshot='external' file='/p/qa.wizard.mem'/>
  <disks>
    <disk name='vda' snapshot='external' type='file'>
      <driver type='qcow2'/><source file='/p/qa.wizard'/>
    </disk>
    <disk name='vdb' snapshot='no'/>
    <disk name='sda' snapshot='no'/>
  </disks>{DOMAIN}
</domainsnapshot>"""


def test_an_external_one() -> None:
    assert read_snapshot(EXTERNAL, current=True) == Snapshot(
        "before upgrade wizard",
        "4711",
        1795288549.0,
        State.RUNNING,
        How.EXTERNAL,
        "/p/qa.wizard.mem",
        (
            SnapshotDisk("vda", How.EXTERNAL, "/p/qa.4711", "/p/qa.wizard"),
            SnapshotDisk("vdb", How.NONE),
            SnapshotDisk("sda", How.NONE),
        ),
        "Fresh 4711,\nlicence entered.",
        current=True,
    )


@pytest.mark.parametrize(
    ("said", "state"),
    [("shutoff", State.OFF), ("disk-snapshot", State.OFF), ("paused", State.PAUSED), ("what", State.UNKNOWN)],
)
def test_an_internal_one_and_what_the_vm_did(said: str, state: State) -> None:
    one = read_snapshot(
        f"<domainsnapshot><name>a</name><state>{said}</state><memory snapshot='no'/>"
        f"<disks><disk name='vda' snapshot='internal'/></disks>{DOMAIN}</domainsnapshot>"
    )
    assert one.disks == (SnapshotDisk("vda", How.INTERNAL, "/p/qa.4711"),)
    assert (one.state, one.memory, one.parent, one.created) == (state, How.NONE, "", 0.0)


def test_a_bare_one_and_what_is_none() -> None:
    assert read_snapshot("<domainsnapshot><name>a</name></domainsnapshot>") == Snapshot("a", state=State.UNKNOWN)
    with pytest.raises(Failed):
        read_snapshot("no XML")


@pytest.mark.parametrize(
    "domain", [DOMAIN, DOMAIN.replace("<title>", "<metadata><x xmlns='urn:x'/></metadata><title>")]
)
def test_who_took_it_is_written_into_it_and_read_again(domain: str) -> None:
    text = EXTERNAL.replace(DOMAIN, domain)
    told = signed(text, "t.okafor", "4711, release candidate 2")
    one = read_snapshot(told)
    assert (one.by, one.build) == ("t.okafor", "4711, release candidate 2")
    again = read_snapshot(signed(told, "mira", ""))
    assert (again.by, again.build) == ("mira", "")
    children = [child.tag for child in etree.fromstring(told).find("domain")]
    assert children.index("metadata") < children.index("devices")
    assert told.count("urn:x") == domain.count("urn:x")
    stripped = signed(text, "", "")
    assert (read_snapshot(stripped).by, read_snapshot(stripped).disks) == ("", read_snapshot(text).disks)


def test_what_a_domain_carries_on_from_a_snapshot_it_went_back_to_is_not_anothers() -> None:
    told = signed(EXTERNAL, "mira", "1").replace("<creationTime>1795288549", "<creationTime>1795288600")
    assert (read_snapshot(told).by, read_snapshot(told).build) == ("", "")
    bare = "<domainsnapshot><name>a</name></domainsnapshot>"
    assert read_snapshot(signed(bare, "mira", "1")).by == ""


def test_of_the_disks_that_can_be_written_only_those_that_are_asked_for_are_left() -> None:
    def left(targets: tuple[str, ...]) -> list[str]:
        return etree.fromstring(with_only(DOMAIN, targets)).xpath("devices/disk/target/@dev")

    assert left(("vda", "vdb")) == ["vda", "vdb", "sda", "sdb", "vdc", "vdd"]
    assert left(("vda",)) == ["vda", "sda", "sdb", "vdc", "vdd"]
    assert left(()) == ["sda", "sdb", "vdc", "vdd"]
    assert with_only("<domain><name>a</name></domain>", ()) == "<domain><name>a</name></domain>"
