"""One act on snapshots of many VMs, in words: all or none."""

from __future__ import annotations

from console.fleet.domains import State
from console.fleet.snapshots.many import ManyPlan
from console.fleet.snapshots.plans import Deed, SnapshotPlan
from console.words import snapshots, units
from console.words.translation import N_, _, ngettext

_TITLES = {
    Deed.TAKE: N_("Snapshot of {vms}"),
    Deed.REVERT: N_("Revert {vms} to a snapshot"),
    Deed.DELETE: N_("Delete a snapshot of {vms}"),
}


def vms(count: int, name: str = "") -> str:
    """On what: a VM's name, or "3 VMs"."""
    if count == 1 and name:
        return name
    return ngettext("{count} VM", "{count} VMs", count).format(count=units.count(count))


def title(deed: Deed, count: int, name: str = "") -> str:
    """What the dialog asks for. name: of the VM, where it is one."""
    return _(_TITLES[deed]).format(vms=vms(count, name))


def button(many: ManyPlan) -> str:
    """Names act and count: "Revert 3 VMs", "Delete from 3 VMs, 6 files"."""
    count, files = len(many.keys), len(many.files_going)
    on = vms(count, many.plans[0].vm if many.plans else "")
    if many.deed is Deed.TAKE:
        return ngettext("Take {count} snapshot", "Take {count} snapshots", count).format(count=units.count(count))
    said = (_("Revert {vms}") if many.deed is Deed.REVERT else _("Delete from {vms}")).format(vms=on)
    if not files or many.deed is Deed.REVERT:
        return said
    return ngettext("{act}, {n} file", "{act}, {n} files", files).format(act=said, n=units.count(files))


def offered(name: str, having: int, total: int) -> str:
    """A snapshot's name to choose from, with on how many of the VMs there is one: "clean, on 2 of 3"."""
    if having == total:
        return name
    return _("{name}, on {count} of {total}").format(name=name, count=units.count(having), total=units.count(total))


def only_on(name: str, missing: int) -> str:
    """Why a name is no choice for all of them."""
    form = ngettext(
        "{count} VM has no snapshot “{name}”: all or none.",
        "{count} VMs have no snapshot “{name}”: all or none.",
        missing,
    )
    return form.format(count=units.count(missing), name=name)


def glance(many: ManyPlan) -> str:
    """What it means for all of them, in a line: "all or none, frees 4.5 GiB, 6 files go, needs 2 GiB"."""
    said = [_("all or none")] if len(many.keys) > 1 else []
    if many.together and len(many.keys) > 1:
        said.append(_("all at one moment"))
    if many.frees > 0:
        said.append(_("frees {size}").format(size=units.size(many.frees)))
    if many.needs > 0:
        said.append(_("needs {size}").format(size=units.size(many.needs)))
    memory = sum(plan.needs_memory for plan in many.plans)
    if memory:
        said.append(_("{size} of memory").format(size=units.size(memory)))
    files = len(many.files_going)
    if files:
        said.append(ngettext("{n} file goes", "{n} files go", files).format(n=units.count(files)))
    return ", ".join(said)


def safety(many: ManyPlan) -> str:
    """What keeps the way back open while it is done; "" where nothing does."""
    if not many.safety:
        return ""
    if many.keeps:
        return _("Each is kept as it is now, as “{name}”.").format(name=many.safety)
    return _("Each is kept as it is now, as “{name}”, until all are there; then that goes.").format(name=many.safety)


def line(plan: SnapshotPlan, state: State) -> str:
    """What becomes of one VM: "VM keeps running, frees 4.5 GiB, about 25 s"."""
    return ", ".join(snapshots.facts(plan, state))
