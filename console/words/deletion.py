"""A plan to delete VMs, in words: what goes, what stays and why."""

from __future__ import annotations

from collections.abc import Collection

from console.fleet.deletion import DeletePlan, FileItem, FileKind, Hold, VmDeletion
from console.words import units
from console.words.translation import N_, _, ngettext

_KINDS = {
    FileKind.DISK: N_("Disk"),
    FileKind.CDROM: N_("CD image"),
    FileKind.NVRAM: N_("UEFI variables"),
    FileKind.SAVED: N_("Saved memory"),
}
_HOLDS = {
    Hold.READ_ONLY: N_("The VM only reads it: others may need it."),
    Hold.FAR: N_("{names} on another host name the same path: shared storage would lose it there too."),
    Hold.USED: N_("Stays: {names} uses it."),
    Hold.LATER: N_("Stays: {names} needs it for its next start, or for a snapshot."),
    Hold.BASE: N_("Stays: {names} is built on it."),
    Hold.SHAREABLE: N_("Stays: it is marked as shared between VMs."),
    Hold.NO_VOLUME: N_("Stays: no storage pool of the host holds it, so libvirt cannot delete it."),
    Hold.MISSING: N_("It is not there any more."),
}


def kind(value: FileKind) -> str:
    return _(_KINDS[value])


def why_held(item: FileItem) -> str:
    """Why a file is not ticked; "" for one that is."""
    return _(_HOLDS[item.hold]).format(names=", ".join(item.used_by)) if item.hold is not Hold.NONE else ""


def file_line(item: FileItem) -> str:
    """One file: "Disk vda, /srv/a.qcow2, 8.2 GiB"."""
    name = f"{kind(item.kind)} {item.target}".strip()
    return ", ".join(part for part in (name, item.path, units.size(item.allocation) if item.allocation else "") if part)


def consequences(vm: VmDeletion) -> list[str]:
    """What happens to one VM besides its files, a sentence each."""
    said = [_("{name} is removed from its host.").format(name=vm.name)]
    if vm.stops:
        said.insert(0, _("{name} is up and is forced off: what is not on disk is lost.").format(name=vm.name))
    if vm.snapshots:
        said.append(
            ngettext("{count} snapshot goes: {names}.", "{count} snapshots go: {names}.", len(vm.snapshots)).format(
                count=len(vm.snapshots), names=_some(vm.snapshots)
            )
        )
    if vm.checkpoints:
        said.append(
            ngettext(
                "{count} checkpoint goes: {names}.", "{count} checkpoints go: {names}.", len(vm.checkpoints)
            ).format(count=len(vm.checkpoints), names=_some(vm.checkpoints))
        )
    return said


def held(plan: DeletePlan) -> str:
    """Why VMs of a plan must stay; "" where none must."""
    for vm in plan.held:
        form = ngettext(
            "{name} stays: {names} is built on it.", "{name} stays: {names} are built on it.", len(vm.needed_by)
        )
        return form.format(name=vm.name, names=_some(vm.needed_by))
    return ""


def left_of(name: str, *, there: bool, files: Collection[FileItem]) -> str:
    """What a deletion that was cut short left, and what going on means."""
    if there:
        return _("{name} is still there; it is removed from its host.").format(name=name)
    if not files:
        return _("Nothing is left of {name}.").format(name=name)
    return ngettext(
        "{name} is gone, but {count} of its files is still there.",
        "{name} is gone, but {count} of its files are still there.",
        len(files),
    ).format(name=name, count=len(files))


def left_of_transfer(name: str) -> str:
    """What a transfer that was cut short left, and why it was not taken back by itself."""
    return _(
        "{name} is only half there. It could not be taken back by itself: it is in use by now, is no longer the same file, or "
        "its host has left the fleet."
    ).format(name=name)


def button(plan: DeletePlan, chosen: frozenset[str]) -> str:
    """Names act and count: "Delete web-01, 2 files", "Delete 3 VMs, keep the files"."""
    vms = len(plan.vms)
    name = plan.vms[0].name if vms == 1 else ngettext("{count} VM", "{count} VMs", vms).format(count=vms)
    files = len(chosen)
    if not files:
        return _("Delete {name}, keep the files").format(name=name)
    return ngettext("Delete {name}, {count} file", "Delete {name}, {count} files", files).format(name=name, count=files)


def freed(plan: DeletePlan, chosen: frozenset[str]) -> int:
    """Bytes that the chosen files occupy."""
    return sum(item.allocation for item in plan.files() if item.id in chosen)


def _some(names: tuple[str, ...], most: int = 6) -> str:
    if len(names) <= most:
        return ", ".join(names)
    rest = len(names) - most
    more = ngettext("{count} more", "{count} more", rest).format(count=rest)
    return f"{', '.join(names[:most])}, {more}"
