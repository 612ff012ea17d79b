from typing import Any

from msgspec.structs import replace

from console.fleet.domains import Address, AddressSource, Disk, Domain, Nic, VmKey
from console.ui.models.rows import Column
from console.ui.models.vm_parts import DISKS, NICS, nic_rows

GIB = 1 << 30
ONE, TWO = Nic("52:54:00:00:00:AA", "network", "shop-net", "virtio", "vnet3"), Nic("52:54:00:00:00:bb", "odd")
VM = Domain(VmKey("a", "u"), "vm", nics=(ONE, TWO))


def told(columns: tuple[Column[Any], ...], row: object) -> dict[str, str]:
    for column in columns:
        column.key(row)
    return {column.id: column.text(row, 0.0).replace("\u00a0", " ") for column in columns}


def test_a_disk_in_a_row() -> None:
    disk = Disk("vda", "/a.qcow2", "disk", "virtio", "qcow2", True, True, 10 * GIB, 4 * GIB, ("/base.qcow2",))
    assert told(DISKS, disk) == {
        "target": "vda",
        "device": "disk",
        "bus": "virtio",
        "format": "qcow2",
        "used": "4 of 10 GiB",
        "flags": "read-only, shared",
        "source": "/a.qcow2",
    }
    tip = DISKS[-1].tip
    assert tip is not None
    assert tip(disk) == "/a.qcow2\nbased on /base.qcow2"
    drive = told(DISKS, Disk("sda", device="cdrom"))
    assert (drive["device"], drive["source"], drive["used"]) == ("CD", "empty", "–")


def test_addresses_go_to_the_card_they_were_learned_on() -> None:
    learned = (
        Address("10.0.0.1", mac="52:54:00:00:00:aa", source=AddressSource.AGENT),
        Address("10.0.0.2", mac="52:54:00:00:00:bb", source=AddressSource.ARP),
        Address("10.0.0.3"),
    )
    first, second = nic_rows(replace(VM, addresses=learned))
    assert told(NICS, first)["addresses"] == "10.0.0.1 by agent"
    assert told(NICS, second) == {
        "mac": "52:54:00:00:00:bb",
        "kind": "odd",
        "source": "–",
        "model": "–",
        "target": "–",
        "addresses": "10.0.0.2 by ARP",
    }


def test_an_address_without_a_card_belongs_to_the_only_one() -> None:
    (only,) = nic_rows(replace(VM, nics=(ONE,), addresses=(Address("10.0.0.3"),)))
    assert [address.ip for address in only.addresses] == ["10.0.0.3"]
