"""vCPUs and memory of VMs: what a wish means for each, and having it so."""

from __future__ import annotations

from collections.abc import Sequence

from console.fleet.acts import Act
from console.fleet.domains import Domain, VmKey
from console.fleet.errors import Conflict, Problem, Reason
from console.fleet.scaling import Part, Scaling, SizeFacts, Sizing, When, plan_scaling
from console.gateway import scaling as gateway_scaling
from console.gateway.gateway import Gateway
from console.inventory.inventory import Inventory
from console.jobs.job import Job, JobSpec, Later
from console.services.keeping import Keeping
from console.services.polling import ask_hosts
from console.services.running import SETTLE_LIMIT, checked
from console.services.settling import Settler


class ScaleService:
    """Plans (blocking) and carries out (in jobs) other sizes of VMs. `services.bulk` joins both."""

    def __init__(self, gateway: Gateway, inventory: Inventory, settler: Settler, keeping: Keeping) -> None:
        self._gateway = gateway
        self._inventory = inventory
        self._settler = settler
        self._keeping = keeping

    def facts(self, keys: Sequence[VmKey]) -> dict[VmKey, SizeFacts | Problem]:
        """What the hosts say of these VMs' sizes, or why they could not be asked. Blocks."""
        return ask_hosts(self._gateway, keys, lambda link, key: gateway_scaling.facts(link, key.uuid))

    def member(self, key: VmKey, sizing: Sizing) -> JobSpec:
        """Has one VM sized, to be run with others. What it means is found out anew right before."""
        domain = self._inventory.domain(key)
        name = domain.name if domain else key.uuid
        return JobSpec(
            kind=f"vm.{Act.SCALE}",
            target=name,
            body=lambda job: self._do(job, key, name, sizing),
            vms=(key,),
            hosts=(key.host,),
            via=self._gateway.run_in_lane(key.host),
        )

    def _do(self, job: Job, key: VmKey, name: str, sizing: Sizing) -> Later:
        job.check()
        domain, spec = checked(self._inventory, Act.SCALE, key, name)
        link = self._gateway.link(key.host)
        job.step("asking", host=spec.name)
        scaling = plan_scaling(sizing, gateway_scaling.facts(link, key.uuid))
        if scaling.refused is not None:
            raise Conflict(Reason.WRONG_STATE, name, detail=f"scale-{scaling.refused}")
        with self._keeping.around(key, f"vm.{Act.SCALE}"):
            gateway_scaling.apply(link, key.uuid, scaling)
        for change in (*scaling.live, *scaling.stored):
            job.log(f"{change.part}: {change.before} -> {change.after}")
        if scaling.waits:
            job.step("left-for-restart", parts=", ".join(part.value for part, _lack in scaling.waits))
        shown = {change.part: change.after for change in (scaling.live if domain.state.active else scaling.stored)}
        return self._settler.settle(
            job, key, name, lambda now: now is not None and _shows(now, shown, domain), SETTLE_LIMIT
        )


def _shows(now: Domain, wanted: dict[Part, int], before: Domain) -> bool:
    """The inventory has what was changed; how far a running guest gives memory back is its own affair."""
    values = {
        Part.VCPUS: now.vcpus,
        Part.MAX_VCPUS: now.max_vcpus,
        Part.MEMORY: now.memory_kib,
        Part.MAX_MEMORY: now.max_memory_kib,
    }
    slow = {Part.MEMORY} if before.state.active else set()
    return all(values[part] == value for part, value in wanted.items() if part not in slow)


def scaled(sizing: Sizing, facts: SizeFacts | Problem) -> Scaling | Problem:
    """What `sizing` means for what was found out."""
    return facts if isinstance(facts, Problem) else plan_scaling(sizing, facts)


def sizing_words(sizing: Sizing) -> list[str]:
    """As the command line has it."""

    def size(kib: int) -> str:
        for unit, factor in (("G", 1 << 20), ("M", 1 << 10)):
            if kib % factor == 0:
                return f"{kib // factor}{unit}"
        return f"{kib}K"

    words: list[str] = []
    for name, value in (("--vcpus", sizing.vcpus), ("--max-vcpus", sizing.max_vcpus)):
        words += [name, str(value)] if value is not None else []
    for name, value in (("--memory", sizing.memory_kib), ("--max-memory", sizing.max_memory_kib)):
        words += [name, size(value)] if value is not None else []
    return words + {When.BOTH: [], When.LIVE: ["--live-only"], When.NEXT: ["--next-boot"]}[sizing.when]
