"""The names of acts, and why one cannot be done."""

from __future__ import annotations

from console.fleet.acts import Act
from console.fleet.domains import State
from console.fleet.errors import Problem, Reason
from console.fleet.hosts import Phase
from console.words.errors import why
from console.words.translation import N_, _, ngettext

_LABELS = {
    Act.START: N_("Run"),
    Act.RESUME: N_("Resume"),
    Act.PAUSE: N_("Pause"),
    Act.SHUTDOWN: N_("Shut down"),
    Act.REBOOT: N_("Reboot"),
    Act.FORCE_OFF: N_("Force off"),
    Act.RESET: N_("Force reset"),
    Act.SAVE: N_("Save"),
    Act.RESTORE: N_("Restore"),
    Act.DISCARD_SAVE: N_("Discard saved state"),
    Act.AUTOSTART_ON: N_("Turn autostart on"),
    Act.AUTOSTART_OFF: N_("Turn autostart off"),
    Act.SCALE: N_("Set vCPU and memory"),
    Act.RENAME: N_("Rename"),
    Act.DESCRIBE: N_("Describe"),
    Act.TAG: N_("Tag"),
    Act.DELETE: N_("Delete"),
}
_ASKS = frozenset({Act.SCALE, Act.DESCRIBE, Act.TAG, Act.DELETE, Act.DISCARD_SAVE, Act.FORCE_OFF, Act.RESET})
_TOOLTIPS = {
    Act.START: N_("Start the VM"),
    Act.RESUME: N_("Let the paused VM go on"),
    Act.PAUSE: N_("Stop the VM's CPUs; its memory stays"),
    Act.SHUTDOWN: N_("Ask the guest to shut down"),
    Act.REBOOT: N_("Ask the guest to reboot"),
    Act.FORCE_OFF: N_("Cut the power: what is not on disk is lost"),
    Act.RESET: N_("Press the reset button: what is not on disk is lost"),
    Act.SAVE: N_("Write the memory to disk and turn the VM off"),
    Act.RESTORE: N_("Let the VM go on from its saved memory"),
    Act.DISCARD_SAVE: N_("Throw the saved memory away; the next start is a cold one"),
    Act.AUTOSTART_ON: N_("Start the VM whenever its host starts"),
    Act.AUTOSTART_OFF: N_("Don't start the VM with its host"),
    Act.SCALE: N_("Set how many vCPUs and how much memory the VM has"),
    Act.RENAME: N_("Give the VM another name"),
    Act.DESCRIBE: N_("Write the VM's title and description"),
    Act.TAG: N_("Add and remove tags"),
    Act.DELETE: N_("Delete the VM, and the files you choose"),
}
_NOT_NOW = {  # instead of the bare state: what the act would need
    Act.RENAME: N_("Only a VM that is off can be renamed."),
    Act.RESTORE: N_("Nothing is saved."),
    Act.DISCARD_SAVE: N_("Nothing is saved."),
}
_PHASES = {
    Phase.OFF: N_("Its host is disconnected."),
    Phase.CONNECTING: N_("Its host is still being connected."),
    Phase.STALE: N_("Its host does not answer at the moment."),
    Phase.UNREACHABLE: N_("Its host is unreachable."),
    Phase.REFUSED: N_("Its host refuses us."),
}


def label(act: Act) -> str:
    """As in a menu, without an ellipsis: "Shut down"."""
    return _(_LABELS[act])


def asks(act: Act, *, forced_are_confirmed: bool = True) -> bool:
    """A dialog comes before anything happens."""
    if act in (Act.FORCE_OFF, Act.RESET):
        return forced_are_confirmed
    return act in _ASKS


def ellipsis(act: Act, *, forced_are_confirmed: bool = True) -> str:
    """The label, with "…" where a dialog follows."""
    return label(act) + ("…" if asks(act, forced_are_confirmed=forced_are_confirmed) else "")


def tooltip(act: Act) -> str:
    return _(_TOOLTIPS[act])


def why_not(act: Act, problem: Problem) -> str:
    """One sentence for what `fleet.acts.why_not` gave."""
    if problem.reason is Reason.WRONG_STATE:
        if act is Act.START and problem.detail == State.SAVED:
            return _("It is saved: restore it, or discard the saved state.")
        if problem.detail in set(State) and act in _NOT_NOW:
            return _(_NOT_NOW[act])
    if problem.reason is Reason.READ_ONLY:
        return _("Its host is set to only look, never change.")
    if problem.reason is Reason.LOST and problem.detail in set(Phase) - {Phase.LIVE}:
        return _(_PHASES[Phase(problem.detail)])
    return why(problem)


def why_none(act: Act, first: Problem, others: int) -> str:
    """For a selection in which no VM can take the act: the first one's reason, and how many more there are."""
    sentence = why_not(act, first)
    if not others:
        return sentence
    more = ngettext("{count} other can't either.", "{count} others can't either.", others).format(count=others)
    return f"{sentence} {more}"
