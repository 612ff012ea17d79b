"""What `splendid snapshot` prints: the tree, one snapshot, plans by name; records for --json. Sizes in bytes."""

from __future__ import annotations

import time
from collections.abc import Sequence

from console.cli import output, records
from console.cli.output import Cell, Head
from console.cli.session import Session
from console.cli.snapshot_tree import twigs
from console.cli.storage_show import host_name
from console.fleet.domains import State, VmKey
from console.fleet.snapshots.many import ManyPlan
from console.fleet.snapshots.plans import Chain, Deed, Op, SnapshotPlan, Step
from console.fleet.snapshots.sizes import Size, sizes
from console.fleet.snapshots.values import How, ImageFile, Snapshot, SnapshotFacts
from console.fleet.storing import Say
from console.words import _, snapshot_many, snapshot_says, snapshots, states, units


def vm_name(session: Session, key: VmKey, name: str) -> str:
    return f"{host_name(session, key.host)}/{name}"


# the tree


def tree(facts: SnapshotFacts) -> None:
    """The snapshots of one VM, and now, a line each."""
    now = time.time()
    heads = [
        *(Head(text) for text in (_("Snapshot"), _("Kind"), _("Taken"), _("State"))),
        Head(_("On disk"), right=True),
        Head(_("Description")),
    ]
    taken = sizes(facts)
    rows: list[list[Cell | str]] = []
    for twig in twigs(facts.snapshots):
        one = twig.snapshot
        if one is None:
            said = snapshots.changed_since(facts, now) if facts.snapshots else ""
            mark = Cell(" ".join((twig.drawn, _("now"))), "cyan")
            rows.append([mark, "", "", states.state(facts.state), units.size(taken.now), said])
            continue
        size = taken.each[one.name]
        rows.append(
            [
                f"{twig.drawn} {one.name}",
                snapshots.kind(one, len(clones(facts, one))),
                snapshots.when(one.created, now),
                states.state(one.state),
                snapshots.disk_and_memory(size.disk, size.memory) or units.NONE,
                one.description.partition("\n")[0],
            ]
        )
    output.table(heads, rows)


def clones(facts: SnapshotFacts, snapshot: Snapshot) -> tuple[str, ...]:
    """Names of other VMs that need what it keeps."""
    frozen = (disk.frozen for disk in snapshot.disks if disk.how is How.EXTERNAL)
    return tuple(dict.fromkeys(name for path in frozen for name in facts.users.get(path, ())))


def one(session: Session, facts: SnapshotFacts, snapshot: Snapshot) -> None:
    """All that is known of one."""
    now = time.time()
    size = sizes(facts).each[snapshot.name]
    goes_on = [child.name for child in facts.children(snapshot.name)] + ([_("now")] if snapshot.current else [])
    output.facts(
        [
            (_("Snapshot"), snapshot.name),
            (_("VM"), vm_name(session, facts.key, facts.name)),
            (_("Taken"), _by(snapshots.when(snapshot.created, now), snapshot.by)),
            (_("Kind"), snapshots.kind(snapshot, len(clones(facts, snapshot)))),
            (_("State"), states.state(snapshot.state)),
            (_("Build"), snapshot.build),
            (_("Description"), snapshot.description),
            (_("After"), snapshot.parent),
            (_("Then"), ", ".join(goes_on)),
            (_("On disk"), snapshots.disk_and_memory(size.disk, size.memory)),
            (_("Files"), "\n".join(_file_line(facts, path) for path in _paths(snapshot))),
            (_("Linked clones"), ", ".join(clones(facts, snapshot))),
        ]
    )


def _by(when: str, who: str) -> str:
    return _("{when} by {name}").format(when=when, name=who) if who else when


def _paths(snapshot: Snapshot) -> list[str]:
    memory = [snapshot.memory_file] if snapshot.memory_file else []
    return list(dict.fromkeys([disk.frozen for disk in snapshot.disks if disk.frozen] + memory))


def _file_line(facts: SnapshotFacts, path: str) -> str:
    file = facts.files.get(path)
    if file is None or not file.exists:
        return _("{path}, which is not there").format(path=path)
    return f"{path}, {units.size(file.allocation)}"


# plans


def plan(session: Session, value: SnapshotPlan, facts: SnapshotFacts | None = None) -> list[str]:
    """A plan by name: of one that is refused why; else what it means, what is lost, each step, each file that goes."""
    now = time.time()
    name = vm_name(session, value.key, value.vm)
    act = snapshots.deed(value.deed)
    several = value.deed is Deed.DELETE and len(value.lost) > 1  # a rule's
    what = snapshots.some(value.lost) if several else value.snapshot
    head = f"{act} {what}, {name}" if what else f"{act}, {name}"
    if value.refused:
        return [f"{head}:", *(f"  {text}" for text in snapshot_says.lines(value, now))]
    state = _state(session, value.key)
    said = [f"{head}: {', '.join(snapshots.facts(value, state))}."]
    said += [f"  {text}" for text in snapshot_says.lines(value, now)]
    said += _steps(value, state, facts, now)
    said += [_("  goes: {path}").format(path=path) for path in value.files_going]
    return said


def _state(session: Session, key: VmKey) -> State:
    domain = session.services.inventory.domain(key)
    return domain.state if domain is not None else State.UNKNOWN


def _steps(value: SnapshotPlan, state: State, facts: SnapshotFacts | None, now: float) -> list[str]:
    short = snapshots.labels(value)
    rows = [
        (
            str(number),
            snapshots.step(step, value, state, short),
            snapshots.step_files(step, value, short),
            snapshots.step_size(step),
            snapshots.if_stops(step),
        )
        for number, step in enumerate(value.steps, 1)
    ]
    widths = [max((output.width(row[column]) for row in rows), default=0) for column in range(5)]
    said = []
    lost = next((index for index, step in enumerate(value.steps) if step.loses), -1)
    for index, row in enumerate(rows):
        if index == lost:
            said.append(f"  -- {snapshots.no_way_back(value, facts, now)} --")
        cells = [
            f"{' ' * (size - output.width(text))}{text}"
            if column in (0, 3)
            else f"{text}{' ' * (size - output.width(text))}"
            for column, (text, size) in enumerate(zip(row, widths, strict=True))
        ]
        said.append(f"  {output.GAP.join(cells)}".rstrip())
    return said


def warnings(value: SnapshotPlan | ManyPlan) -> list[str]:
    """What there is to think of, of several VMs each once."""
    now = time.time()
    says = [say for _plan, say in value.warnings] if isinstance(value, ManyPlan) else list(value.warnings)
    return list(dict.fromkeys(snapshot_says.say(say, now).line for say in says))


def many(session: Session, value: ManyPlan) -> list[str]:
    """The plans of all of them; where one is refused only why."""
    if value.refused:
        refused = [plan for plan in value.plans if plan.refused]
        head = _("Nothing is done: all or none.") if len(value.keys) > 1 else ""
        return [text for text in (head, *(text for one in refused for text in plan(session, one))) if text]
    said = [text for one in value.plans for text in plan(session, one)]
    if len(value.keys) > 1:
        said.append(_("Together: {what}.").format(what=snapshot_many.glance(value)))
    if value.safety:
        said.append(snapshot_many.safety(value))
    if not value.plans:
        said.append(_("There is nothing to do."))
    return said


# records


def facts_record(session: Session, facts: SnapshotFacts) -> records.Record:
    """now_bytes: of the files that are written now and belong to no snapshot."""
    taken = sizes(facts)
    return {
        **_vm(session, facts.key, facts.name),
        "state": facts.state.value,
        "asked": output.iso(facts.asked),
        "snapshots": [snapshot_record(facts, snapshot, taken.each[snapshot.name]) for snapshot in facts.snapshots],
        "now_bytes": taken.now,
        "disks": [
            {"target": disk.target, "path": disk.path, "kind": disk.kind, "format": disk.format, "device": disk.device}
            for disk in facts.disks
        ],
        "files": [_file(file, facts.users.get(path, ())) for path, file in facts.files.items()],
    }


def _vm(session: Session, key: VmKey, name: str) -> records.Record:
    return {"name": name, "host": host_name(session, key.host), "host_id": key.host, "uuid": key.uuid}


def snapshot_record(facts: SnapshotFacts, snapshot: Snapshot, size: Size) -> records.Record:
    """disk_bytes: null where it is kept inside an image; a file that holds several counts for the oldest."""
    return {
        "name": snapshot.name,
        "parent": snapshot.parent or None,
        "current": snapshot.current,
        "created": output.iso(snapshot.created),
        "state": snapshot.state.value,
        "kinds": sorted(kind.value for kind in snapshot.kinds),
        "memory": snapshot.memory.value,
        "memory_file": snapshot.memory_file or None,
        "disks": [
            {"target": disk.target, "how": disk.how.value, "file": disk.frozen or None, "overlay": disk.overlay or None}
            for disk in snapshot.disks
        ],
        "disk_bytes": size.disk,
        "memory_bytes": size.memory,
        "description": snapshot.description,
        "by": snapshot.by,
        "build": snapshot.build,
        "clones": list(clones(facts, snapshot)),
    }


def _file(file: ImageFile, users: Sequence[str]) -> records.Record:
    return {
        "path": file.path,
        "pool": file.pool or None,
        "format": file.format,
        "capacity": file.capacity,
        "allocation": file.allocation,
        "backing": file.backing or None,
        "exists": file.exists,
        "users": list(users),
    }


def many_record(session: Session, value: ManyPlan, command: str | None) -> records.Record:
    """Of one VM too: a plan has always this shape."""
    return {
        "act": value.deed.value,
        "snapshot": value.snapshot or None,
        "made": output.iso(value.made),
        "command": command,
        "refused": bool(value.refused),
        "together": value.together,
        "safety": value.safety or None,
        "safety_stays": value.keeps,
        "frees": value.frees,
        "needs": value.needs,
        "vms": [plan_record(session, one) for one in value.plans],
    }


def plan_record(session: Session, value: SnapshotPlan) -> records.Record:
    """files: every file by what becomes of it; made and going are in the order of the steps."""
    return {
        **_vm(session, value.key, value.vm),
        "act": value.deed.value,
        "snapshot": value.snapshot or None,
        "branch": value.branch or None,
        "refused": bool(value.refused),
        "vm_stops": value.stops.value,
        "frees": value.frees,
        "needs": value.needs,
        "needs_memory": value.needs_memory,
        "pool": value.pool or None,
        "pool_free": value.free,
        "seconds": value.seconds,
        "lost": list(value.lost),
        "files": _files(value),
        "before": [_chain(chain) for chain in value.before],
        "after": [_chain(chain) for chain in value.after],
        "steps": [_step(step) for step in value.steps],
        "says": [_say(say) for say in value.says],
    }


def _files(value: SnapshotPlan) -> records.Record:
    def of(*ops: Op) -> list[str]:
        return list(dict.fromkeys(step.file for step in value.steps if step.op in ops and step.file))

    return {
        "made": of(Op.OVERLAY, Op.CREATE),
        "merged": of(Op.COMMIT),
        "merged_into": list(dict.fromkeys(step.onto for step in value.steps if step.op is Op.COMMIT)),
        "read": of(Op.RESTORE),
        "going": list(value.files_going),
    }


def _chain(chain: Chain) -> records.Record:
    return {
        "target": chain.target,
        "files": [
            {"path": box.path, "bytes": box.size, "fate": box.fate.value, "goes_into": box.goes_into or None}
            for box in chain.boxes
        ],
    }


def _step(step: Step) -> records.Record:
    return {
        "op": step.op.value,
        "target": step.target or None,
        "file": step.file or None,
        "onto": step.onto or None,
        "snapshots": list(step.names),
        "before": step.before,
        "after": step.after,
        "gain": step.gain,
        "if_stops": step.if_stops.value,
        "no_way_back": step.loses,
    }


def _say(say: Say) -> records.Record:
    text = snapshot_says.say(say, time.time()).line
    return {"code": say.code, "weight": say.weight.value, "values": dict(say.values), "text": text}
