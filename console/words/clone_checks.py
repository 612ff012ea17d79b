"""What a plan of clones says, each thing in three parts: what was looked at, what was found, what it means."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import msgspec

from console.fleet.clones.values import ClonePlan
from console.fleet.storing import Say
from console.words import units
from console.words.translation import N_, _, ngettext

Name = Callable[[str], str]
"""The name of a host by its id."""

_SIZES = ("bytes", "free", "needs", "size")
_CHECKS = {  # by code: what is looked at, what was found, what it means
    "name-taken": (N_("Name"), N_("{name} exists on {host} already."), N_("Choose another name.")),
    "file-taken": (N_("File"), N_("{path} is there already."), N_("Nothing is written over: choose another pattern.")),
    "no-room": (
        N_("Room"),
        N_("{pool} has {free} free, and they take {bytes}."),
        N_("Choose another pool, or linked clones."),
    ),
    "not-whole": (
        N_("Room"),
        N_("{pool} has {free} free, and the disks may grow to {bytes}."),
        N_("When all is written it is full."),
    ),
    "no-pool": (N_("Pool"), N_("{host} has no active pool for it."), N_("Choose a pool.")),
    "pool-is-inactive": (N_("Pool"), N_("{name} is inactive."), N_("Start it, or choose another.")),
    "pool-not-files": (N_("Pool"), N_("{pool} holds no image files."), N_("Choose a pool that is a folder.")),
    "read-only-host": (N_("Host"), N_("{host} is set to only look, never change."), ""),
    "no-disks": (N_("Disks"), N_("{name} has no disk."), N_("The clones will have none either.")),
    "no-snapshot": (N_("Snapshot"), N_("There is no snapshot {name} any more."), N_("Choose another.")),
    "network-disk": (
        N_("Disk"),
        N_("{target} is on the network."),
        N_("libvirt cannot copy what is in no pool of its host."),
    ),
    "file-missing": (N_("Disk"), N_("{path} is not there."), N_("The doctor of its snapshots says more.")),
    "base-missing": (
        N_("Disk"),
        N_("{path}, which a disk is built on, is not there."),
        N_("The doctor of its snapshots says more."),
    ),
    "job-runs": (N_("Work under way"), N_("A job runs on its disks ({job})."), N_("Wait until it has ended.")),
    "migrates": (N_("Work under way"), N_("{name} is being migrated."), N_("Wait until it has arrived.")),
    "source-runs": (N_("State"), N_("{name} runs, and its host cannot copy it so."), N_("Shut it down first.")),
    "linked-elsewhere": (
        N_("Kind"),
        N_("A linked clone can only be on {host}, where its base is."),
        N_("Make it there, or make full clones."),
    ),
    "linked-internal": (
        N_("Kind"),
        N_("“{snapshot}” is inside its image, so nothing can be built on it."),
        N_("Make full clones of it."),
    ),
    "linked-written": (
        N_("Kind"),
        N_("What “{snapshot}” has of {target} is what {name} writes now."),
        N_("Make full clones of it, or linked ones of how it is now."),
    ),
    "internal-runs": (
        N_("State"),
        N_("“{snapshot}” is inside an image that a running VM writes."),
        N_("Shut the VM down first."),
    ),
    "internal-chain": (
        N_("Disk"),
        N_("“{snapshot}” is inside an image that is built on {path}."),
        N_("It cannot be copied out of there."),
    ),
    "mac-runs": (
        N_("MAC address"),
        N_("{name} runs with the addresses the clone would start with."),
        N_("Take new ones, or do not start it."),
    ),
    "mac-each-other": (
        N_("MAC address"),
        N_("All clones would start with the same addresses."),
        N_("Take new ones, or do not start them."),
    ),
    "mac-kept": (
        N_("MAC address"),
        N_("The clones have the addresses of {name}."),
        N_("Only one of them can run on a network at a time."),
    ),
    "reset-missing": (N_("Reset"), N_("There is no {tool} on {host}."), N_("Install it there, or choose another way.")),
    "reset-far": (N_("Reset"), N_("{tool} cannot be run on {host} from here."), N_("Choose another way.")),
    "reset-windows": (
        N_("Reset"),
        N_("{name} looks like Windows: SID, name and activation stay."),
        N_("Run Sysprep in the guest before cloning it."),
    ),
    "seed-needs-cloud-init": (
        N_("Reset"),
        N_("The guest must have cloud-init."),
        N_("Without it the seed changes nothing."),
    ),
    "base-frozen": (
        N_("Base"),
        N_("{name} becomes a base."),
        N_("It cannot be started until its linked clones are gone or flattened."),
    ),
    "autostart-off": (N_("Base"), N_("Autostart of {name} is turned off."), N_("A base must not be started.")),
    "template-base": (N_("Base"), N_("{name} is a template: its disks never change."), ""),
    "overlay": (
        N_("Base"),
        N_("{name} gets the snapshot “{snapshot}” first, and runs on."),
        N_("The clones are built on what it keeps; it stays as long as they need it."),
    ),
    "as-power-cut": (
        N_("Moment"),
        N_("The guest of {name} is not told."),
        N_("Its file systems are copied as after a power cut; they mend themselves at the first start."),
    ),
    "frozen-moment": (
        N_("Moment"),
        N_("The agent of {name} holds its disks still for a moment."),
        N_("Its file systems are whole in the copy."),
    ),
    "memory-left": (
        N_("Memory"),
        N_("The memory that {name} keeps is not cloned."),
        N_("The clones start from their disks."),
    ),
    "snapshots-left": (N_("Snapshots"), N_("Its snapshots ({count}) are not cloned."), ""),
    "disk-as-now": (
        N_("Disk"),
        N_("{target} is not in “{snapshot}”."),
        N_("It is taken as it is now, so the disks may not fit each other."),
    ),
    "shared-disk": (
        N_("Disk"),
        N_("{target} is shared between VMs: {path}."),
        N_("The clones write to the same file."),
    ),
    "medium-left": (
        N_("Medium"),
        N_("{path} is not there on the other host."),
        N_("The drive {target} will be empty."),
    ),
    "tpm-new": (
        N_("TPM"),
        N_("The clones get an empty TPM."),
        N_("What the guest sealed in the old one is not readable."),
    ),
    "hostdev": (N_("Host device"), N_("It has a device of its host."), N_("Only one of them can run at a time.")),
    "qemu-args": (
        N_("QEMU"),
        N_("It has arguments of its own for QEMU."),
        N_("They are cloned as they stand; look at them."),
    ),
    "port-auto": (N_("Screen"), N_("The fixed port of its screen becomes an automatic one."), ""),
    "no-network": (N_("Network"), N_("{host} has no network {name}."), N_("The clones cannot start until it has one.")),
    "through-here": (
        N_("Way"),
        N_("The disks go to {host} through this computer."),
        N_("As a stream; nothing is kept here, and it ends with this window."),
    ),
    "throw-away": (N_("Afterwards"), N_("They go with their disks when they are shut down."), ""),
    "expires": (N_("Afterwards"), N_("They go with their disks on {when}."), ""),
    # disks of its own, templates, there for a while only
    "flatten": (
        N_("Disks"),
        N_("{name} gets disks of its own."),
        N_("They take {bytes} more, and it needs its base no longer."),
    ),
    "flat-already": (N_("Disks"), N_("The disks of {name} are built on nothing."), N_("There is nothing to flatten.")),
    "flatten-stays-off": (N_("State"), N_("{name} cannot be started meanwhile."), ""),
    "has-snapshots": (
        N_("Snapshots"),
        N_("{name} has snapshots ({count}), which are built on what it would no longer be."),
        N_("Delete them first."),
    ),
    "template-made": (
        N_("Template"),
        N_("{name} becomes a template."),
        N_("It is never started from then on, and its disks are never written."),
    ),
    "template-unmade": (N_("Template"), N_("{name} is a VM again."), N_("It can be started, and its disks change.")),
    "template-already": (N_("Template"), N_("{name} is a template already."), ""),
    "template-not": (N_("Template"), N_("{name} is no template."), ""),
    "locks-disks": (N_("Disks"), N_("Its disks become read-only: {targets}."), ""),
    "base-needed": (N_("Base"), N_("{user} is built on {name}."), N_("Flatten or delete that first.")),
    "vm-runs": (N_("State"), N_("{name} is up."), N_("Shut it down first.")),
    "vm-saved": (N_("State"), N_("{name} has a saved state."), N_("Restore it, or discard the saved state first.")),
    "vm-transient": (N_("State"), N_("{name} is transient: it has no configuration on disk."), N_("Define it first.")),
    "keeps-throw-away": (N_("Afterwards"), N_("{name} goes with its disks when it is shut down."), ""),
    "keeps-until": (N_("Afterwards"), N_("{name} goes with its disks on {when}."), ""),
    "keeps-past": (N_("Afterwards"), N_("{when} is over already."), N_("Choose a later date.")),
    "keeps-staying": (N_("Afterwards"), N_("{name} stays until somebody deletes it."), ""),
}


class Check(msgspec.Struct, frozen=True):
    """What a plan says of one thing: what was looked at, what was found, what it means ("" where that is plain)."""

    about: str
    finding: str
    meaning: str = ""


def check(what: Say, name: Name) -> Check:
    """One thing a plan says, in its parts."""
    shown: dict[str, str] = {}
    for key, value in what.values.items():
        if key in _SIZES and isinstance(value, int):
            shown[key] = units.size(value)
        elif key == "host":
            shown[key] = name(str(value))
        elif key == "when" and isinstance(value, int):
            shown[key] = units.moment(value, time.time())
        else:
            shown[key] = str(value) if isinstance(value, str) else units.count(value)
    about, finding, meaning = _CHECKS[what.code]
    return Check(_(about), _(finding).format_map(shown), _(meaning).format_map(shown))


def say(what: Say, name: Name) -> str:
    """One thing a plan says, as a line."""
    said = check(what, name)
    return " ".join(part for part in (said.finding, said.meaning) if part)


def passed(plans: Sequence[ClonePlan]) -> list[Check]:
    """What was looked at for clones that are made together, and is in order."""
    codes = {say.code for plan in plans for say in plan.says}
    made = [one for plan in plans for one in plan.clones]
    files = sum(bool(disk.volume) for one in made for disk in one.disks)
    macs = sum(old != new for one in made for old, new in one.macs.items())
    found = []
    if made and "name-taken" not in codes:
        found.append((_("Name"), ngettext("It is free.", "All {n} are free.", len(made)), len(made)))
    if files and "file-taken" not in codes:
        found.append(
            (
                _("File"),
                ngettext("{n} new one; no other is written.", "{n} new ones; no other is written.", files),
                files,
            )
        )
    if macs:
        found.append((_("MAC address"), ngettext("{n} new one.", "{n} new ones.", macs), macs))
    said = [Check(about, text.format(n=units.count(count))) for about, text, count in found]
    needs, free = sum(plan.needs for plan in plans), max((plan.free for plan in plans), default=0)
    if free and not codes & {"no-room", "not-whole", "no-pool"}:
        text = ngettext(
            "It takes {size} of {free} that are free.", "They take {size} of {free} that are free.", len(made)
        )
        said.append(Check(_("Room"), text.format(size=units.size(needs), free=units.size(free))))
    return said
