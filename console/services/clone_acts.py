"""What is done to one clone or template: disks of its own, a base to clone from and back, whether it goes by itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from msgspec.structs import replace

from console.fleet.clones.disks import chain_bytes
from console.fleet.clones.family import Kinship
from console.fleet.clones.provenance import Provenance
from console.fleet.domains import Domain, State, VmKey
from console.fleet.errors import Conflict, NotFound, Reason
from console.fleet.snapshots.values import SnapshotFacts
from console.fleet.storing import Plan, Say, Weight
from console.gateway import blockjobs, cloning, defining, domains, volumes
from console.gateway.gateway import Gateway
from console.gateway.snapshot_facts import read_facts
from console.inventory.inventory import Inventory
from console.jobs.job import Cancelled, Job, who
from console.jobs.journal import JobStore
from console.jobs.runner import JobHandle, JobRunner
from console.libvirtxml import cloning as xml
from console.services import clone_lines
from console.services.keeping import Keeping
from console.services.running import SETTLE_LIMIT

ACT_CODES = frozenset(
    {
        "flatten",  # name, bytes
        "flat-already",  # name
        "flatten-stays-off",  # name: it cannot be started meanwhile
        "has-snapshots",  # name, count
        "template-made",  # name
        "template-unmade",  # name
        "template-already",  # name
        "template-not",  # name
        "locks-disks",  # name, targets
        "base-needed",  # name, user: those that need it
        "vm-runs",  # name
        "vm-saved",  # name
        "vm-transient",  # name
        "keeps-throw-away",  # name
        "keeps-until",  # name, when
        "keeps-past",  # name, when
        "keeps-staying",  # name
        # and of clones: autostart-off, base-missing, job-runs, migrates, no-room, read-only-host
    }
)
"""What their plans may say, each with its values; words.clones makes sentences of them."""


class CloneActs:
    """Every `plan…` asks the host and blocks; every `run…` is a job, plans anew right before it acts, and never blocks."""

    def __init__(
        self, gateway: Gateway, inventory: Inventory, jobs: JobRunner, store: JobStore, keeping: Keeping
    ) -> None:
        self._gateway = gateway
        self._inventory = inventory
        self._jobs = jobs
        self._store = store
        self._keeping = keeping

    def _facts(self, key: VmKey) -> SnapshotFacts:
        return read_facts(self._gateway.link(key.host), key, self._inventory.view(key.host).pools)

    def _kin(self, key: VmKey) -> list[str]:
        """Names of those that are built on it, its host's volumes asked anew."""
        known = self._inventory.view(key.host).pools
        pools = volumes.pools(self._gateway.link(key.host), known)
        return [kin.name for kin in Kinship(self._inventory.domains_of(key.host), pools).needing(key)]

    def _plan(self, kind: str, facts: SnapshotFacts, says: list[Say], takes: int = 0) -> Plan:
        if facts.read_only:
            says.insert(0, Say("read-only-host", {"host": facts.key.host}, Weight.STOP))
        return Plan(kind, facts.key.host, facts.name, tuple(says), takes=takes, made=time.time())

    def _submit(self, kind: str, key: VmKey, body: Callable[[Job], None], line: str) -> JobHandle:
        known = self._inventory.domain(key)
        name = known.name if known is not None else key.uuid
        return self._jobs.submit(kind, name, body, vms=(key,), hosts=(key.host,), command=line)

    def _seen(self, key: VmKey, wanted: Callable[[Provenance], bool]) -> None:
        def there(now: Domain | None) -> bool:
            return now is None or wanted(now.provenance or Provenance())

        self._inventory.wait_for(key, there, SETTLE_LIMIT)

    # disks of its own

    def plan_flatten(self, key: VmKey) -> Plan:
        facts = self._facts(key)
        name = facts.name
        stacked = list(_stacked(facts))
        if not stacked:
            return self._plan("vm.flatten", facts, [Say("flat-already", {"name": name}, Weight.STOP)])
        says, takes = [], dict[str, int]()
        for _target, path, _base in stacked:
            image = facts.files[path]
            more = max(0, chain_bytes(facts, path, image.capacity) - image.allocation)
            takes[image.pool] = takes.get(image.pool, 0) + more
        says.append(Say("flatten", {"name": name, "bytes": sum(takes.values())}))
        if facts.snapshots:
            says.append(Say("has-snapshots", {"name": name, "count": len(facts.snapshots)}, Weight.STOP))
        if facts.state is State.MIGRATING:
            says.append(Say("migrates", {"name": name}, Weight.STOP))
        elif facts.job or facts.busy_disks:
            says.append(Say("job-runs", {"job": facts.job or "copy"}, Weight.STOP))
        if facts.state is State.SAVED:
            says.append(Say("vm-saved", {"name": name}, Weight.STOP))
        if not facts.state.active:
            says.append(Say("flatten-stays-off", {"name": name}))
        gone = dict.fromkeys(base for *_, base in stacked if not facts.files[base].exists)
        says += [Say("base-missing", {"path": path}, Weight.STOP) for path in gone]
        for pool in facts.pools:
            if takes.get(pool.name, 0) > pool.available:
                values: dict[str, str | int] = {"bytes": takes[pool.name], "free": pool.available, "pool": pool.name}
                says.append(Say("no-room", values, Weight.STOP))
        return self._plan("vm.flatten", facts, says, sum(takes.values()))

    def run_flatten(self, key: VmKey) -> JobHandle:
        """Cut off in the middle, every disk is whole, and what was copied need not be copied again."""

        def body(job: Job) -> None:
            job.step("checking")
            refuse(self.plan_flatten(key))
            link = self._gateway.link(key.host)
            facts = self._facts(key)
            stacked = list(_stacked(facts))
            for number, (target, path, base) in enumerate(stacked):
                job.step("flattening", target=target)

                def tell(at: int, of: int) -> None:
                    job.check()
                    job.progress(at, of)

                try:
                    blockjobs.pull(link, key.uuid, target, path, base, tell)
                except Exception:
                    if job.cancelled:
                        raise Cancelled from None
                    raise
                job.log(f"{number + 1}/{len(stacked)} {path}")
                volumes.refresh(link, facts.files[path].pool)
            origin = cloning.provenance(link, key.uuid)
            if origin.linked:
                cloning.set_provenance(link, key.uuid, replace(origin, linked=False))
                self._seen(key, lambda now: not now.linked)
            link.touched_pools()

        return self._submit("vm.flatten", key, body, clone_lines.flatten(self._inventory, key))

    # templates

    def plan_template(self, key: VmKey, on: bool) -> Plan:
        facts = self._facts(key)
        name = facts.name
        values: dict[str, str | int] = {"name": name}
        link = self._gateway.link(key.host)
        is_one = cloning.provenance(link, key.uuid).template
        kind = "vm.template" if on else "vm.untemplate"
        if is_one is on:
            code = "template-already" if on else "template-not"
            return self._plan(kind, facts, [Say(code, values, Weight.STOP)])
        says = [Say("template-made" if on else "template-unmade", values)]
        if not on:
            if kin := self._kin(key):
                says.append(Say("base-needed", {**values, "user": ", ".join(kin)}, Weight.STOP))
            return self._plan(kind, facts, says)
        if facts.state.active:
            says.append(Say("vm-runs", values, Weight.STOP))
        elif facts.managed_save or facts.state is State.SAVED:
            says.append(Say("vm-saved", values, Weight.STOP))
        if not facts.persistent:
            says.append(Say("vm-transient", values, Weight.STOP))
        if targets := xml.lockable(defining.stored(link, key.uuid)):
            says.append(Say("locks-disks", {**values, "targets": ", ".join(targets)}))
        now = self._inventory.domain(key)
        if now is not None and now.autostart:
            says.append(Say("autostart-off", values, Weight.WARNING))
        return self._plan(kind, facts, says)

    def run_template(self, key: VmKey, on: bool) -> JobHandle:
        """One change of its configuration: the mark and the disks that it locks go together."""

        def body(job: Job) -> None:
            job.step("checking")
            refuse(self.plan_template(key, on))
            link = self._gateway.link(key.host)
            job.step("defining", name=self._name(key))
            with self._keeping.around(key, "vm.template" if on else "vm.untemplate"):
                cloning.redefine(link, key.uuid, self._name(key), _as_template if on else _as_vm)
            now = self._inventory.domain(key)
            if on and now is not None and now.autostart:
                domains.set_autostart(link, key.uuid, False)
            self._seen(key, lambda now: now.template is on)

        kind = "vm.template" if on else "vm.untemplate"
        return self._submit(kind, key, body, clone_lines.template(self._inventory, [key], on))

    def _name(self, key: VmKey) -> str:
        known = self._inventory.domain(key)
        if known is None:
            raise NotFound(Reason.GONE, key.uuid)
        return known.name

    # there for a while only

    def plan_keep(self, key: VmKey, *, throw_away: bool, expires: float) -> Plan:
        facts = self._facts(key)
        name = facts.name
        says = []
        if throw_away:
            says.append(Say("keeps-throw-away", {"name": name}, Weight.WARNING))
        if expires:
            past = expires <= time.time()
            code, weight = ("keeps-past", Weight.STOP) if past else ("keeps-until", Weight.WARNING)
            says.append(Say(code, {"name": name, "when": int(expires)}, weight))
        if not says:
            says.append(Say("keeps-staying", {"name": name}))
        elif not facts.persistent:
            says.append(Say("vm-transient", {"name": name}, Weight.STOP))
        elif kin := self._kin(key):
            says.append(Say("base-needed", {"name": name, "user": ", ".join(kin)}, Weight.STOP))
        return self._plan("vm.keep", facts, says)

    def run_keep(self, key: VmKey, *, throw_away: bool, expires: float) -> JobHandle:
        def body(job: Job) -> None:
            job.step("checking")
            refuse(self.plan_keep(key, throw_away=throw_away, expires=expires))
            link = self._gateway.link(key.host)
            origin = cloning.provenance(link, key.uuid)
            wanted = replace(origin, throw_away=throw_away, expires=expires, by=origin.by or who())
            with self._keeping.around(key, "vm.keep"):
                cloning.set_provenance(link, key.uuid, wanted)
            self._seen(key, lambda now: (now.throw_away, int(now.expires)) == (throw_away, int(expires)))

        line = clone_lines.keep(self._inventory, key, throw_away=throw_away, expires=expires)
        return self._submit("vm.keep", key, body, line)


def _stacked(facts: SnapshotFacts) -> Iterator[tuple[str, str, str]]:
    """Target, file, and the last of the files it is built on, of each disk that is built on any."""
    for disk in facts.disks:
        image = facts.files.get(disk.path)
        if image is None or not image.backing or disk.device in ("cdrom", "floppy"):
            continue
        base, seen = image.backing, {disk.path}
        while base not in seen and (below := facts.files.get(base)) is not None and below.backing:
            seen.add(base)
            base = below.backing
        if base in facts.files:
            yield disk.target, disk.path, base


def _as_template(text: str) -> str:
    targets = frozenset(xml.lockable(text))
    ours = xml.ours_in(text)
    origin = replace(ours.provenance or Provenance(), template=True, locked=tuple(sorted(targets)))
    origin = replace(origin, throw_away=False, expires=0.0)
    return xml.marked(xml.locked(text, targets, True), replace(ours, provenance=origin))


def _as_vm(text: str) -> str:
    ours = xml.ours_in(text)
    origin = ours.provenance or Provenance()
    plain = replace(origin, template=False, locked=())
    found = None if plain == Provenance() else plain
    return xml.marked(xml.locked(text, frozenset(origin.locked), False), replace(ours, provenance=found))


def refuse(plan: Plan) -> None:
    """Raises Conflict for what a plan refuses, with the names of those who need it, or the code of what is to be said."""
    for say in plan.refused:
        if "user" in say.values:
            raise Conflict(Reason.IN_USE, plan.target, detail=str(say.values["user"]))
        if say.code == "no-room":
            raise Conflict(Reason.NO_SPACE, plan.target, detail=str(say.values["pool"]))
        raise Conflict(Reason.WRONG_STATE, plan.target, detail=f"clone-{say.code}")
