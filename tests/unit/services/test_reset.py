"""Resetting a guest: what is asked of its host, and what is said where it cannot be. The real way: tests/lab/test_clones.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from console.app import App
from console.fleet.clones.values import DiskDeed, DiskPlan, OneClone, Reset
from console.fleet.domains import VmKey
from console.fleet.errors import Failed, FleetError, Reason, Unreachable
from console.fleet.hosts import HostSpec
from console.gateway.remote import Ran
from console.jobs.job import Cancelled, Job
from console.services import reset

SSH = HostSpec("s", "s", "qemu+ssh://root@s/system")
KEY = VmKey("s", "u-1")


class Host:
    """Stands for a gateway: notes what was to be run."""

    def __init__(self, answer: Ran | Exception) -> None:
        self.answer = answer
        self.words: list[str] = []

    def run(self, _host: str, words: Sequence[str], **_more: Any) -> Ran:
        self.words = list(words)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def job() -> tuple[Job, list[str]]:
    lines: list[str] = []
    return Job(1, lambda _changes: None, lines.append), lines


@pytest.mark.parametrize(
    ("spec", "answer", "code"),
    [
        (SSH, Ran(0, "/usr/bin/virt-sysprep"), None),
        (SSH, Ran(127, ""), "reset-missing"),
        (SSH, Unreachable(Reason.LOST, "s"), "reset-far"),
        (HostSpec("t", "t", "qemu+tcp://t/system"), Ran(0, ""), "reset-far"),
        (HostSpec("h", "h", "qemu:///system"), Ran(0, "x"), None),
    ],
)
def test_what_stands_in_the_way(spec: HostSpec, answer: Ran | Exception, code: str | None) -> None:
    host: Any = Host(answer)
    say = reset.in_the_way(host, spec, Reset.SYSPREP)
    assert (say.code if say else None) == code
    assert reset.in_the_way(host, spec, Reset.SEED) is None
    assert reset.in_the_way(host, spec, Reset.NONE) is None


def test_the_tool_gets_the_vm_and_its_name() -> None:
    host: Any = Host(Ran(0, "one\ntwo"))
    mine, lines = job()
    reset.sysprep(host, SSH, mine, KEY, "QA_01", hostname=True)
    assert host.words[2:] == [
        *("virt-sysprep", "--connect", "qemu:///system", "-d", "u-1"),
        *("--operations", "defaults,-ssh-userdir", "--hostname", "qa-01"),
    ]
    assert lines == ["one", "two"]
    reset.sysprep(host, SSH, mine, KEY, "QA_01", hostname=False)
    assert "--hostname" not in host.words
    reset.sysprep(host, SSH, mine, KEY, "é", hostname=True)
    assert "--hostname" not in host.words, "nothing is left of it for a host name"


def test_what_the_tool_says_of_its_failure_is_told() -> None:
    host: Any = Host(Ran(1, "virt-sysprep: no operating systems were found"))
    with pytest.raises(Failed) as caught:
        reset.sysprep(host, SSH, job()[0], KEY, "qa", hostname=True)
    assert "no operating systems" in caught.value.problem.text
    host.answer = Failed(Reason.TIMEOUT, "s")
    with pytest.raises(Failed):
        reset.sysprep(host, SSH, job()[0], KEY, "qa", hostname=True)
    mine, _lines = job()
    mine.ask_end()
    with pytest.raises(Cancelled):
        reset.sysprep(host, SSH, mine, KEY, "qa", hostname=True)


def test_a_host_that_takes_no_streams_says_so(app: App) -> None:
    """The test driver: the volume is made, its content cannot be sent; whoever asked takes the volume back."""
    disk = DiskPlan("", DiskDeed.COPY, "", "default", "qa-seed.iso", "/pool-alpha/qa-seed.iso", "raw", 1 << 20)
    with pytest.raises(FleetError):
        reset.seed(app.gateway, OneClone("qa", "u", (disk,)), "alpha", hostname=True)
    assert "qa-seed.iso" in {
        volume.name() for volume in app.gateway.link("alpha").conn.storagePoolLookupByName("default").listAllVolumes(0)
    }
