from __future__ import annotations

from collections.abc import Callable

import pytest

from console.fleet.errors import Failed
from console.fleet.hosts import Pool, Volume
from console.fleet.snapshots.values import ImageFile
from console.fleet.storing import NewPool, NewVolume
from console.libvirtxml.storage import born, names_in, pool_xml, read_image, read_pool, read_volume, volume_xml

POOL = """<pool type='dir'><name>images</name><uuid>p0</uuid>
<capacity unit='bytes'>107374182400</capacity><allocation unit='GiB'>2</allocation><available unit='bytes'>105226698752</available>
<source/><target><path>/var/lib/libvirt/images</path><permissions><mode>0711</mode></permissions></target></pool>"""

VOLUME = """<volume type='file'><name>a.qcow2</name><key>/i/a.qcow2</key>
<capacity unit='bytes'>10737418240</capacity><allocation unit='bytes'>200704</allocation><physical unit='bytes'>197120</physical>
<target><path>/i/a.qcow2</path><format type='qcow2'/><features><lazy_refcounts/></features></target>
<backingStore><path>/i/base.qcow2</path><format type='qcow2'/></backingStore></volume>"""


def test_a_pool() -> None:
    volume = Volume("v", "/v")
    assert read_pool(POOL, active=True, autostart=True, volumes=(volume,)) == Pool(
        name="images",
        uuid="p0",
        kind="dir",
        active=True,
        autostart=True,
        path="/var/lib/libvirt/images",
        capacity=100 << 30,
        allocation=2 << 30,
        available=98 << 30,
        volumes=(volume,),
    )


def test_a_volume_as_an_image_that_is_built_on_another() -> None:
    assert read_image(VOLUME, "images") == ImageFile(
        "/i/a.qcow2", "images", "a.qcow2", "qcow2", 10 << 30, 200704, "/i/base.qcow2", "qcow2"
    )
    assert read_image("<volume><name>b</name></volume>", "p") == ImageFile("", "p", "b")


def test_a_volume_made_with_the_owner_of_another() -> None:
    owned = "<permissions><mode>0644</mode><owner>107</owner><group>108</group><label>x:c1,c2</label></permissions>"
    like = VOLUME.replace("<features>", f"{owned}<features>")
    made = volume_xml(NewVolume("n", 512, format="qcow2"), like)
    assert "<permissions><mode>0644</mode><owner>107</owner><group>108</group></permissions>" in made
    assert "label" not in made
    assert "permissions" not in volume_xml(NewVolume("n", 512), VOLUME)


def test_a_volume_with_a_backing_file() -> None:
    assert read_volume(VOLUME) == Volume("a.qcow2", "/i/a.qcow2", "file", "qcow2", 10 << 30, 200704, "/i/base.qcow2")


def test_what_is_missing_is_empty() -> None:
    assert read_volume("<volume type='block'><name>lv</name></volume>") == Volume("lv", "", "block")
    assert read_pool("<pool type='rbd'><name>ceph</name></pool>") == Pool("ceph", kind="rbd")


@pytest.mark.parametrize("read", [read_pool, read_volume])
def test_what_is_no_xml_is_said(read: Callable[[str], object]) -> None:
    with pytest.raises(Failed):
        read("<pool")


def test_what_stands_behind_a_pool() -> None:
    def source(inner: str, kind: str = "netfs") -> str:
        return read_pool(f"<pool type='{kind}'><name>p</name><source>{inner}</source></pool>").source

    assert source("<host name='nas'/><dir path='/vms'/>") == "nas:/vms"
    assert source("<host name='mon' port='6789'/><name>pool</name>", "rbd") == "mon:6789:pool"
    assert source("<device path='/dev/sdb'/><name>vg</name>", "logical") == "vg"
    assert source("<device path='/dev/sdb1'/>", "fs") == "/dev/sdb1"
    assert source("", "dir") == ""


def test_a_volume_to_be_made_reads_back() -> None:
    new = NewVolume("a & b.qcow2", 1 << 30, 4096, "qcow2", "/v/<base>", "raw")
    read = read_volume(volume_xml(new))
    assert (read.name, read.capacity, read.allocation, read.format, read.backing) == (
        new.name,
        new.capacity,
        new.allocation,
        new.format,
        new.backing,
    )
    assert born(volume_xml(new)) == ""
    assert born(VOLUME.replace("<features>", "<timestamps><btime>0</btime></timestamps><features>")) == ""
    assert born(VOLUME.replace("<features>", "<timestamps><btime>1.5</btime></timestamps><features>")) == "1.5"


@pytest.mark.parametrize(
    ("new", "source"),
    [
        (NewPool("p", path="/v"), ""),
        (NewPool("p", "fs", "/v", "/dev/sdb1"), "/dev/sdb1"),
        (NewPool("p", "netfs", "/v", "/export", "nas"), "nas:/export"),
        (NewPool("p", "logical", "/dev/vg", "/dev/sdb", group="vg"), "vg"),
        (NewPool("p", "logical"), "p"),
    ],
)
def test_a_pool_to_be_defined_reads_back(new: NewPool, source: str) -> None:
    read = read_pool(pool_xml(new))
    assert (read.name, read.kind, read.path, read.source) == (new.name, new.kind, new.path, source)


def test_every_file_a_vm_names() -> None:
    xml = """<domain><os><loader>/l.fd</loader><nvram>/n.fd</nvram><kernel>/k</kernel></os><!-- /no --><devices>
    <disk><source file='/d'><x dev='/e'/></source><backingStore><source file='/b'/></backingStore></disk>
    <disk><source pool='p' volume='v'/></disk><emulator>/usr/bin/q</emulator></devices></domain>"""
    assert names_in(xml) >= {"/l.fd", "/n.fd", "/k", "/d", "/e", "/b", "p/v"}
    assert "/no" not in names_in(xml)
