"""What a host that knows no backup says. The copies themselves are proven on real hosts (tests/lab)."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import libvirt
import pytest

from console.fleet.errors import Conflict, Denied, Reason, Unsupported
from console.fleet.hosts import HostSpec, Phase
from console.gateway import backup
from console.gateway.backup import Into
from tests.contract.console_like import OFF, RUNNING, console, node, uuid_of


def nothing(_done: int, _total: int) -> None:
    pytest.fail("nothing was copied")


class Copying:
    """A VM that another's backup copies to /p/theirs."""

    aborted = thawed = False

    def name(self) -> str:
        return "vm"

    def isActive(self) -> bool:
        return True

    def jobStats(self, _flags: int) -> dict[str, int]:
        return {"type": libvirt.VIR_DOMAIN_JOB_UNBOUNDED, "operation": libvirt.VIR_DOMAIN_JOB_OPERATION_BACKUP}

    def backupGetXMLDesc(self, _flags: int) -> str:
        disks = "<disk name='vda' backup='yes' type='file'><driver type='qcow2'/><target file='/p/theirs'/></disk>"
        return f"<domainbackup mode='push'><disks>{disks}<disk name='vdb' backup='no'/></disks></domainbackup>"

    def abortJob(self) -> None:
        self.aborted = True


@pytest.mark.parametrize(
    ("into", "ends"), [({"/p/mine"}, False), (set(), False), ({"/p/mine", "/p/theirs"}, True), (None, True)]
)
def test_only_the_copy_to_these_files_is_ended(
    monkeypatch: pytest.MonkeyPatch, into: set[str] | None, ends: bool
) -> None:
    vm = Copying()
    link = SimpleNamespace(writable=lambda: None, domain=lambda _uuid: vm, touched=lambda _uuid: None)

    def thaw(*_args: Any) -> bool:
        vm.thawed = True
        return True

    monkeypatch.setattr(backup.freezing, "thaw", thaw)
    backup.abort(cast(Any, link), "u", into)
    assert (vm.aborted, vm.thawed) == (ends, True)


def test_a_host_without_it_a_vm_that_is_off_and_one_who_may_only_look(tmp_path: Path) -> None:
    into = {"vda": Into("/images/copy", "qcow2")}
    file = node(tmp_path, RUNNING, OFF)
    with console(HostSpec("h", "h", f"test://{file}"), HostSpec("r", "r", f"test://{file}", read_only=True)) as at:
        assert at.settled("h") is at.settled("r") is Phase.LIVE
        link = at.gateway.link("h")
        with pytest.raises(Unsupported) as caught:
            backup.copy(link, uuid_of(0), into, nothing)
        assert caught.value.problem.reason is Reason.TOO_OLD
        with pytest.raises(Conflict):
            backup.copy(link, uuid_of(1), into, nothing)
        backup.abort(link, uuid_of(1))
        with pytest.raises(Denied):
            backup.copy(at.gateway.link("r"), uuid_of(0), into, nothing)
