"""What can be done to a VM, and why not: one table for menus, action bar, palette and command line."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from console.fleet.domains import Domain, State
from console.fleet.errors import Problem, Reason
from console.fleet.hosts import HostSpec, HostStatus, Phase


class Act(StrEnum):
    """Acts on VMs, in menu order."""

    START = "start"
    RESUME = "resume"
    PAUSE = "pause"
    SHUTDOWN = "shutdown"
    REBOOT = "reboot"
    FORCE_OFF = "force-off"
    RESET = "reset"
    SAVE = "save"
    RESTORE = "restore"
    DISCARD_SAVE = "discard-save"
    AUTOSTART_ON = "autostart-on"
    AUTOSTART_OFF = "autostart-off"
    SCALE = "scale"
    RENAME = "rename"
    DESCRIBE = "describe"
    TAG = "tag"
    DELETE = "delete"


class Rule(msgspec.Struct, frozen=True):
    """In which states an act makes sense. loses: running state that is not on disk may be lost."""

    states: frozenset[State]
    loses: bool = False


_UP = frozenset({State.RUNNING, State.PAUSED, State.SUSPENDED, State.SHUTTING_DOWN})
_ANY = frozenset(State) - {State.MIGRATING}
_DOWN = frozenset({State.OFF, State.CRASHED, State.SAVED})

RULES: dict[Act, Rule] = {
    Act.START: Rule(frozenset({State.OFF, State.CRASHED})),
    Act.RESUME: Rule(frozenset({State.PAUSED, State.SUSPENDED})),
    Act.PAUSE: Rule(frozenset({State.RUNNING})),
    Act.SHUTDOWN: Rule(frozenset({State.RUNNING, State.SHUTTING_DOWN})),
    Act.REBOOT: Rule(frozenset({State.RUNNING})),
    Act.FORCE_OFF: Rule(_UP | {State.CRASHED}, loses=True),
    Act.RESET: Rule(_UP, loses=True),
    Act.SAVE: Rule(frozenset({State.RUNNING, State.PAUSED})),
    Act.RESTORE: Rule(frozenset({State.SAVED})),
    Act.DISCARD_SAVE: Rule(frozenset({State.SAVED}), loses=True),
    Act.AUTOSTART_ON: Rule(_ANY),
    Act.AUTOSTART_OFF: Rule(_ANY),
    Act.SCALE: Rule((_UP | _DOWN) - {State.SAVED}),
    Act.RENAME: Rule(_DOWN - {State.SAVED}),
    Act.DESCRIBE: Rule(_ANY),
    Act.TAG: Rule(_ANY),
    Act.DELETE: Rule(_DOWN | _UP),
}


_WRITES = frozenset({Act.START, Act.RESTORE, Act.AUTOSTART_ON})
"""What a template must never have: its disks are written then."""


def why_not(act: Act, domain: Domain, spec: HostSpec, status: HostStatus) -> Problem | None:
    """None where `act` can be tried on `domain` now, else what stands in the way.

    Problem.detail is the VM's state for WRONG_STATE, the host's phase for LOST. The host decides in the end; this is
    what is known here.
    """
    if spec.read_only:
        return Problem(Reason.READ_ONLY, detail=spec.name)
    if status.phase not in (Phase.LIVE, Phase.STALE):
        return Problem(Reason.LOST, detail=status.phase.value)
    if domain.state not in RULES[act].states:
        return Problem(Reason.WRONG_STATE, detail=domain.state.value)
    if act in _WRITES and domain.provenance is not None and domain.provenance.template:
        return Problem(Reason.WRONG_STATE, detail="template")
    if act in (Act.AUTOSTART_ON, Act.SAVE) and not domain.persistent:
        return Problem(Reason.WRONG_STATE, detail="transient")
    if (act is Act.AUTOSTART_ON and domain.autostart) or (act is Act.AUTOSTART_OFF and not domain.autostart):
        return Problem(Reason.WRONG_STATE, detail=act.value)
    return None
