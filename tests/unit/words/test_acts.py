from __future__ import annotations

from console.fleet.acts import Act, why_not
from console.fleet.domains import Domain, State, VmKey
from console.fleet.errors import Problem, Reason
from console.fleet.hosts import HostSpec, HostStatus, Phase
from console.words import acts

SPEC = HostSpec("h", "kvm-n11", "qemu:///system")


def test_every_act_has_a_label_and_a_tooltip() -> None:
    labels = [acts.label(act) for act in Act]
    assert len(set(labels)) == len(labels)
    assert all(acts.tooltip(act) for act in Act)
    assert acts.label(Act.START) == "Run"


def test_an_ellipsis_promises_a_dialog() -> None:
    assert acts.ellipsis(Act.DELETE) == "Delete…"
    assert acts.ellipsis(Act.PAUSE) == "Pause"
    assert acts.ellipsis(Act.FORCE_OFF) == "Force off…"
    assert acts.ellipsis(Act.FORCE_OFF, forced_are_confirmed=False) == "Force off"


def test_every_refusal_is_a_sentence() -> None:
    for act in Act:
        for state in State:
            for phase in Phase:
                for read_only in (False, True):
                    spec = HostSpec("h", "kvm-n11", "x", read_only=read_only)
                    problem = why_not(act, Domain(VmKey("h", "u"), "vm", state), spec, HostStatus(phase))
                    if problem is not None:
                        said = acts.why_not(act, problem)
                        assert said.endswith(".")
                        assert "{" not in said


def test_what_stands_in_the_way() -> None:
    saved = Problem(Reason.WRONG_STATE, detail="saved")
    assert acts.why_not(Act.START, saved) == "It is saved: restore it, or discard the saved state."
    assert acts.why_not(Act.START, Problem(Reason.WRONG_STATE, detail="running")) == "It is running."
    assert (
        acts.why_not(Act.RENAME, Problem(Reason.WRONG_STATE, detail="running"))
        == "Only a VM that is off can be renamed."
    )
    assert acts.why_not(Act.PAUSE, Problem(Reason.LOST, detail="unreachable")) == "Its host is unreachable."
    assert (
        acts.why_not(Act.PAUSE, Problem(Reason.READ_ONLY, detail="kvm-n11"))
        == "Its host is set to only look, never change."
    )


def test_a_selection_names_the_first_reason() -> None:
    off = Problem(Reason.WRONG_STATE, detail="off")
    assert acts.why_none(Act.PAUSE, off, 0) == "It is off."
    assert acts.why_none(Act.PAUSE, off, 1) == "It is off. 1 other can't either."
    assert acts.why_none(Act.PAUSE, off, 3) == "It is off. 3 others can't either."
