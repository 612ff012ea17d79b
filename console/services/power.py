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
from console.jobs.job import Job, JobSpec
from console.jobs.runner import JobHandle, JobRunner
from console.services.commands import vm_line
from console.services.running import SETTLE_LIMIT, checked, run, watching

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

_LONG = frozenset({Act.SAVE, Act.RESTORE, Act.SHUTDOWN})
"""These don't hold the host's command lane: other acts on the host go on meanwhile."""


class PowerService:
    """Runs power acts as jobs: one for one VM, a group for several. Never blocks."""

    def __init__(self, gateway: Gateway, inventory: Inventory, jobs: JobRunner) -> None:
        self._gateway = gateway
        self._inventory = inventory
        self._jobs = jobs
        self.shutdown_limit = SHUTDOWN_LIMIT

    def act(self, act: Act, keys: Sequence[VmKey]) -> JobHandle:
        """Does `act` (START … AUTOSTART_OFF) to every VM of `keys`; the handle is of the job or of the group."""
        members = [self._member(act, key) for key in keys]
        return run(self._jobs, members, vm_line(self._inventory, _verb(act), keys, *_option(act)))

    def _member(self, act: Act, key: VmKey) -> JobSpec:
        domain = self._inventory.domain(key)
        name = domain.name if domain else key.uuid
        return JobSpec(
            kind=f"vm.{act}",
            target=name,
            body=lambda job: self._do(job, act, key, name),
            vms=(key,),
            hosts=(key.host,),
            via=None if act in _LONG else self._gateway.run_in_lane(key.host),
        )

    def _do(self, job: Job, act: Act, key: VmKey, name: str) -> None:
        domain, spec = checked(self._inventory, act, key, name)
        link = self._gateway.link(key.host)
        job.step("asking", host=spec.name)
        if act is Act.SAVE:
            self._save(job, link, key)
        else:
            CALLS[act](link, key.uuid)
        self._settle(job, act, key, domain)

    def _save(self, job: Job, link: Link, key: VmKey) -> None:
        """Saves while another thread reads how far it is; cancelling aborts it at the host."""
        job.on_cancel(lambda: domains.abort_job(link, key.uuid))
        with watching(job, lambda: domains.job_progress(link, key.uuid)):
            domains.save(link, key.uuid)

    def _settle(self, job: Job, act: Act, key: VmKey, before: Domain) -> None:
        """Waits until the way in shows what was done; for a shutdown that is the guest's own time."""
        after = _AFTER.get(act)
        if after is None:
            return
        gone_is_done = not before.persistent
        limit = self.shutdown_limit if act is Act.SHUTDOWN else SETTLE_LIMIT
        if act is Act.SHUTDOWN:
            job.step("waiting-for-guest", seconds=int(limit))
        done = self._inventory.wait_for(
            key, lambda now: gone_is_done if now is None else after(now), limit, lambda: job.cancelled
        )
        job.check()
        if not done and act is Act.SHUTDOWN:
            raise Busy(Reason.TIMEOUT, before.name, detail=str(int(limit)))


def _verb(act: Act) -> str:
    return "autostart" if act in (Act.AUTOSTART_ON, Act.AUTOSTART_OFF) else act.value


def _option(act: Act) -> tuple[str, ...]:
    return ("--off",) if act is Act.AUTOSTART_OFF else ()
