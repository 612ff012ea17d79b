"""What a host that knows no backup says. The copies themselves are proven on real hosts (tests/lab)."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.fleet.errors import Conflict, Denied, Reason, Unsupported
from console.fleet.hosts import HostSpec, Phase
from console.gateway import backup
from console.gateway.backup import Into
from tests.contract.console_like import OFF, RUNNING, console, node, uuid_of


def nothing(_done: int, _total: int) -> None:
    pytest.fail("nothing was copied")


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
