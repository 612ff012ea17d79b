from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from console.fleet.domains import Disk, Nic
from console.ui.context import Context
from console.ui.pages.vm_hardware import VmHardware, machine_facts
from tests.ui.rooms import VMS

VM = replace(
    VMS[0],
    vcpus=2,
    max_vcpus=4,
    memory_kib=1 << 20,
    machine="pc-q35-7.2",
    arch="x86_64",
    firmware="uefi",
    nvram="/var/lib/nvram.fd",
    tpm=True,
    disks=(Disk("vda", "/a.qcow2"), Disk("sda", device="cdrom")),
    nics=(Nic("52:54:00:00:00:01"),),
)


def test_what_it_is_made_of(ctx: Context, qtbot: QtBot) -> None:
    page = VmHardware(ctx)
    qtbot.addWidget(page)
    page.show_vm(VM)
    assert page.left.texts()["CPU"] == "2 vCPUs, room for 4"
    assert page.left.texts()["Machine"] == "pc-q35-7.2, x86_64"
    assert page.right.texts()["NVRAM"] == "/var/lib/nvram.fd"
    assert page.right.texts()["TPM"] == "yes"
    assert (page.disks.rowCount(), page.nics.rowCount()) == (2, 1)
    assert page._disk_head._aside.text() == "2"
    page.show_vm(replace(VM, disks=(), nvram=""))
    assert page.disks.rowCount() == 0
    assert page.right.texts()["NVRAM"] == "none"


def test_a_bare_machine_claims_nothing() -> None:
    left, right = machine_facts(replace(VM, machine="", arch="", firmware="", tpm=False, nvram=""))
    assert left[2].value == "–"
    assert right[0].value == "–"
