"""Starting, stopping, pausing and saving VMs, one or several."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from console.fleet.acts import Act
from console.fleet.domains import Domain, State, VmKey
from console.fleet.errors import Busy, Reason
from console.gateway import domains
from console.gateway.connection import Link
from console.gateway.gateway import Gateway
from console.inventory.inventory import Inventory
from console.jobs.job import Job, JobSpec, Later
from console.jobs.runner import JobHandle, JobRunner
from console.services.commands import vm_line
from console.services.guard import Guard
from console.services.running import SETTLE_LIMIT, checked, run, watching
from console.services.settling import Settler

SHUTDOWN_LIMIT = 180.0  # seconds a guest has to follow a shutdown request

Call = Callable[[Link, str], None]

CALLS: dict[Act, Call] = {
    Act.START: domains.start,
    Act.RESUME: domains.resume,
    Act.PAUSE: domains.suspend,
    Act.SHUTDOWN: domains.shutdown,
    Act.REBOOT: domains.reboot,
    Act.FORCE_OFF: domains.destroy,
    Act.RESET: domains.reset,
    Act.SAVE: domains.save,
    Act.RESTORE: domains.start,  # a start restores what was saved
    Act.DISCARD_SAVE: domains.discard_save,
    Act.AUTOSTART_ON: lambda link, uuid: domains.set_autostart(link, uuid, True),
    Act.AUTOSTART_OFF: lambda link, uuid: domains.set_autostart(link, uuid, False),
}

_AFTER: dict[Act, Callable[[Domain], bool]] = {
    Act.START: lambda domain: domain.state.active,
    Act.RESTORE: lambda domain: domain.state.active,
    Act.RESUME: lambda domain: domain.state is State.RUNNING,
    Act.PAUSE: lambda domain: domain.state is State.PAUSED,
    Act.SHUTDOWN: lambda domain: not domain.state.active,
    Act.FORCE_OFF: lambda domain: not domain.state.active,
    Act.SAVE: lambda domain: domain.state is State.SAVED,
    Act.DISCARD_SAVE: lambda domain: domain.state is State.OFF,
    Act.AUTOSTART_ON: lambda domain: domain.autostart,
    Act.AUTOSTART_OFF: lambda domain: not domain.autostart,
}
"""What the inventory shows once the act is done; a transient VM that is gone has been stopped."""

LONG = frozenset({Act.SAVE, Act.RESTORE})
"""These don't hold the host's command lane: other acts on the host go on meanwhile, and each has a thread of its own."""


class PowerService:
    """Runs power acts as jobs: one for one VM, a group for several. Never blocks."""

    def __init__(self, gateway: Gateway, inventory: Inventory, jobs: JobRunner, settler: Settler, guard: Guard) -> None:
        self._gateway = gateway
        self._inventory = inventory
        self._jobs = jobs
        self._settler = settler
        self._guard = guard
        self.shutdown_limit = SHUTDOWN_LIMIT

    def act(self, act: Act, keys: Sequence[VmKey]) -> JobHandle:
        """Does `act` (START … AUTOSTART_OFF) to every VM of `keys`; the handle is of the job or of the group."""
        members = [self.member(act, key) for key in keys]
        return run(self._jobs, members, vm_line(self._inventory, verb(act), keys, *option(act)))

    def member(self, act: Act, key: VmKey) -> JobSpec:
        """`act` on one VM, to be run with others."""
        domain = self._inventory.domain(key)
        name = domain.name if domain else key.uuid
        return JobSpec(
            kind=f"vm.{act}",
            target=name,
            body=lambda job: self._do(job, act, key, name),
            vms=(key,),
            hosts=(key.host,),
            via=None if act in LONG else self._gateway.run_in_lane(key.host),
        )

    def _do(self, job: Job, act: Act, key: VmKey, name: str) -> Later | None:
        job.check()
        domain, spec = checked(self._inventory, act, key, name)
        self._guard.check(act, domain)
        link = self._gateway.link(key.host)
        job.step("asking", host=spec.name)
        if act is Act.SAVE:
            self._save(job, link, key)
        else:
            CALLS[act](link, key.uuid)
        return self._settled(job, act, key, domain)

    def _save(self, job: Job, link: Link, key: VmKey) -> None:
        """Saves while another thread reads how far it is; cancelling aborts it at the host."""
        job.on_cancel(lambda: domains.abort_job(link, key.uuid))
        with watching(job, lambda: domains.job_progress(link, key.uuid)):
            domains.save(link, key.uuid)

    def _settled(self, job: Job, act: Act, key: VmKey, before: Domain) -> Later | None:
        """The job's end: the way in shows what was done; for a shutdown that takes the guest's own time."""
        after = _AFTER.get(act)
        if after is None:
            return None

        def wanted(now: Domain | None) -> bool:
            return not before.persistent if now is None else after(now)

        if act is not Act.SHUTDOWN:
            return self._settler.settle(job, key, before.name, wanted, SETTLE_LIMIT)
        limit = self.shutdown_limit
        job.step("waiting-for-guest", seconds=int(limit))
        late = Busy(Reason.TIMEOUT, before.name, detail=str(int(limit)))
        return self._settler.settle(job, key, before.name, wanted, limit, late, cancellable=True)


def verb(act: Act) -> str:
    """The word of the command line."""
    return "autostart" if act in (Act.AUTOSTART_ON, Act.AUTOSTART_OFF) else act.value


def option(act: Act) -> tuple[str, ...]:
    """What the command line needs beside the word."""
    return ("--off",) if act is Act.AUTOSTART_OFF else ()
