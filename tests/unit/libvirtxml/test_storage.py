from __future__ import annotations

from collections.abc import Callable

import pytest

from console.fleet.errors import Failed
from console.fleet.hosts import Pool, Volume
from console.libvirtxml.storage import read_pool, read_volume

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


def test_a_volume_with_a_backing_file() -> None:
    assert read_volume(VOLUME) == Volume("a.qcow2", "/i/a.qcow2", "file", "qcow2", 10 << 30, 200704, "/i/base.qcow2")


def test_what_is_missing_is_empty() -> None:
    assert read_volume("<volume type='block'><name>lv</name></volume>") == Volume("lv", "", "block")
    assert read_pool("<pool type='rbd'><name>ceph</name></pool>") == Pool("ceph", kind="rbd")


@pytest.mark.parametrize("read", [read_pool, read_volume])
def test_what_is_no_xml_is_said(read: Callable[[str], object]) -> None:
    with pytest.raises(Failed):
        read("<pool")
