from __future__ import annotations

import pytest

from console.fleet.domains import Domain, State, VmKey
from console.fleet.edits import why_not
from console.fleet.errors import Reason
from console.fleet.hosts import HostSpec, HostStatus, Phase

SPEC = HostSpec("n1", "kvm-n1", "qemu+ssh://kvm-n1/system")
LIVE = HostStatus(Phase.LIVE)
VM = Domain(VmKey("n1", "u"), "web", State.RUNNING)


def test_a_vm_that_is_up_or_off_can_be_edited() -> None:
    for state in (State.RUNNING, State.PAUSED, State.OFF, State.SAVED, State.CRASHED):
        assert why_not(Domain(VM.key, "web", state), SPEC, LIVE) is None


@pytest.mark.parametrize(
    ("domain", "spec", "status", "reason", "detail"),
    [
        (VM, HostSpec("n1", "kvm-n1", "x", read_only=True), LIVE, Reason.READ_ONLY, "kvm-n1"),
        (VM, SPEC, HostStatus(Phase.UNREACHABLE), Reason.LOST, "unreachable"),
        (Domain(VM.key, "web", State.MIGRATING), SPEC, LIVE, Reason.WRONG_STATE, "migrating"),
        (Domain(VM.key, "web", State.RUNNING, persistent=False), SPEC, LIVE, Reason.WRONG_STATE, "transient"),
    ],
)
def test_why_not(domain: Domain, spec: HostSpec, status: HostStatus, reason: Reason, detail: str) -> None:
    problem = why_not(domain, spec, status)
    assert problem is not None
    assert (problem.reason, problem.detail) == (reason, detail)
