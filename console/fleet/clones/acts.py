"""Which acts on snapshots, clones and templates fit a VM now, and why not. The plans of their services decide in the end."""

from __future__ import annotations

from enum import StrEnum

from console.fleet.clones.provenance import Provenance
from console.fleet.domains import Domain, State
from console.fleet.errors import Problem, Reason
from console.fleet.hosts import HostSpec, HostStatus, Phase


class CopyAct(StrEnum):
    """In menu order. Each opens a dialog with its plan first."""

    SNAPSHOT = "snapshot"
    CLONE = "clone"
    REVERT = "revert"  # to a snapshot, of several VMs to those of one name
    DELETE_SNAPSHOT = "delete-snapshot"
    FLATTEN = "flatten"
    TEMPLATE = "template"
    UNTEMPLATE = "untemplate"
    KEEP = "keep"  # throw-away or not, and until when


NO_SNAPSHOTS, NOT_LINKED, IS_TEMPLATE, NO_TEMPLATE = "no-snapshots", "not-linked", "is-template", "no-template"
"""Details of a Problem of reason WRONG_STATE, beside the VM's state."""

_SETTLED = frozenset(State) - {State.MIGRATING}
_STATES = {
    CopyAct.FLATTEN: _SETTLED,
    CopyAct.TEMPLATE: frozenset({State.OFF, State.CRASHED}),
}


def why_not(act: CopyAct, domain: Domain, spec: HostSpec, status: HostStatus) -> Problem | None:
    """None where `act` can be tried on `domain` now.

    Problem.detail is the host's name for READ_ONLY, its phase for LOST, and for WRONG_STATE the VM's state or one of the
    details above.
    """
    if spec.read_only:
        return Problem(Reason.READ_ONLY, detail=spec.name)
    if status.phase not in (Phase.LIVE, Phase.STALE):
        return Problem(Reason.LOST, detail=status.phase.value)
    from_ = domain.provenance or Provenance()
    missing = {
        CopyAct.SNAPSHOT: IS_TEMPLATE if from_.template else "",
        CopyAct.REVERT: "" if domain.snapshots else NO_SNAPSHOTS,
        CopyAct.DELETE_SNAPSHOT: "" if domain.snapshots else NO_SNAPSHOTS,
        CopyAct.FLATTEN: "" if from_.linked else NOT_LINKED,
        CopyAct.TEMPLATE: IS_TEMPLATE if from_.template else "",
        CopyAct.UNTEMPLATE: "" if from_.template else NO_TEMPLATE,
    }.get(act, "")
    if missing:
        return Problem(Reason.WRONG_STATE, detail=missing)
    if domain.state not in _STATES.get(act, _SETTLED):
        return Problem(Reason.WRONG_STATE, detail=domain.state.value)
    return None


def marks(domain: Domain) -> tuple[bool, ...]:
    """What of a VM, beside its state and host, decides which of these acts fit."""
    from_ = domain.provenance
    if from_ is None:
        return (domain.snapshots > 0,)
    return domain.snapshots > 0, from_.linked, from_.template, from_.goes
