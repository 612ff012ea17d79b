from __future__ import annotations

import pytest
from lxml import etree

from console.fleet.clones.provenance import Provenance
from console.fleet.clones.values import DiskDeed, DiskPlan, OneClone
from console.libvirtxml import cloning
from console.libvirtxml.domain import read_domain
from console.libvirtxml.metadata import NAMESPACE, VmMetadata

WEB = f"""<domain type='kvm' id='7' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
<name>web</name><uuid>11111111-1111-4111-8111-111111111111</uuid><genid>22222222-1111-4111-8111-111111111111</genid>
<title>The shop</title><description>kept</description>
<metadata><s:vm xmlns:s='{NAMESPACE}'><s:tag>old</s:tag></s:vm><o:os xmlns:o='urn:o'>x</o:os></metadata>
<memory>1048576</memory><vcpu>2</vcpu>
<sysinfo type='smbios'><system>
<entry name='uuid'>11111111-1111-4111-8111-111111111111</entry><entry name='sku'>A</entry></system></sysinfo>
<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type><loader type='pflash'>/o/CODE.fd</loader>
<nvram template='/o/VARS.fd'>/n/web_VARS.fd</nvram><smbios mode='sysinfo'/></os>
<unknown keep='me'/>
<devices>
<disk type='volume' device='disk'><driver name='qemu' type='qcow2' cache='none'/><source pool='p' volume='web' index='3'/>
<backingStore type='file'><source file='/b'/></backingStore>
<target dev='vda' bus='virtio'/><readonly/><alias name='virtio0'/></disk>
<disk type='file' device='disk'><source file='/p/x.img'/><target dev='vdb' bus='virtio'/><alias name='ua-mine'/></disk>
<disk type='file' device='cdrom'><source file='/p/cd.iso'/><target dev='sda' bus='sata'/><readonly/></disk>
<disk type='file' device='cdrom'><source file='/p/eject.iso'/><target dev='sdb' bus='sata'/><readonly/></disk>
<interface type='bridge'><mac address='52:54:00:AA:00:01'/><source bridge='br0' portid='x'/><target dev='vnet3'/>
<virtualport type='openvswitch'><parameters interfaceid='i' profileid='p'/></virtualport></interface>
<interface type='network'><mac address='52:54:00:aa:00:02' type='static'/>
<source network='lan'/><target dev='tap0' managed='yes'/></interface>
<serial type='file'><source path='/log/web-serial.log' append='on'/><log file='/log/tee.log'/></serial>
<console type='pty' tty='/dev/pts/3'><source path='/dev/pts/3'/></console>
<channel type='unix'><source mode='bind' path='/var/lib/libvirt/qemu/channel/target/domain-7-web/org.qemu.guest_agent.0'/>
<target type='virtio' name='org.qemu.guest_agent.0' state='connected'/></channel>
<channel type='unix'><source mode='bind' path='/srv/web.sock'/><target type='virtio' name='mine'/></channel>
<graphics type='vnc' port='5901' autoport='no' passwd='s3'/>
<graphics type='spice' port='5902' tlsPort='5903' autoport='yes'/>
<vsock model='virtio'><cid auto='no' address='5'/></vsock>
<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>
<hostdev mode='subsystem' type='usb'><source><vendor id='1'/></source></hostdev>
</devices>
<seclabel type='dynamic' model='dac'><label>+64:+64</label><imagelabel>+64:+64</imagelabel></seclabel>
<qemu:commandline><qemu:arg value='-x'/></qemu:commandline>
</domain>"""

ONE = OneClone(
    "qa",
    "99999999-1111-4111-8111-111111111111",
    (
        DiskPlan("vda", DiskDeed.LINK, "/p/web", "p", "qa-vda.qcow2", "/p/qa-vda.qcow2", "qcow2"),
        DiskPlan("vdb", DiskDeed.COPY, "/p/x.img", "vg", "qa", "/dev/vg/qa", "raw"),
        DiskPlan("sda", DiskDeed.SHARE, "/p/cd.iso", path="/p/cd.iso"),
        DiskPlan("sdb", DiskDeed.EMPTY),
        DiskPlan("", DiskDeed.COPY, "", "p", "qa-seed.iso", "/p/qa-seed.iso", "raw"),
    ),
    {"52:54:00:aa:00:01": "52:54:00:bb:00:01", "52:54:00:aa:00:02": "52:54:00:aa:00:02"},
    "/n/qa_VARS.fd",
)
OURS = VmMetadata(("new",), "g", "", Provenance("web", "lab/1", linked=True))


@pytest.fixture
def made() -> etree._Element:
    return etree.fromstring(cloning.cloned(WEB, ONE, OURS, frozenset({"vda"})))


def test_it_is_somebody_else(made: etree._Element) -> None:
    domain = read_domain(etree.tostring(made))
    assert (domain.name, domain.key.uuid, domain.nvram) == ("qa", ONE.uuid, "/n/qa_VARS.fd")
    assert made.get("id") is None
    assert made.findtext("sysinfo/system/entry[@name='uuid']") == ONE.uuid
    assert made.findtext("sysinfo/system/entry[@name='sku']") == "A"
    assert made.find("genid").text is None
    assert (domain.title, domain.description) == ("", "kept")
    assert (domain.tags, domain.group, domain.provenance) == (("new",), "g", OURS.provenance)


def test_its_disks(made: etree._Element) -> None:
    disks = {disk.find("target").get("dev"): disk for disk in made.iterfind("devices/disk")}
    assert list(disks) == ["vda", "vdb", "sda", "sdb", "sdc"]
    assert disks["vda"].find("source").attrib == {"file": "/p/qa-vda.qcow2"}
    assert disks["vda"].get("type") == "file"
    assert disks["vda"].find("driver").attrib == {"name": "qemu", "type": "qcow2", "cache": "none"}
    assert disks["vda"].find("backingStore") is None
    assert disks["vda"].find("readonly") is None, "only the template's mark made it so"
    assert disks["vda"].find("alias") is None
    assert (disks["vdb"].get("type"), disks["vdb"].find("source").get("dev")) == ("block", "/dev/vg/qa")
    assert disks["vdb"].find("driver").get("type") == "raw"
    assert disks["vdb"].find("alias").get("name") == "ua-mine"
    assert disks["sda"].find("source").get("file") == "/p/cd.iso"
    assert disks["sda"].find("readonly") is not None
    assert disks["sdb"].find("source") is None
    seed = disks["sdc"]
    assert (seed.get("device"), seed.find("target").get("bus"), seed.find("source").get("file")) == (
        "cdrom",
        "sata",
        "/p/qa-seed.iso",
    )


def test_its_cards(made: etree._Element) -> None:
    one, two = made.iterfind("devices/interface")
    assert one.find("mac").get("address") == "52:54:00:bb:00:01"
    assert one.find("target") is None
    assert one.find("virtualport/parameters").attrib == {"profileid": "p"}
    assert one.find("source").attrib == {"bridge": "br0"}
    assert two.find("mac").attrib == {"address": "52:54:00:aa:00:02", "type": "static"}
    assert two.find("target").attrib == {"managed": "yes"}


def test_what_it_writes_to(made: etree._Element) -> None:
    serial = made.find("devices/serial")
    assert serial.find("source").attrib == {"path": "/log/qa-serial.log", "append": "on"}
    assert serial.find("log").get("file") == "/log/tee-qa.log"
    terminal = made.find("devices/console")
    assert (terminal.get("tty"), terminal.find("source")) == (None, None)
    agent, mine = made.iterfind("devices/channel")
    assert agent.find("source").attrib == {"mode": "bind"}
    assert "state" not in agent.find("target").attrib
    assert mine.find("source").get("path") == "/srv/qa.sock"


def test_ports_and_labels(made: etree._Element) -> None:
    vnc, spice = made.iterfind("devices/graphics")
    assert (vnc.get("autoport"), vnc.get("port"), vnc.get("passwd")) == ("yes", "-1", "s3")
    assert (spice.get("port"), spice.get("tlsPort")) == ("-1", "-1")
    assert made.find("devices/vsock/cid").attrib == {"auto": "yes"}
    assert len(made.find("seclabel")) == 0
    assert made.find("unknown").get("keep") == "me"
    assert made.find("metadata/{urn:o}os") is not None


def test_what_is_to_be_said_of_it() -> None:
    assert cloning.notes(WEB) == ("hostdev", "tpm-new", "qemu-args", "port-auto")
    assert cloning.notes("<domain/>") == ()


def test_the_least_that_there_is() -> None:
    made = cloning.cloned("<domain><name>a</name></domain>", OneClone("b", ONE.uuid, ()), VmMetadata())
    assert (read_domain(made).name, read_domain(made).key.uuid) == ("b", ONE.uuid)
    empty = cloning.cloned("<domain/>", OneClone("b", ONE.uuid, ()), OURS)
    assert read_domain(empty).provenance == OURS.provenance


def test_nvram_that_is_not_copied_is_libvirts_to_make() -> None:
    made = etree.fromstring(cloning.cloned(WEB, OneClone("b", ONE.uuid, ()), OURS))
    assert made.find("os/nvram").text is None
    assert made.find("os/nvram").get("template") == "/o/VARS.fd"
    other = WEB.replace("/n/web_VARS.fd<", "<source file='/n/x'/><")
    assert etree.fromstring(cloning.cloned(other, ONE, OURS)).find("os/nvram/source").get("file") == "/n/qa_VARS.fd"


def test_a_template_is_locked_and_unlocked() -> None:
    plain = WEB.replace("<readonly/><alias", "<alias")
    assert cloning.lockable(plain) == ("vda", "vdb")
    assert cloning.lockable(WEB) == ("vdb",)
    shut = cloning.locked(plain, frozenset({"vda", "vdb"}), True)
    assert [disk.target for disk in read_domain(shut).disks if disk.read_only] == ["vda", "vdb", "sda", "sdb"]
    again = cloning.locked(shut, frozenset({"vda", "vdb"}), False)
    assert [disk.target for disk in read_domain(again).disks if disk.read_only] == ["sda", "sdb"]


def test_marks_are_put_and_read() -> None:
    assert cloning.ours_in(WEB) == VmMetadata(("old",))
    marked = cloning.marked("<domain><name>a</name><uuid>u</uuid><memory>1</memory></domain>", OURS)
    assert cloning.ours_in(marked) == OURS
    assert [child.tag for child in etree.fromstring(marked)] == ["name", "uuid", "metadata", "memory"]


def test_the_domain_within_a_snapshot() -> None:
    both = "<domainsnapshot><name>s</name>{}</domainsnapshot>"
    assert cloning.domain_in(both.format("")) == ""
    assert read_domain(cloning.domain_in(both.format("<domain><name>run</name></domain>"))).name == "run"
    stored = "<domain><name>run</name></domain><inactiveDomain><name>stored</name></inactiveDomain>"
    assert read_domain(cloning.domain_in(both.format(stored))).name == "stored"


def test_an_inner_snapshot_told_to_a_clone() -> None:
    root = etree.fromstring(cloning.inner_snapshot("clean", 5.0, ("vda",), WEB))
    assert [root.findtext(tag) for tag in ("name", "state", "creationTime")] == ["clean", "shutoff", "5"]
    assert {disk.get("name"): disk.get("snapshot") for disk in root.iterfind("disks/disk")} == {
        "vda": "internal",
        "vdb": "no",
        "sda": "no",
        "sdb": "no",
    }
    assert root.findtext("domain/name") == "web"
