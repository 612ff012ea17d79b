"""A host's images as layers of blocks, and what libvirt and QEMU make of them: so that a plan can be carried out without either."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from msgspec.structs import replace

from console.fleet.domains import State, VmKey
from console.fleet.snapshots.plans import Op, SnapshotPlan, Step
from console.fleet.snapshots.values import (
    DiskNow,
    How,
    ImageFile,
    PoolRoom,
    Snapshot,
    SnapshotDisk,
    SnapshotFacts,
)

BLOCKS = 5
BLOCK = 1 << 20
HEAD = 200 << 10
Layer = dict[int, int]
Content = tuple[int, ...]


@dataclass
class Image:
    """layer: blocks it holds; inside: layers of the internal snapshots it keeps."""

    backing: str = ""
    layer: Layer = field(default_factory=dict)
    inside: dict[str, Layer] = field(default_factory=dict)
    format: str = "qcow2"


class World:
    """One VM, "qa", with disks vda and vdb in /p; clones of it."""

    def __init__(self, targets: Iterable[str] = ("vda", "vdb"), up: bool = False, root: str = "qcow2") -> None:
        self.files = {f"/p/qa-{target}.{root}": Image(format=root) for target in targets}
        self.tops = {target: f"/p/qa-{target}.{root}" for target in targets}
        self.up = up
        self.memory = 0
        self.memories: dict[str, int] = {}
        self.inner: dict[str, int] = {}
        self.snapshots: dict[str, Snapshot] = {}
        self.clones: dict[str, str] = {}
        self.clock = 1_000_000

    # what is there

    def read(self, path: str, inside: str = "") -> Content:
        """Block by block: of the file, else of what it is built on; 0 where nobody wrote."""
        found: Layer = {}
        image = self.files[path]
        layer = image.inside[inside] if inside else image.layer
        while True:
            for place, value in layer.items():
                found.setdefault(place, value)
            if not image.backing:
                return tuple(found.get(place, 0) for place in range(BLOCKS))
            image = self.files[image.backing]
            layer = image.layer

    def chain(self, path: str) -> list[str]:
        """As far as it is there."""
        found = []
        while path in self.files:
            found.append(path)
            path = self.files[path].backing
        return found

    def form(self, path: str) -> str:
        return self.files[path].format if path in self.files else ""

    @property
    def live(self) -> set[str]:
        return {path for top in self.tops.values() for path in self.chain(top)} if self.up else set()

    def now(self) -> dict[str, Content]:
        return {target: self.read(path) for target, path in self.tops.items()}

    def kept(self, name: str) -> dict[str, Content | int]:
        """What one gets by going back to a snapshot; its memory too."""
        one = self.snapshots[name]
        found: dict[str, Content | int] = {}
        for disk in one.disks:
            if disk.how is not How.NONE:
                found[disk.target] = self.read(disk.frozen, name if disk.how is How.INTERNAL else "")
        if one.memory is How.EXTERNAL:
            found["memory"] = self.memories[one.memory_file]
        elif one.memory is How.INTERNAL:
            found["memory"] = self.inner[name]
        return found

    def state(self) -> dict[str, dict[str, Content | int]]:
        """All that can be read: of snapshots by name, of clones by path."""
        found = {name: self.kept(name) for name in self.snapshots}
        found.update({path: {"": self.read(path)} for path in self.clones})
        return found

    def facts(self, **more: object) -> SnapshotFacts:
        files = {
            path: ImageFile(
                path,
                "images",
                path.rpartition("/")[2],
                image.format,
                BLOCKS * BLOCK,
                HEAD + BLOCK * len(image.layer),
                image.backing,
                self.form(image.backing),
            )
            for path, image in self.files.items()
        }
        files |= {path: ImageFile(path, "images", path, "raw", BLOCK, BLOCK) for path in self.memories}
        users: dict[str, tuple[str, ...]] = {}
        for path, name in self.clones.items():
            for below in self.chain(path) if name else ():
                users[below] = (*users.get(below, ()), name)
        facts = SnapshotFacts(
            VmKey("h", "u"),
            "qa",
            State.RUNNING if self.up else State.OFF,
            float(self.clock),
            tuple(DiskNow(target, path, format=self.form(path)) for target, path in self.tops.items()),
            tuple(self._parents_first()),
            files,
            users,
            (PoolRoom("images", "/p", 1 << 40),),
            memory=BLOCK,
            libvirt=9_000_000,
        )
        return replace(facts, **more)  # type: ignore[arg-type]

    def _parents_first(self) -> Iterable[Snapshot]:
        todo = [""]
        while todo:
            parent = todo.pop(0)
            for one in self.snapshots.values():
                if one.parent == parent:
                    todo.append(one.name)
                    yield one

    # what happens to it

    def write(self, value: int) -> None:
        targets = list(self.tops)
        self.files[self.tops[targets[value % len(targets)]]].layer[value % BLOCKS] = value
        self.memory = value

    def clone(self, path: str, known: bool = True) -> None:
        """A linked clone on a file; known: somebody knows whose it is."""
        name = f"/p/clone-{len(self.clones)}-vda.qcow2"
        self.files[name] = Image(path, {0: 7000 + len(self.clones)})
        self.clones[name] = f"clone-{len(self.clones)}" if known else ""

    @property
    def current(self) -> str:
        return next((one.name for one in self.snapshots.values() if one.current), "")

    def _point(self, name: str) -> None:
        for one in self.snapshots.values():
            self.snapshots[one.name] = replace(one, current=one.name == name)

    def _forget(self, name: str) -> None:
        one = self.snapshots.pop(name)
        for child in [child for child in self.snapshots.values() if child.parent == name]:
            self.snapshots[child.name] = replace(child, parent=one.parent)
        if one.current and one.parent:
            self._point(one.parent)

    # plans

    def carry_out(
        self, plan: SnapshotPlan, look: Callable[[], object] = bool, until: int = 1 << 30, half: Iterable[int] = ()
    ) -> bool:
        """The steps, up to `until`; a merge there is done for the blocks `half` only. look: called behind each. Done at all?"""
        assert not plan.refused
        for place, steps in enumerate(calls(plan)):
            if place == until:
                if steps[0].op in (Op.COMMIT, Op.PULL):
                    self._merge(steps[0], set(half))
                    look()
                return False
            self.do(plan, steps)
            look()
        return True

    def do(self, plan: SnapshotPlan, steps: list[Step]) -> None:
        step = steps[0]
        match step.op:
            case Op.CHECK:
                pass
            case Op.CREATE:
                self._create(plan, steps)
            case Op.REVERT:
                self._revert(step.names[0])
            case Op.ERASE:
                (name,) = step.names
                for disk in self.snapshots[name].disks:
                    if disk.frozen:
                        assert disk.frozen in self.tops.values()
                        del self.files[disk.frozen].inside[name]
                self._forget(name)
            case Op.STOP:
                assert self.up
                self.up, self.memory = False, 0
            case Op.OVERLAY:
                assert step.file not in self.files
                assert step.format == self.files[step.onto].format
                self.files[step.file] = Image(step.onto)
            case Op.SWITCH:
                self._switch(steps)
            case Op.CURRENT:
                self._point(step.names[0])
            case Op.RESTORE:
                assert not self.up
                self.up, self.memory = True, self.memories[step.file]
            case Op.START:
                assert not self.up
                self.up = True
            case Op.COMMIT | Op.PULL:
                self._merge(step)
            case Op.REDEFINE:
                for name in step.names:
                    self._redefine(name, step.file, step.onto)
            case Op.FORGET:
                self._forget(step.names[0])
            case Op.REMOVE:
                assert (self.files if step.file in self.files else self.memories).pop(step.file) is not None
            case _:
                raise AssertionError(step)

    def _create(self, plan: SnapshotPlan, steps: list[Step]) -> None:
        order, name = plan.order, steps[0].names[0]
        assert order is not None
        assert name not in self.snapshots
        self.clock += 60
        disks, memory, file = [], How.NONE, ""
        if order.kind == "internal":
            for target in order.targets:
                top = self.files[self.tops[target]]
                assert top.format == "qcow2"
                top.inside[name] = dict(top.layer)
                disks.append(SnapshotDisk(target, How.INTERNAL, self.tops[target]))
            if order.memory:
                memory, self.inner[name] = How.INTERNAL, self.memory
        else:
            for step in steps:
                assert step.file not in self.files
                if step.target:
                    assert self.tops[step.target] == step.onto
                    self.files[step.file] = Image(step.onto)
                    self.tops[step.target] = step.file
                    disks.append(SnapshotDisk(step.target, How.EXTERNAL, step.onto, step.file))
                else:
                    memory, file = How.EXTERNAL, step.file
                    self.memories[file] = self.memory
        disks += [SnapshotDisk(target, How.NONE) for target in self.tops if target not in order.targets]
        state = State.RUNNING if order.memory else State.OFF
        one = Snapshot(name, self.current, self.clock, state, memory, file, tuple(disks))
        self.snapshots[name] = one
        self._point(name)

    def _revert(self, name: str) -> None:
        for disk in self.snapshots[name].disks:
            image = self.files[disk.frozen]
            image.layer = dict(image.inside[name])
            self.tops[disk.target] = disk.frozen
        self.up = self.snapshots[name].memory is How.INTERNAL
        self.memory = self.inner.get(name, 0)
        self._point(name)

    def _switch(self, steps: list[Step]) -> None:
        assert not self.up
        if steps[0].names:
            self.tops = {}
        for step in steps:
            assert step.format == self.files[step.file].format
            self.tops[step.target] = step.file

    def _redefine(self, name: str, file: str, onto: str) -> None:
        one = self.snapshots[name]
        disks = tuple(replace(disk, frozen=onto) if disk.frozen == file else disk for disk in one.disks)
        self.snapshots[name] = replace(one, disks=disks)

    def _merge(self, step: Step, half: set[int] | None = None) -> None:
        top, base = self.files[step.file], self.files[step.onto]
        assert top.backing == step.onto
        live = self.live
        in_vm = step.file in live
        assert in_vm or step.onto not in live, "a running VM reads what a helper would write"
        written = base if step.op is Op.COMMIT else top
        path = step.onto if step.op is Op.COMMIT else step.file
        assert not any(path in self.chain(clone) for clone in self.clones), "a clone reads it"
        if step.op is Op.PULL:
            assert not in_vm or step.file in self.tops.values(), "QEMU pulls only into what the VM writes"
        for place, value in (top if step.op is Op.COMMIT else base).layer.items():
            if half is None or place in half:
                if step.op is Op.COMMIT:
                    written.layer[place] = value
                else:
                    written.layer.setdefault(place, value)
        if half is not None:
            return
        if step.op is Op.PULL:
            top.backing = base.backing
            return
        above = [one for one in self.files.values() if one.backing == step.file]
        assert len(above) <= 1
        for one in above:
            one.backing = step.onto
        for target, path in self.tops.items():
            if path == step.file and self.up:
                self.tops[target] = step.onto


def calls(plan: SnapshotPlan) -> list[list[Step]]:
    """The steps as they are carried out: those that make one call together."""
    found: list[list[Step]] = []
    for step in plan.steps:
        if found and step.op in (Op.CREATE, Op.SWITCH) and found[-1][0].op is step.op:
            found[-1].append(step)
        else:
            found.append([step])
    return found
