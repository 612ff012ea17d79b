"""Changing how a VM is configured: planned first, stored at its host, carried out on the running VM as far as that can be, kept as
versions. All calls but `run` and `command` block."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import msgspec
from msgspec.structs import replace

from console.fleet.domains import Domain, VmKey
from console.fleet.edits import Change, Fate, Finding, FlawedText, Hold, Severity, Version, Way, When, why_not
from console.fleet.errors import Conflict, FleetError, NotFound, Reason, Unreachable
from console.gateway import defining
from console.gateway.connection import Link
from console.gateway.gateway import Gateway
from console.inventory.inventory import Inventory
from console.inventory.versions import Versions, digest_of
from console.jobs.job import Job, JobSpec, who
from console.jobs.runner import JobHandle, JobRunner
from console.libvirtxml import changes, checking, diffing, merging, parts
from console.libvirtxml.domain import read_domain
from console.services.commands import line, vm_word
from console.services.keeping import Keeping
from console.services.running import SETTLE_LIMIT, run

SCHEMAS = ("/usr/share/libvirt/schemas", "/usr/local/share/libvirt/schemas")
_GIVEN_BACK = 6.0  # seconds that a guest has to let go of a device
_ORDER = (Way.DETACH, Way.UPDATE, Way.ATTACH)  # first what makes room; then all else


class Draft(msgspec.Struct, frozen=True):
    """What an edit begins from. text: the configuration for the next start. secrets: it has passwords. digest: of text."""

    key: VmKey
    name: str
    text: str
    running: bool
    secrets: bool = False

    @property
    def digest(self) -> str:
        return digest_of(self.text)


class Begun(msgspec.Struct, frozen=True):
    """An edit that was begun and neither applied nor discarded. at: epoch of its last change; base: what it began from."""

    at: float
    base: str
    text: str


class EditPlan(msgspec.Struct, frozen=True):
    """A dry run. base: what the edit began from; text: what is to be.

    theirs: what is stored by now, where somebody changed it since, else "": then nothing can be applied before both are
    merged. reason: what the version is to say, "edit" or "restore". live: the running VM is changed too. version: the one that
    is gone back to.
    """

    key: VmKey
    name: str
    base: str
    text: str
    changes: tuple[Change, ...]
    running: bool
    theirs: str = ""
    secrets: bool = False
    live: bool = True
    validate: bool = True
    reason: str = "edit"
    version: int = 0

    @property
    def now(self) -> tuple[Change, ...]:
        """What the running VM takes at once."""
        return tuple(change for change in self.changes if change.when is When.NOW)

    @property
    def left(self) -> tuple[Change, ...]:
        """What holds from the next start."""
        return tuple(change for change in self.changes if change.when is When.NEXT)

    def only_next(self) -> EditPlan:
        """The same, leaving what runs as it is."""
        held = tuple(
            change
            if change.when is When.NEXT
            else replace(change, when=When.NEXT, hold=Hold.NOT_WANTED, limit=0, step=None)
            for change in self.changes
        )
        return replace(self, changes=held, live=False)


class Applied(msgspec.Struct, frozen=True):
    """What became of a plan. left: what holds from the next start, each with `said` where the host refused it now.

    dropped: what the host did not take into the configuration. running: the VM ran meanwhile.
    """

    name: str
    done: tuple[Change, ...]
    left: tuple[Change, ...]
    dropped: tuple[Change, ...] = ()
    running: bool = False


class EditService:
    """Drafts, plans, applies, and goes back to earlier versions."""

    def __init__(
        self, gateway: Gateway, inventory: Inventory, jobs: JobRunner, versions: Versions, keeping: Keeping
    ) -> None:
        self._gateway = gateway
        self._inventory = inventory
        self._jobs = jobs
        self._versions = versions
        self._keeping = keeping

    # editing

    def begin(self, key: VmKey, secrets: bool = False) -> Draft:
        """The configuration to edit, read now and kept as a version. Conflict or NotFound where it cannot be edited."""
        self._checked(key)
        link = self._gateway.link(key.host)
        config = defining.read(link, key.uuid)
        self._note(key, config)
        text = defining.stored(link, key.uuid, secrets=True) if secrets else config.stored
        return Draft(key, config.name, text, bool(config.live), secrets)

    def check(self, draft: Draft, text: str) -> tuple[Finding, ...]:
        """What is wrong with a text, as far as this workstation can tell. Asks no host."""
        return checking.check(text, draft.name, draft.key.uuid, _schema())

    def plan(
        self, draft: Draft, text: str, *, live: bool = True, reason: str = "edit", validate: bool = True
    ) -> EditPlan:
        """What applying `text` would do, against how the VM is now. UsageError where the text cannot be applied."""
        self._checked(draft.key)
        self._refuse(draft, text)
        link = self._gateway.link(draft.key.host)
        config = defining.read(link, draft.key.uuid)
        stored = defining.stored(link, draft.key.uuid, secrets=True) if draft.secrets else config.stored
        self._note(draft.key, config)
        found = changes.plan(draft.text, text, config.live or None, wanted=live)
        theirs = "" if changes.same(stored, draft.text) else stored
        return EditPlan(
            draft.key,
            draft.name,
            draft.text,
            text,
            found,
            bool(config.live),
            theirs,
            draft.secrets,
            live,
            validate,
            reason,
        )

    def waiting(self, live: str, stored: str) -> tuple[Change, ...]:
        """What of the stored configuration holds only from the next start."""
        return changes.waiting(live, stored)

    def compare(self, before: str, after: str) -> tuple[Change, ...]:
        """What differs by meaning."""
        return changes.compare(before, after)

    def patch(self, before: str, after: str, old: str, new: str) -> list[str]:
        """The lines of a unified diff, passwords hidden; old, new: what the two are called."""
        return [changes.redacted(line) for line in diffing.patch(before, after, old, new)]

    def vm_in(self, text: str) -> str:
        """The UUID, or else the name, of the VM that a text configures; "" for none. Errors: FlawedText."""
        for finding in checking.check(text):
            if finding.severity is Severity.ERROR:
                raise FlawedText(finding, "")
        return changes.whose(text)

    def merge(self, plan: EditPlan) -> merging.Merge:
        """Their change and mine, put together; for a plan with `theirs`."""
        return merging.merge(plan.base, plan.theirs, plan.text)

    def rebased(self, plan: EditPlan, text: str) -> tuple[Draft, str]:
        """What to go on with once both changes are in `text`: an edit of what is stored now."""
        return Draft(plan.key, plan.name, plan.theirs, plan.running, plan.secrets), text

    def command(self, plan: EditPlan) -> str:
        """The line that does the same: it brings the text along, and refuses where somebody changed the VM meanwhile."""
        if plan.version:
            return self._restore_line(plan.key, plan.version, "--yes", *["--next-start"] * (not plan.live))
        options = ["--expect", digest_of(plan.base)]
        options += [] if plan.live else ["--next-start"]
        options += [] if plan.validate else ["--no-validate"]
        options += ["--secrets"] if plan.secrets else []
        said = line(("xml", "apply"), ("-", vm_word(self._inventory, plan.key)), (*options, "--yes"))
        end = "XML"
        while f"\n{end}\n" in plan.text:
            end += "_"
        text = plan.text if plan.text.endswith("\n") else f"{plan.text}\n"
        return f"{said} <<'{end}'\n{text}{end}\n"

    def run(self, plan: EditPlan) -> JobHandle:
        """Stores the configuration and changes the running VM. The job's result is Applied.

        The job fails with Reason.CHANGED where somebody changed the VM since the plan's base, and then does nothing.
        """
        member = JobSpec(
            kind="vm.edit",
            target=plan.name,
            body=lambda job: self._do(job, plan),
            vms=(plan.key,),
            hosts=(plan.key.host,),
            via=self._gateway.run_in_lane(plan.key.host),
        )
        return run(self._jobs, [member], self.command(plan) if plan.version else "")  # the history keeps no texts

    # what was begun

    def keep_text(self, draft: Draft, text: str, at: float) -> None:
        """Keeps what is being written, so that neither a crash nor a closed window loses it. Never with a password in it."""
        if draft.secrets or "passwd" in text:
            return
        self._versions.keep_draft(draft.key, draft.text, text, at)

    def begun(self, key: VmKey) -> Begun | None:
        """What was begun earlier and left."""
        kept = self._versions.draft(key)
        return Begun(*kept) if kept is not None else None

    def drop_text(self, key: VmKey) -> None:
        """It was applied or discarded."""
        self._versions.drop_draft(key)

    # versions

    def versions(self, key: VmKey) -> tuple[Version, ...]:
        """How this VM was configured, newest first; what is stored now is read first where its host is live."""
        if self._inventory.fresh(key.host):
            domain = self._inventory.domain(key)
            if domain is not None and domain.persistent:
                self._note(key, defining.read(self._gateway.link(key.host), key.uuid))
        return self._versions.of(key.uuid)

    def version(self, id: int) -> Version:
        """One version with its XML. NotFound."""
        return self._versions.get(id)

    def restore(self, key: VmKey, id: int, *, live: bool = True) -> EditPlan:
        """The plan to go back to an earlier version. Its name stays, and passwords stay as they are now."""
        version = self._versions.get(id)
        draft = self.begin(key)
        plan = self.plan(draft, changes.renamed(version.xml, draft.name, key.uuid), live=live, reason="restore")
        return replace(plan, version=id)

    def restore_command(self, key: VmKey, id: int | None = None) -> str:
        """The line that goes back to a version, or lists them."""
        return self._restore_line(key, id) if id else line(("xml", "versions"), [vm_word(self._inventory, key)])

    def _restore_line(self, key: VmKey, id: int, *options: str) -> str:
        return line(("xml", "restore"), [vm_word(self._inventory, key), str(id)], options)

    # inside

    def _checked(self, key: VmKey) -> None:
        domain, spec = self._inventory.domain(key), self._inventory.spec(key.host)
        if domain is None or spec is None:
            raise NotFound(Reason.GONE, key.uuid)
        problem = why_not(domain, spec, self._inventory.status(key.host))
        if problem is not None:
            raise Conflict(problem, domain.name)

    def _refuse(self, draft: Draft, text: str) -> None:
        """UsageError, with the flaw as its detail, for a text that is no configuration of this VM."""
        for finding in checking.check(text, draft.name, draft.key.uuid):
            if finding.severity is Severity.ERROR:
                raise FlawedText(finding, draft.name)

    def _note(self, key: VmKey, config: defining.Config, reason: str = "", by: str = "") -> None:
        """Keeps a configuration; that it cannot be kept stands in `Versions.problem`, and stops nobody."""
        try:
            self._versions.note(key, config.name, config.stored, reason, by)
        except FleetError:
            return

    def _do(self, job: Job, plan: EditPlan) -> Applied:
        self._checked(plan.key)
        link, uuid = self._gateway.link(plan.key.host), plan.key.uuid
        self._keeping.mark(plan.key)
        self._note(plan.key, defining.read(link, uuid))
        job.check()
        job.step("storing")
        stored = defining.define(link, uuid, plan.base, plan.text, validate=plan.validate, secrets=plan.secrets)
        config = defining.Config(plan.name, stored if not plan.secrets else defining.stored(link, uuid))
        self._note(plan.key, config, plan.reason, who())
        self._keeping.mark(plan.key)
        dropped = _dropped(plan.text, stored)
        for change in dropped:
            job.log(f"not taken by the host: {change.part} {change.name} {change.before}".rstrip())
        live = defining.running(link, uuid)
        wanted = changes.plan(plan.base, _whole(stored, plan, link), live or None, wanted=plan.live)
        wanted = tuple(change for change in wanted if _asked(change, plan.changes))
        done, left = self._carry_out(job, link, uuid, wanted)
        self._inventory.wait_for(plan.key, _shown(defining.running(link, uuid) or stored), SETTLE_LIMIT)
        return Applied(plan.name, done, left, dropped, bool(live))

    def _carry_out(
        self, job: Job, link: Link, uuid: str, wanted: Sequence[Change]
    ) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
        """What the running VM took, and what is left for its next start."""
        done: list[Change] = []
        left = [change for change in wanted if change.step is None]
        for change in sorted(wanted, key=_turn):
            if change.step is None:
                continue
            job.step("changing", part=f"{change.part} {change.name}".strip())
            try:
                defining.carry_out(link, uuid, change.step)
                if change.step.way is Way.DETACH:
                    self._await_detached(job, link, uuid, change)
            except Unreachable:
                job.log("the configuration is stored; the running VM was not changed in all")
                raise
            except FleetError as error:
                job.log(f"{change.part} {change.name}: {error.problem.text or error.problem.reason}")
                left.append(replace(change, when=When.NEXT, said=error.problem.text or str(error.problem.reason)))
            else:
                done.append(change)
        return tuple(done), tuple(left)

    def _await_detached(self, job: Job, link: Link, uuid: str, change: Change) -> None:
        """A device is gone only once the guest let go of it. Conflict where it doesn't."""
        waited = 0.0
        while waited < _GIVEN_BACK:
            live = defining.running(link, uuid)
            if not live or not parts.has_device(live, change.part, change.name):
                return
            job.pause(0.25)
            waited += 0.25
        raise Conflict(Reason.TIMEOUT, change.name, text="the guest does not let go of it")


@cache
def _schema() -> checking.Schema | None:
    """Libvirt's schema of this workstation, read once."""
    return next((schema for folder in SCHEMAS if (schema := checking.schema_of(folder)) is not None), None)


def _turn(change: Change) -> int:
    way = change.step.way if change.step else None
    return _ORDER.index(way) if way in _ORDER else len(_ORDER)


def _whole(stored: str, plan: EditPlan, link: Link) -> str:
    """What was stored, with the passwords where the person saw them: a changed one is to reach the running VM."""
    secrets = plan.secrets or "passwd" in plan.text
    return defining.stored(link, plan.key.uuid, secrets=True) if secrets else stored


def _asked(change: Change, asked: Sequence[Change]) -> bool:
    """The person asked for this one; what the host adds by itself (addresses, a MAC) is none of it."""
    if change.fate is Fate.ADDED:  # a new device may have got its name from the host
        return any(other.fate is Fate.ADDED and other.part == change.part for other in asked)
    return any((other.part, other.name, other.fate) == (change.part, change.name, change.fate) for other in asked)


def _dropped(text: str, stored: str) -> tuple[Change, ...]:
    """What the person wrote and the host did not store."""
    found = []
    for change in changes.compare(text, stored):
        details = tuple(detail for detail in change.details if detail.after is None and "passwd" not in detail.path)
        if change.fate is Fate.REMOVED or details:
            found.append(replace(change, details=details))
    return tuple(found)


def _shown(xml: str) -> Callable[[Domain | None], bool]:
    """Whether the inventory shows what a host said last."""
    told = read_domain(xml)

    def gist(domain: Domain) -> tuple[object, ...]:
        devices = {(disk.target, disk.source) for disk in domain.disks}, {(nic.mac, nic.source) for nic in domain.nics}
        words = (domain.title, domain.description, domain.tags)
        return (*words, domain.vcpus, domain.max_vcpus, domain.max_memory_kib, *devices)

    return lambda now: now is None or gist(now) == gist(told)
