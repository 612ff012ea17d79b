from __future__ import annotations

import pytest
from msgspec.structs import replace

from console.fleet.acts import RULES, Act, why_not
from console.fleet.domains import Domain, State, VmKey
from console.fleet.errors import Problem, Reason
from console.fleet.hosts import HostSpec, HostStatus, Phase

SPEC = HostSpec("a", "kvm-n11", "test:///default")
LIVE = HostStatus(Phase.LIVE)
VM = Domain(VmKey("a", "1"), "web", State.RUNNING)

POSSIBLE = {
    State.RUNNING: {
        Act.PAUSE, Act.SHUTDOWN, Act.REBOOT, Act.FORCE_OFF, Act.RESET, Act.SAVE,
        Act.AUTOSTART_ON, Act.SCALE, Act.DESCRIBE, Act.TAG, Act.DELETE,
    },
    State.PAUSED: {
        Act.RESUME, Act.FORCE_OFF, Act.RESET, Act.SAVE, Act.AUTOSTART_ON, Act.SCALE, Act.DESCRIBE, Act.TAG, Act.DELETE,
    },
    State.SUSPENDED: {Act.RESUME, Act.FORCE_OFF, Act.RESET, Act.AUTOSTART_ON, Act.SCALE, Act.DESCRIBE, Act.TAG, Act.DELETE},
    State.SHUTTING_DOWN: {
        Act.SHUTDOWN, Act.FORCE_OFF, Act.RESET, Act.AUTOSTART_ON, Act.SCALE, Act.DESCRIBE, Act.TAG, Act.DELETE,
    },
    State.OFF: {Act.START, Act.AUTOSTART_ON, Act.RENAME, Act.SCALE, Act.DESCRIBE, Act.TAG, Act.DELETE},
    State.CRASHED: {
        Act.START, Act.FORCE_OFF, Act.AUTOSTART_ON, Act.RENAME, Act.SCALE, Act.DESCRIBE, Act.TAG, Act.DELETE,
    },
    State.SAVED: {Act.RESTORE, Act.DISCARD_SAVE, Act.AUTOSTART_ON, Act.DESCRIBE, Act.TAG, Act.DELETE},
    State.MIGRATING: set(),
    State.UNKNOWN: {Act.AUTOSTART_ON, Act.DESCRIBE, Act.TAG},
}  # fmt: skip


@pytest.mark.parametrize("state", list(State))
def test_what_can_be_done_in_each_state(state: State) -> None:
    domain = replace(VM, state=state)
    assert {act for act in Act if why_not(act, domain, SPEC, LIVE) is None} == POSSIBLE[state]


@pytest.mark.parametrize("act", [act for act in Act if State.RUNNING not in RULES[act].states])
def test_a_wrong_state_is_named(act: Act) -> None:
    assert why_not(act, VM, SPEC, LIVE) == Problem(Reason.WRONG_STATE, detail="running")


def test_every_act_has_a_rule_in_menu_order() -> None:
    assert list(RULES) == list(Act)


def test_acts_that_lose_what_is_not_on_disk() -> None:
    assert {act for act, rule in RULES.items() if rule.loses} == {Act.FORCE_OFF, Act.RESET, Act.DISCARD_SAVE}


@pytest.mark.parametrize("act", list(Act))
def test_a_read_only_host_allows_nothing_and_says_which(act: Act) -> None:
    problem = why_not(act, VM, replace(SPEC, read_only=True), LIVE)
    assert problem == Problem(Reason.READ_ONLY, detail="kvm-n11")


@pytest.mark.parametrize("phase", list(Phase))
def test_acts_need_a_host_that_answered_a_moment_ago(phase: Phase) -> None:
    problem = why_not(Act.PAUSE, VM, SPEC, HostStatus(phase))
    expected = None if phase in (Phase.LIVE, Phase.STALE) else Problem(Reason.LOST, detail=phase.value)
    assert problem == expected


def test_autostart_is_offered_the_way_it_is_not() -> None:
    on = replace(VM, autostart=True)
    assert why_not(Act.AUTOSTART_ON, on, SPEC, LIVE) == Problem(Reason.WRONG_STATE, detail="autostart-on")
    assert why_not(Act.AUTOSTART_OFF, on, SPEC, LIVE) is None
    assert why_not(Act.AUTOSTART_OFF, VM, SPEC, LIVE) == Problem(Reason.WRONG_STATE, detail="autostart-off")


@pytest.mark.parametrize("act", [Act.AUTOSTART_ON, Act.SAVE])
def test_a_transient_vm_has_nothing_to_keep_it_by(act: Act) -> None:
    transient = replace(VM, persistent=False)
    assert why_not(act, transient, SPEC, LIVE) == Problem(Reason.WRONG_STATE, detail="transient")
