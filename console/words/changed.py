"""Why a plan on snapshots does not hold any more, in words: what changed since it was made."""

from __future__ import annotations

from console.words.translation import N_, _

_CHANGED = {
    "snapshot-snapshot-gone": N_("Somebody deleted snapshot {which} meanwhile."),
    "snapshot-snapshot-new": N_("Somebody took snapshot {which} meanwhile."),
    "snapshot-snapshot-other": N_("Snapshot {which} was changed meanwhile."),
    "snapshot-current-gone": N_("Somebody went back to another snapshot meanwhile."),
    "snapshot-current-new": N_("Somebody went back to a snapshot meanwhile."),
    "snapshot-current-other": N_("Somebody went back to another snapshot meanwhile."),
    "snapshot-state-gone": N_("It was started, stopped or saved meanwhile."),
    "snapshot-state-new": N_("It was started, stopped or saved meanwhile."),
    "snapshot-state-other": N_("It was started, stopped or saved meanwhile."),
    "snapshot-job-gone": N_("A job of its host with it ended meanwhile."),
    "snapshot-job-new": N_("Its host is busy with it: {which}."),
    "snapshot-job-other": N_("Its host is busy with it."),
    "snapshot-disk-gone": N_("It has no disk {which} any more."),
    "snapshot-disk-new": N_("It got disk {which} meanwhile."),
    "snapshot-disk-other": N_("Its disk {which} is another file by now."),
    "snapshot-user-gone": N_("A VM that used {which} does so no more."),
    "snapshot-user-new": N_("Another VM uses {which} by now."),
    "snapshot-user-other": N_("Other VMs use {which} by now."),
    "snapshot-file-gone": N_("{which} is not there any more."),
    "snapshot-file-new": N_("{which} came into its chain meanwhile."),
    "snapshot-file-other": N_("{which} was changed meanwhile."),
    "snapshot-no-way-back": N_("What was there before is gone: it can only be brought to its end."),
    "snapshot-written-since": N_(
        "Its disks were written since they went back: the memory of the snapshot fits them no more. Forget this "
        "task, and go back to the snapshot once more."
    ),
    "snapshot-together-frozen": N_(
        "VMs that stand still together cannot be frozen too: the agent of a guest that stands still hears nothing. Leave one of "
        "the two out."
    ),
    "snapshot-unseen": N_(
        "Its QEMU writes to {which}, of which libvirt knows nothing since its daemon died. Shut the guest down from inside, then "
        "finish this; don’t start it before."
    ),
}


def why(detail: str) -> str:
    """The sentence for a Problem's detail such as "snapshot-disk-other:vda"; "" for others."""
    code, _colon, which = detail.partition(":")
    if code in _CHANGED:
        return _(_CHANGED[code]).format(which=which)
    return _("Something stands in its way; its plan says what.") if code.startswith("snapshot-") else ""
