"""A plan in the making: its steps, what they do to the files, what they need and how long they take, and its pictures."""

from __future__ import annotations

from collections import defaultdict

from msgspec.structs import replace

from console.fleet.snapshots.files import Forest, label, stem
from console.fleet.snapshots.plans import (
    Chain,
    Deed,
    Fate,
    FileBox,
    IfStops,
    Op,
    SnapshotPlan,
    Step,
    Stops,
    TakeOrder,
)
from console.fleet.snapshots.values import SnapshotFacts
from console.fleet.storing import Say, Weight

MERGE_RATE = 128 << 20  # bytes/s that a merge moves
MEMORY_RATE = 400 << 20  # bytes/s that memory is written or read at
_SECONDS = {Op.STOP: 1.0, Op.START: 2.0, Op.RESTORE: 2.0, Op.REVERT: 2.0, Op.CREATE: 0.3, Op.COMMIT: 1.0, Op.PULL: 1.0}
"""What a step takes whatever the sizes; others next to nothing."""
_A_STEP = 0.05


class Work:
    """Steps are added in order; the forest is always as it would be behind the last one."""

    def __init__(self, facts: SnapshotFacts) -> None:
        self.facts = facts
        self.forest = Forest(facts)
        self._sound: set[str] = set()
        self.steps: list[Step] = []
        self.says: list[Say] = []
        self.seconds = 0.0
        self.targets: dict[str, str] = {}
        """Disks that are drawn: of each a file in the chain to draw."""
        self.stays: dict[str, tuple[str, tuple[str, ...]]] = {}
        """Files that no snapshot keeps, and that must stay: of which disk, and who needs them."""
        self.left: dict[str, str] = {}
        """Files in which an internal snapshot leaves its bytes: its name."""
        self._doubt: dict[int, int] = {}
        """Of a merge, by its place: bytes that it may not take after all, for the two files may hold the same blocks."""
        self._told: set[tuple[str, str]] = set()
        self._into: dict[str, str] = {}
        self._gone: set[str] = set()
        self._grown: set[str] = set()
        self._new: set[str] = set()

    # what is said

    def say(self, code: str, weight: Weight = Weight.FACT, **values: str | int) -> None:
        """Once for each code and file, disk or name."""
        which = str(values.get("file") or values.get("target") or values.get("name") or "")
        if (code, which) not in self._told:
            self._told.add((code, which))
            self.says.append(Say(code, values, weight))

    def warn(self, code: str, **values: str | int) -> None:
        self.say(code, Weight.WARNING, **values)

    def refuse(self, code: str, **values: str | int) -> None:
        self.say(code, Weight.STOP, **values)

    @property
    def refused(self) -> bool:
        return any(say.weight is Weight.STOP for say in self.says)

    # what is done

    def step(self, op: Op, **values: object) -> Step:
        step = Step(op, **values)  # type: ignore[arg-type]
        self.steps.append(step)
        self.seconds += _SECONDS.get(op, _A_STEP)
        return step

    def check(self) -> None:
        self.step(Op.CHECK, if_stops=IfStops.NOTHING)

    def draw(self, target: str, path: str) -> None:
        self.targets.setdefault(target, path)

    def whole(self, path: str) -> bool:
        """It is there with all it is built on. What a step takes away leaves the rest of a chain whole."""
        return self.forest.there(path) and not self.forest.flaw(path, self._sound)[0]

    def commit(self, target: str, file: str, onto: str) -> None:
        """`file` goes into `onto`, and all that named it names that."""
        forest = self.forest
        before, moved = forest.size(onto), forest.size(file)
        growth = forest.grow(onto, file)
        self._doubt[len(self.steps)] = min(growth, before)
        kind = forest.files[onto].format
        self.step(
            Op.COMMIT,
            target=target,
            file=file,
            onto=onto,
            before=before,
            after=before + growth,
            gain=-growth,
            if_stops=IfStops.RESUMES,
            format=kind,
        )
        self.seconds += moved / MERGE_RATE
        self._into[file] = onto
        self._grown.add(onto)
        self.stays.pop(onto, None)
        inside = forest.inside_above(file)
        for path in sorted(forest.above.get(file, ())):
            forest.rebase(path, onto)
        tops = [name for name, path in forest.tops.items() if path == file]
        if tops and not self.facts.state.active:
            for name in tops:
                self.step(Op.SWITCH, target=name, file=onto, onto=file, if_stops=IfStops.FINISH, format=kind)
        for name in tops:
            forest.tops[name] = onto
        forest.live.discard(file)
        self._tell(target, file, onto, {*forest.rename(file, onto), *inside}, kind)
        self.remove(target, file)

    def pull(self, target: str, file: str, onto: str) -> None:
        """`file` gets what it reads of `onto`, and stands on that one's base."""
        forest = self.forest
        before, moved = forest.size(file), forest.size(onto)
        growth = forest.grow(file, onto)
        self._doubt[len(self.steps)] = min(growth, before)
        self.step(
            Op.PULL,
            target=target,
            file=file,
            onto=onto,
            before=before,
            after=before + growth,
            gain=-growth,
            if_stops=IfStops.RESUMES,
        )
        self.seconds += moved / MERGE_RATE
        self._into[onto] = file
        self._grown.add(file)
        forest.rebase(file, forest.files[onto].backing)
        self._tell(target, onto, file, forest.inside_above(file), forest.files[file].format)
        if not forest.needed(onto):
            self.remove(target, onto)

    def _tell(self, target: str, file: str, onto: str, names: set[str], kind: str) -> None:
        """Snapshots whose records name a file that went into another."""
        if names:
            listed = tuple(sorted(names))
            self.step(
                Op.REDEFINE, target=target, file=file, onto=onto, names=listed, if_stops=IfStops.FINISH, format=kind
            )

    def overlay(self, target: str, path: str, onto: str) -> None:
        self.forest.add(path, onto)
        self._new.add(path)
        size = self.forest.size(path)
        self.step(
            Op.OVERLAY,
            target=target,
            file=path,
            onto=onto,
            after=size,
            gain=-size,
            if_stops=IfStops.FILE_STAYS,
            format=self.forest.files[path].backing_format,
        )

    def created(self, target: str, path: str, onto: str, name: str, size: int) -> None:
        """A file that libvirt makes while it takes the snapshot `name`; target "" = its memory."""
        if target:
            self.forest.add(path, onto)
            self.forest.switch(target, path)
            self._new.add(path)
        self.step(
            Op.CREATE,
            target=target,
            file=path,
            onto=onto,
            names=(name,),
            after=size,
            gain=-size,
            if_stops=IfStops.NOTHING,
            format=self.forest.files[onto].format if onto in self.forest.files else "",
        )

    def remove(self, target: str, path: str, loses: bool = False) -> bool:
        """A file that nobody needs goes, where libvirt can: a pool must hold it."""
        file = self.forest.files.get(path)
        if file is None or not file.exists:
            return False
        if not file.pool:
            self.warn("no-pool", file=path, folder=path.rpartition("/")[0])
            return False
        self.step(
            Op.REMOVE,
            target=target,
            file=path,
            before=file.allocation,
            after=0,
            gain=file.allocation,
            if_stops=IfStops.FILE_STAYS,
            loses=loses,
        )
        self._gone.add(path)
        self.forest.remove(path)
        return True

    # what it comes to

    def room(self) -> tuple[str, int, int]:
        """Of the pool where it gets tightest: name, bytes it may have to have free, bytes it has. Refuses where these are too few
        for certain; a merge that turns out to need more ends, and can be taken up again."""
        free = {pool.name: pool.available for pool in self.facts.pools}
        left: defaultdict[str, int] = defaultdict(int)
        most: defaultdict[str, int] = defaultdict(int)
        spared: defaultdict[str, int] = defaultdict(int)
        least: defaultdict[str, int] = defaultdict(int)
        for place, step in enumerate(self.steps):
            if step.gain:
                pool = self._pool(step.onto if step.op is Op.COMMIT else step.file)
                left[pool] += step.gain
                spared[pool] += self._doubt.get(place, 0)
                most[pool] = max(most[pool], -left[pool])
                least[pool] = max(least[pool], -left[pool] - spared[pool])
        for pool, needs in most.items():
            if pool in free and least[pool] > free[pool]:
                self.refuse("no-room", name=pool, pool=pool, needs=least[pool], free=free[pool])
            elif pool in free and needs > free[pool]:
                self.warn("room-doubt", name=pool, pool=pool, needs=needs, free=free[pool])
        if not most:
            return "", 0, 0
        pool = max(most, key=lambda name: (most[name] - free.get(name, 1 << 62), most[name]))
        return pool, most[pool], free.get(pool, 0)

    def _pool(self, path: str) -> str:
        pool = self.forest.pool_of(path)
        file = self.facts.files.get(path)
        return pool.name if pool is not None else file.pool if file is not None else ""

    def pictures(self) -> tuple[tuple[Chain, ...], tuple[Chain, ...]]:
        """The chains of the disks that change, as they are and as they become."""
        start = Forest(self.facts)
        before, after = [], []
        for target, path in self.targets.items():
            tip = start.tip(path) if start.there(path) else path
            old = start.chain(tip)[::-1]
            end = next((p for p in reversed(old) if p in self.forest.files), "")
            if path in start.live or self.forest.tops.get(target) in self._new:
                end = self.forest.tops.get(target, end)
            new = self.forest.chain(end)[::-1]
            family = stem(path)
            before.append(Chain(target, tuple(self._box(start, p, family, target, later=False) for p in old)))
            after.append(Chain(target, tuple(self._box(self.forest, p, family, target, later=True) for p in new)))
        return tuple(before), tuple(after)

    def _box(self, forest: Forest, path: str, family: str, target: str, later: bool) -> FileBox:
        fate = Fate.STAYS
        if forest.tops.get(target) == path:
            fate = Fate.WRITTEN
        if path in self._gone:
            fate = Fate.GOES
        elif path in self._grown:
            fate = Fate.GROWS
        elif later and path in self._new:
            fate = Fate.NEW
        into = self._into.get(path, "") if not later else ""
        return FileBox(path, label(path, family), forest.size(path), fate, into)

    def plan(
        self,
        deed: Deed,
        snapshot: str,
        *,
        stops: Stops = Stops.NO,
        lost: tuple[str, ...] = (),
        needs_memory: int = 0,
        order: TakeOrder | None = None,
        branch: str = "",
        values: tuple[tuple[str, str], ...] = (),
    ) -> SnapshotPlan:
        pool, needs, free = self.room()
        for path, name in self.left.items():
            if self.forest.there(path):
                self.warn("internal-left", name=name, file=path)
        for path, (_target, names) in self.stays.items():
            if self.forest.there(path):
                self.say("base-stays", file=path, names=", ".join(names))
        before, after = self.pictures()
        return SnapshotPlan(
            self.facts.key,
            self.facts.name,
            deed,
            snapshot,
            self.facts.asked,
            stops,
            sum(step.gain for step in self.steps),
            max(0, needs),
            needs_memory,
            pool,
            free,
            round(self.seconds, 1),
            before,
            after,
            tuple(self.steps),
            tuple(self.says),
            lost,
            order,
            branch,
            values,
        )


def losing(steps: list[Step], place: int) -> None:
    """The step at `place` is the first behind which there is no way back."""
    steps[place] = replace(steps[place], loses=True)
