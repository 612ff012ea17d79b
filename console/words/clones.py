"""Clones in words: what a plan makes, where a VM comes from, who is built on whom."""

from __future__ import annotations

from collections.abc import Iterable

from console.fleet.clones.values import (
    CloneKind,
    ClonePlan,
    DiskDeed,
    DiskPlan,
    Macs,
    OneClone,
    Reset,
)
from console.fleet.storing import Say, Weight
from console.words import units
from console.words.clone_checks import Name
from console.words.clone_checks import say as say
from console.words.origins import about as about
from console.words.origins import about_template as about_template
from console.words.origins import goes_at as goes_at
from console.words.origins import moment as moment
from console.words.origins import provenance as provenance
from console.words.origins import short as short
from console.words.origins import throw_away as throw_away
from console.words.origins import thrown as thrown
from console.words.origins import when_it_goes as when_it_goes
from console.words.snapshots import rough
from console.words.translation import N_, _, ngettext

MOST_NAMES = 6  # in a sentence; the rest is counted

_KINDS = {
    CloneKind.FULL: (N_("Full"), N_("Disks of its own. Takes time and room; needs nothing of the source afterwards.")),
    CloneKind.LINKED: (
        N_("Linked"),
        N_("New images on those of the source: there at once, small. The source must not change from then on."),
    ),
}
_MACS = {
    Macs.NEW: (N_("New"), N_("Each clone gets addresses of its own.")),
    Macs.KEPT: (N_("Kept"), N_("For licences bound to one. They cannot run on one network at the same time.")),
}
_RESETS = {
    Reset.NONE: (N_("Nothing"), N_("The guest stays what it is, with the same keys and the same name.")),
    Reset.SYSPREP: (N_("By virt-sysprep"), N_("SSH keys, machine ID, logs and host name, with the clone off.")),
    Reset.SEED: (N_("By cloud-init"), N_("A seed image with a new instance ID, which the guest reads when it starts.")),
}
_PARTS = {
    "ssh-keys": N_("SSH host keys"),
    "ssh-hostkeys": N_("SSH host keys"),
    "machine-id": N_("machine ID"),
    "udev": N_("names of network cards (udev)"),
    "net-hwaddr": N_("addresses of network cards"),
    "hostname": N_("host name"),
    "customize": N_("host name"),
    "cloud-init": N_("cloud-init’s state"),
    "instance-id": N_("cloud-init’s instance ID"),
    "dhcp": N_("DHCP leases"),
    "dhcp-client-state": N_("DHCP leases"),
    "logs": N_("logs"),
    "logfiles": N_("logs"),
    "random-seed": N_("random seed"),
    "accounts": N_("user accounts and their keys"),
    "licences": N_("licences and activation"),
    "windows-sid": N_("Windows’ SID"),
    "everything": N_("everything in the guest"),
}
_DEEDS = {
    DiskDeed.COPY: N_("{target}: a copy of {source}, {size}, to {volume} in {pool}"),
    DiskDeed.BACKUP: N_("{target}: a copy of {source} at one moment, {size}, to {volume} in {pool}"),
    DiskDeed.LINK: N_("{target}: {volume} in {pool}, built on {source}"),
    DiskDeed.STREAM: N_("{target}: a copy of {source}, {size}, through this computer to {volume} in {pool}"),
    DiskDeed.SHARE: N_("{target}: the same file, {source}"),
    DiskDeed.EMPTY: N_("{target}: an empty drive"),
}
_SEED = N_("{volume} in {pool}: tells the guest who it is")
_DEED_WORDS = {
    DiskDeed.COPY: N_("copied"),
    DiskDeed.BACKUP: N_("copied live"),
    DiskDeed.LINK: N_("built on it"),
    DiskDeed.STREAM: N_("sent"),
    DiskDeed.SHARE: N_("shared"),
    DiskDeed.EMPTY: N_("empty"),
}


def kind(value: CloneKind) -> str:
    """In a word: "Full"."""
    return _(_KINDS[value][0])


def about_kind(value: CloneKind) -> str:
    """What it means, one or two sentences."""
    return _(_KINDS[value][1])


def macs(value: Macs) -> str:
    return _(_MACS[value][0])


def about_macs(value: Macs) -> str:
    return _(_MACS[value][1])


def reset(value: Reset) -> str:
    return _(_RESETS[value][0])


def about_reset(value: Reset) -> str:
    return _(_RESETS[value][1])


def reset_part(code: str) -> str:
    """A part of the guest that is reset, or is not: "SSH host keys". What we have no word for stands as the tool calls it."""
    return _(_PARTS[code]) if code in _PARTS else code


def reset_lines(plan: ClonePlan) -> list[str]:
    """What of the guest is reset and what is not, a sentence each; nothing where no reset is wanted."""
    said = []
    if plan.reset_done:
        said.append(_("Reset: {parts}.").format(parts=_parts(plan.reset_done)))
    if plan.reset_left:
        said.append(_("Not reset: {parts}.").format(parts=_parts(plan.reset_left)))
    return said


def _parts(codes: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(reset_part(code) for code in codes))


# plans


def told(plan: ClonePlan) -> list[Say]:
    """What a person is told of a plan: warnings before facts; of one that is refused only why, since nothing of it happens."""
    if plan.refused:
        return list(plan.refused)
    return [*plan.warnings, *(item for item in plan.says if item.weight is Weight.FACT)]


def lines(plan: ClonePlan, name: Name) -> list[str]:
    """All of a plan as text: why it is refused; else what it says, each clone with its disks, room and time."""
    said = [say(item, name) for item in told(plan)]
    if plan.refused:
        return said
    for one in plan.clones:
        said.append(_("{name} is made:").format(name=one.name))
        said += [f"  {line}" for line in clone_lines(one)]
    return [*said, *reset_lines(plan), needs(plan)]


def needs(plan: ClonePlan) -> str:
    """Room and time, a sentence: takes 12 GiB of 40 GiB that are free, about 3 min."""
    if plan.free:
        text = _("Takes {size} of {free} that are free").format(size=units.size(plan.needs), free=units.size(plan.free))
    else:
        text = _("Takes {size}").format(size=units.size(plan.needs))
    return f"{text}, {_about(plan.seconds)}." if plan.seconds is not None else f"{text}."


def _about(seconds: float) -> str:
    return _("about {time}").format(time=units.duration(rough(seconds)))


def clone_lines(one: OneClone) -> list[str]:
    """What one clone is made of: its disks, its addresses."""
    said = [disk_line(disk) for disk in one.disks]
    said += [
        _("MAC {old} becomes {new}").format(old=old, new=new) if old != new else _("MAC {old} is kept").format(old=old)
        for old, new in one.macs.items()
    ]
    return said


def disk_line(disk: DiskPlan) -> str:
    """What becomes of a disk: "vda: qa-01-vda.qcow2 in default, built on /srv/win11.qcow2"."""
    return _(_DEEDS[disk.deed] if disk.target else _SEED).format(
        target=disk.target,
        source=disk.source or units.NONE,
        size=units.size(disk.size or disk.capacity),
        volume=disk.volume or disk.path,
        pool=disk.pool or units.NONE,
    )


def deed(value: DiskDeed) -> str:
    """How a disk comes about, in a word or two: "built on it"."""
    return _(_DEED_WORDS[value])


def title(sources: Iterable[str]) -> str:
    """The name of the act: "Clone win11-blank", "Clone 3 VMs"."""
    known = list(sources)
    if len(known) == 1:
        return _("Clone {name}").format(name=known[0])
    return ngettext("Clone {count} VM", "Clone {count} VMs", len(known)).format(count=units.count(len(known)))


def button(*plans: ClonePlan) -> str:
    """Names act and count: "Clone to qa-01", "Make 20 linked clones"."""
    made = [one for plan in plans for one in plan.clones]
    if len(made) == 1:
        return _("Clone to {name}").format(name=made[0].name)
    kind = plans[0].order.kind if plans else None
    return _("Make {clones}").format(clones=total(len(made), kind))


def total(count: int, kind: CloneKind | None = None) -> str:
    """How many: "20 clones", "20 linked clones"."""
    if kind is CloneKind.LINKED:
        form = ngettext("{count} linked clone", "{count} linked clones", count)
    else:
        form = ngettext("{count} clone", "{count} clones", count)
    return form.format(count=units.count(count))


def names(all_: Iterable[str], most: int = MOST_NAMES) -> str:
    """Some names and how many more: "qa-01, qa-02, 18 more"."""
    known = list(all_)
    if len(known) <= most:
        return ", ".join(known)
    more = ngettext("{count} more", "{count} more", len(known) - most).format(count=units.count(len(known) - most))
    return f"{', '.join(known[:most])}, {more}"
