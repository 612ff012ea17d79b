from __future__ import annotations

from lxml import etree

from console.fleet.snapshots.values import DiskNow, ImageFile
from console.libvirtxml.sources import agent, chains, disks_now, layers, memory, mirrored, nvram, with_files

VM = """<domain type='kvm'><name>a</name><uuid>u</uuid><memory unit='MiB'>512</memory>
<os><type>hvm</type><nvram format='qcow2'>/n/a.fd</nvram></os><devices>
<disk type='file' device='disk'><driver name='qemu' type='qcow2' discard='unmap'/><source file='/i/c' index='3'/>
  <backingStore type='file' index='2'><format type='qcow2'/><source file='/i/b'/>
    <backingStore type='block'><format type='raw'/><source dev='/dev/vg/a'/><backingStore/></backingStore></backingStore>
  <target dev='vda' bus='virtio'/><serial>s1</serial></disk>
<disk type='volume' device='disk'><driver type='raw'/><source pool='p' volume='v'/><target dev='vdb'/><shareable/></disk>
<disk type='network' device='disk'><source protocol='rbd' name='x'/><target dev='vdc'/></disk>
<disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk>
<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0' state='connected'/></channel>
</devices></domain>"""


def test_the_disks() -> None:
    assert disks_now(VM) == (
        DiskNow("vda", "/i/c", "file", "qcow2", "disk", "virtio"),
        DiskNow("vdb", "p/v", "volume", "raw", shareable=True),
        DiskNow("vdc", "", "network"),
        DiskNow("sda", "", "file", "", "cdrom", "sata", read_only=True),
    )


def test_the_chains_of_one_that_runs() -> None:
    assert chains(VM)["vda"] == ("/i/c", "/i/b", "/dev/vg/a")
    assert layers(VM)["vda"] == (
        ImageFile("/i/c", format="qcow2", backing="/i/b", backing_format="qcow2"),
        ImageFile("/i/b", format="qcow2", backing="/dev/vg/a", backing_format="raw"),
        ImageFile("/dev/vg/a", format="raw"),
    )
    assert "sda" not in chains(VM), "an empty drive has none"


def test_other_files_behind_the_disks_and_all_else_as_it_was() -> None:
    made = with_files(
        VM, {"vda": ("/i/new", "qcow2"), "vdb": ("/dev/vg/b", "raw"), "sda": ("/iso", "raw"), "none": ("/x", "")}
    )
    root = etree.fromstring(made)
    vda = root.find("devices/disk")
    assert vda is not None
    assert etree.tostring(vda, encoding="unicode", with_tail=False).replace("\n  ", "") == (
        '<disk type="file" device="disk"><driver name="qemu" type="qcow2" discard="unmap"/><source file="/i/new"/>'
        '<target dev="vda" bus="virtio"/><serial>s1</serial></disk>'
    )
    assert chains(made) == {"vda": ("/i/new",), "vdb": ("/dev/vg/b",), "vdc": chains(VM)["vdc"], "sda": ("/iso",)}
    assert disks_now(made)[1] == DiskNow("vdb", "/dev/vg/b", "block", "raw", shareable=True)
    assert root.find("os/nvram") is not None


def test_a_merge_that_has_caught_up() -> None:
    begun = VM.replace("<serial>", "<mirror type='file' job='active-commit'><source file='/i/b'/></mirror><serial>")
    assert not mirrored(VM, "vda")
    assert not mirrored(begun, "vda")
    assert mirrored(begun.replace("job=", "ready='yes' job="), "vda")
    assert not mirrored(begun.replace("job=", "ready='yes' job="), "vdb")
    assert chains(with_files(begun, {"vda": ("/i/b", "qcow2")}))["vda"] == ("/i/b",)


def test_the_variables_the_agent_and_the_memory() -> None:
    assert nvram(VM) == ("/n/a.fd", "qcow2")
    assert nvram(VM.replace(" format='qcow2'", "")) == ("/n/a.fd", "raw")
    assert nvram("<domain><os><nvram type='file'><source file='/n'/></nvram></os></domain>") == ("/n", "raw")
    assert nvram("<domain><os><nvram/></os></domain>") == nvram("<domain/>") == ("", "")
    assert agent(VM) == (True, True)
    assert agent(VM.replace("connected", "disconnected")) == (True, False)
    assert agent("<domain/>") == (False, False)
    assert memory(VM) == 512 << 20
