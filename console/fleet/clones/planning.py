"""What clones would take, as a pure function of what hosts say: which files are made of which, and what is in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from console.fleet.clones import naming
from console.fleet.clones.disks import Wanted, disk_plan, inside, seed_plan
from console.fleet.clones.facts import CloneFacts, Notes, Place
from console.fleet.clones.values import CloneKind, CloneOrder, ClonePlan, DiskDeed, Macs, OneClone, Reset
from console.fleet.domains import State
from console.fleet.errors import Reason, UsageError
from console.fleet.snapshots.values import How, Snapshot
from console.fleet.storing import Weight

PACE = 150 << 20  # bytes a second that copying makes, for an expectation
LINK_TIME = 0.15  # seconds that a linked disk takes

Draw = Callable[[], str]


def plan_clones(order: CloneOrder, facts: CloneFacts, made: float, new_uuid: Draw, new_mac: Draw) -> ClonePlan:
    """The dry run. new_uuid, new_mac: one that nobody has, each call another. Errors: UsageError for names that cannot be."""
    names = tuple(naming.checked(name) for name in order.names)
    if not names:
        raise UsageError(Reason.OTHER, "", detail="vm-name")
    if len(set(names)) < len(names):
        raise UsageError(Reason.EXISTS, next(name for name in names if names.count(name) > 1), detail="vm-name")
    notes = Notes()
    vm, place = facts.vm, facts.place
    snapshot = vm.snapshot(order.snapshot) if order.snapshot else None
    _of_the_source(order, facts, snapshot, notes)
    _of_names(names, place, notes)
    origin: dict[str, str] = {}  # of a clone that others are copied from: path by target
    clones, wanted = [], Wanted(place, notes)
    for number, name in enumerate(names):
        disks = tuple(disk_plan(order, facts, snapshot, disk, name, origin, wanted, notes) for disk in vm.disks)
        if order.reset is Reset.SEED:
            disks = (*disks, seed_plan(order, facts, name, disks, wanted))
        if not number and len(names) > 1 and order.kind is CloneKind.FULL:
            origin = {disk.target: disk.path for disk in disks if disk.deed in (DiskDeed.BACKUP, DiskDeed.STREAM)}
        macs = {nic.mac: nic.mac if order.macs is Macs.KEPT else new_mac() for nic in facts.domain.nics if nic.mac}
        nvram = naming.beside(vm.nvram, vm.name, name) if vm.nvram else ""
        _of_variables(nvram, place, notes)
        clones.append(OneClone(name, new_uuid(), disks, macs, nvram))
    overlay = _overlay(order, facts, snapshot)
    _of_linking(order, facts, snapshot, overlay, notes)
    _of_macs(order, facts, names, notes)
    _of_reset(order, facts, notes)
    _of_the_rest(order, facts, snapshot, notes)
    wanted.room()
    done, left = RESETS[order.reset]
    if not order.hostname:
        done, left = tuple(part for part in done if part != "hostname"), (*left, "hostname")
    copies = sum(disk.size for one in clones for disk in one.disks if disk.deed not in (DiskDeed.LINK, DiskDeed.SHARE))
    links = sum(disk.deed is DiskDeed.LINK for one in clones for disk in one.disks)
    return ClonePlan(
        order,
        vm.name,
        made,
        tuple(clones),
        tuple(sorted(notes.says.values(), key=lambda say: _ORDER[say.weight])),
        needs=sum(wanted.bytes.values()),
        free=wanted.free,
        seconds=copies / PACE + links * LINK_TIME,
        overlay=overlay,
        reset_done=done,
        reset_left=left,
    )


_ORDER = {Weight.STOP: 0, Weight.WARNING: 1, Weight.FACT: 2}

RESETS: dict[Reset, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Reset.NONE: ((), ()),
    Reset.SYSPREP: (
        ("ssh-hostkeys", "machine-id", "udev", "hostname", "dhcp-client-state", "logfiles", "random-seed"),
        ("accounts", "cloud-init", "licences"),
    ),
    Reset.SEED: (
        ("ssh-hostkeys", "machine-id", "udev", "hostname", "instance-id"),
        ("logs", "random-seed", "accounts", "licences"),
    ),
}
"""What of a guest each way resets, and what it does not."""


# what is in the way


def _of_the_source(order: CloneOrder, facts: CloneFacts, snapshot: Snapshot | None, notes: Notes) -> None:
    vm = facts.vm
    if facts.place.read_only or vm.read_only:
        notes.stop("read-only-host", host=facts.place.host if facts.place.read_only else vm.key.host)
    if vm.state is State.MIGRATING or vm.job == "migration":
        notes.stop("migrates", name=vm.name)
    elif vm.job and (vm.state.active or order.kind is CloneKind.LINKED):
        notes.stop("job-runs", job=vm.job)
    elif vm.busy_disks:
        notes.stop("job-runs", job="copy")
    if order.snapshot and snapshot is None:
        notes.stop("no-snapshot", name=order.snapshot)
    if not any(disk.device in ("disk", "lun") for disk in vm.disks):
        notes.warn("no-disks", name=vm.name)
    if snapshot is not None and inside(snapshot):
        if order.kind is CloneKind.LINKED:
            notes.stop("linked-internal", snapshot=snapshot.name)
        elif vm.state.active:
            notes.stop("internal-runs", snapshot=snapshot.name)
    if order.kind is CloneKind.LINKED and not facts.place.near:
        notes.stop("linked-elsewhere", host=vm.key.host)


def _of_names(names: Iterable[str], place: Place, notes: Notes) -> None:
    for name in names:
        if name in place.names:
            notes.stop("name-taken", name=name, host=place.host)


def _of_variables(nvram: str, place: Place, notes: Notes) -> None:
    files = (volume.path for pool in place.pools for volume in pool.volumes)
    if nvram and (nvram in place.nvrams or nvram in files):
        notes.stop("file-taken", path=nvram)


# what else there is to say


def _overlay(order: CloneOrder, facts: CloneFacts, snapshot: Snapshot | None) -> str:
    """Name of the snapshot that a running source gets first; "" = it needs none."""
    vm = facts.vm
    if order.kind is not CloneKind.LINKED or snapshot is not None or not vm.state.active or not facts.place.near:
        return ""
    wanted = f"base of {order.names[0]}"
    taken, number = {one.name for one in vm.snapshots}, 2
    name = wanted
    while name in taken:
        name, number = f"{wanted} {number}", number + 1
    return name


def _of_linking(order: CloneOrder, facts: CloneFacts, snapshot: Snapshot | None, overlay: str, notes: Notes) -> None:
    vm = facts.vm
    if order.kind is not CloneKind.LINKED or not facts.place.near:
        return
    if overlay:
        if vm.hypervisor != "QEMU":
            notes.stop("source-runs", name=vm.name)
        notes.say("overlay", name=vm.name, snapshot=overlay)
    elif snapshot is None and facts.template:
        notes.say("template-base", name=vm.name)
    elif snapshot is None:
        if vm.state is State.SAVED:
            notes.stop("job-runs", job="save")
        notes.say("base-frozen", Weight.FACT if facts.linked_already else Weight.WARNING, name=vm.name)
        if facts.autostart:
            notes.warn("autostart-off", name=vm.name)


def _of_macs(order: CloneOrder, facts: CloneFacts, names: tuple[str, ...], notes: Notes) -> None:
    if order.macs is not Macs.KEPT or not any(nic.mac for nic in facts.domain.nics):
        return
    if order.start and facts.vm.state.active and facts.place.near:
        notes.stop("mac-runs", name=facts.vm.name)
    elif order.start and len(names) > 1:
        notes.stop("mac-each-other")
    else:
        notes.warn("mac-kept", name=facts.vm.name)


def _of_reset(order: CloneOrder, facts: CloneFacts, notes: Notes) -> None:
    if order.reset is Reset.NONE:
        return
    if facts.tool is not None:
        notes.says[facts.tool.code,] = facts.tool
    if facts.windows:
        notes.warn("reset-windows", name=facts.vm.name)
    elif order.reset is Reset.SEED:
        notes.warn("seed-needs-cloud-init")


def _of_the_rest(order: CloneOrder, facts: CloneFacts, snapshot: Snapshot | None, notes: Notes) -> None:
    vm, place = facts.vm, facts.place
    if snapshot is None and vm.state.active:
        if vm.freezes:
            notes.say("frozen-moment", name=vm.name)
        else:
            notes.say("as-power-cut", name=vm.name)
    if snapshot is None and (vm.state is State.SAVED or vm.managed_save):
        notes.warn("memory-left", name=vm.name)
    elif snapshot is not None and snapshot.memory is not How.NONE and not inside(snapshot):
        notes.warn("memory-left", name=snapshot.name)
    if vm.snapshots:
        notes.say("snapshots-left", count=len(vm.snapshots))
    for code in facts.notes:
        notes.warn(code)
    if not place.near:
        notes.say("through-here", host=place.host)
        for nic in facts.domain.nics:
            if nic.kind == "network" and nic.source not in place.networks:
                notes.warn("no-network", name=nic.source, host=place.host)
    if order.throw_away:
        notes.warn("throw-away")
    if order.expires:
        notes.warn("expires", when=int(order.expires))
