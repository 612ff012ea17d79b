"""The names of acts on snapshots, clones and templates, and why one cannot be done."""

from __future__ import annotations

from console.fleet.acts import Act
from console.fleet.clones.acts import IS_TEMPLATE, NO_SNAPSHOTS, NO_TEMPLATE, NOT_LINKED, CopyAct
from console.fleet.domains import State
from console.fleet.errors import Problem, Reason
from console.words import acts
from console.words.translation import N_, _, ngettext

_LABELS = {
    CopyAct.SNAPSHOT: N_("Snapshot"),
    CopyAct.CLONE: N_("Clone"),
    CopyAct.REVERT: N_("Revert to"),
    CopyAct.DELETE_SNAPSHOT: N_("Delete snapshot"),
    CopyAct.FLATTEN: N_("Flatten"),
    CopyAct.TEMPLATE: N_("Make it a template"),
    CopyAct.UNTEMPLATE: N_("Make it a VM again"),
    CopyAct.KEEP: N_("Throw away or keep"),
}
_TOOLTIPS = {
    CopyAct.SNAPSHOT: N_("Keep this moment to come back to; of several VMs all or none"),
    CopyAct.CLONE: N_("Make copies, full or linked"),
    CopyAct.REVERT: N_("Go back to a snapshot; of several VMs to those of one name, all or none"),
    CopyAct.DELETE_SNAPSHOT: N_("Delete a snapshot; of several VMs those of one name"),
    CopyAct.FLATTEN: N_("Give a linked clone disks of its own, so that it needs its base no more"),
    CopyAct.TEMPLATE: N_("Make it a base to clone from: never started, its disks read-only"),
    CopyAct.UNTEMPLATE: N_("Let it be started and changed again"),
    CopyAct.KEEP: N_("Say whether it goes by itself, and when"),
}
_NOT_NOW = {
    NO_SNAPSHOTS: N_("It has no snapshots."),
    NOT_LINKED: N_("It is no linked clone: its disks are its own."),
    IS_TEMPLATE: N_("It is a template: its disks never change."),
    NO_TEMPLATE: N_("It is no template."),
}


def label(act: CopyAct) -> str:
    """As in a menu, without an ellipsis."""
    return _(_LABELS[act])


def ellipsis(act: CopyAct, *, forced_are_confirmed: bool = True) -> str:
    """A dialog always follows: "Clone…"."""
    return label(act) + "…"


def tooltip(act: CopyAct) -> str:
    return _(_TOOLTIPS[act])


def title(act: CopyAct, target: str, count: int) -> str:
    """The act on one VM or several: "Flatten qa-01", "Make 3 VMs templates"."""
    forms = {
        CopyAct.FLATTEN: _("Flatten {target}"),
        CopyAct.TEMPLATE: ngettext("Make {target} a template", "Make {target} templates", count),
        CopyAct.UNTEMPLATE: ngettext("Make {target} a VM again", "Make {target} no templates any more", count),
        CopyAct.KEEP: _("Throw away or keep {target}"),
    }
    return forms.get(act, "{target}").format(target=target)


def why_not(act: CopyAct, problem: Problem) -> str:
    """One sentence for what `fleet.clones.acts.why_not` gave."""
    if problem.reason is Reason.WRONG_STATE:
        if problem.detail in _NOT_NOW:
            if act is CopyAct.TEMPLATE and problem.detail == IS_TEMPLATE:
                return _("It is a template already.")
            return _(_NOT_NOW[problem.detail])
        if act is CopyAct.TEMPLATE and problem.detail in set(State):
            return _("Only a VM that is off can become a template.")
    return acts.why_not(Act.TAG, problem)


def why_none(act: CopyAct, first: Problem, others: int) -> str:
    """For a selection in which no VM can take the act: the first one's reason, and how many more there are."""
    sentence = why_not(act, first)
    if not others:
        return sentence
    more = ngettext("{count} other can't either.", "{count} others can't either.", others).format(count=others)
    return f"{sentence} {more}"
