from __future__ import annotations

from lxml import etree

from console.fleet.snapshots.values import ImageFile
from console.libvirtxml.helper import PREFIX, Mark, helper_xml, read_mark

VM = """<domain type='kvm'><name>a</name><uuid>u-1</uuid><memory>1048576</memory>
<os firmware='efi'><type arch='x86_64' machine='pc-q35-7.2'>hvm</type><nvram>/n/a.fd</nvram></os>
<cpu mode='host-passthrough' check='none'><topology sockets='1' cores='4' threads='1'/><numa><cell/></numa>
<feature policy='disable' name='svm'/></cpu><devices><emulator>/usr/bin/qemu</emulator>
<interface type='network'><source network='default'/></interface>
<disk type='file' device='disk'><source file='/i/now'/><target dev='vdb'/></disk></devices></domain>"""

FILES = (
    ImageFile("/i/c", "p", "c", "qcow2", backing="/i/b", backing_format="qcow2"),
    ImageFile("/i/b", "p", "b", "qcow2", backing="/dev/vg/a", backing_format="raw"),
    ImageFile("/dev/vg/a", "vg", "a", "raw"),
)


def test_it_has_the_files_and_nothing_else_of_the_vm() -> None:
    made = helper_xml(VM, f"{PREFIX}u-vdb", "vdb", FILES)
    root = etree.fromstring(made)
    assert root.get("type") == "kvm"
    assert [(child.tag, child.get("type")) for child in root.iterfind("devices/*")] == [
        ("emulator", None),
        ("disk", "file"),
        ("controller", "usb"),
        ("memballoon", None),
    ]
    kind = root.find("os/type")
    assert kind is not None
    assert (kind.get("arch"), kind.get("machine")) == ("x86_64", "pc-q35-7.2")
    cpu = root.find("cpu")
    assert cpu is not None
    assert (cpu.get("mode"), [part.tag for part in cpu]) == ("host-passthrough", ["feature"])
    assert root.find("os/nvram") is None
    assert root.find("uuid") is None
    assert read_mark(made) == Mark("u-1", "vdb", ("/i/c", "/i/b", "/dev/vg/a"))


def test_the_chain_ends_where_it_is_known_to_end() -> None:
    def inner(files: tuple[ImageFile, ...]) -> list[str]:
        root = etree.fromstring(helper_xml(VM, f"{PREFIX}u-vdb", "vdb", files))
        return [etree.tostring(one).decode() for one in root.iter("backingStore") if not len(one)]

    assert inner(FILES) == ["<backingStore/>"]
    assert inner(FILES[:1]) == ["<backingStore/>"]
    unknown = ImageFile("/elsewhere/a", format="raw")
    assert inner((*FILES[:2], unknown)) == [], "no pool tells what that one is built on"


def test_no_other_domain_is_taken_for_one() -> None:
    made = helper_xml(VM, f"{PREFIX}u-vdb", "vdb", FILES)
    assert read_mark(VM) is None
    assert read_mark(made.replace(PREFIX, "theirs-")) is None
    assert read_mark(VM.replace("<name>", f"<name>{PREFIX}")) is None
