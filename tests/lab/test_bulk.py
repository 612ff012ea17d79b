"""Acts on many real guests at once: by query, with failures that are repeated, with a host that is lost meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

import pytest

from console.fleet.acts import Act
from console.fleet.bulk import Deed, Fate, Order
from console.fleet.domains import State
from console.fleet.scaling import Sizing
from console.jobs.job import JobState
from tests.lab.harness.guests import Guest
from tests.lab.harness.host import Host
from tests.lab.harness.lab import Lab
from tests.lab.support import Console, Desk, done, spec_of, until

EACH = 20  # guests on each of the two hosts


@dataclass
class Bare(Guest):
    """A guest with nothing to boot: it costs little, so there can be many."""

    memory_mib: int = 16

    def xml(self) -> str:
        tags = "".join(f"<tag>{escape(tag)}</tag>" for tag in self.tags)
        return f"""\
<domain type='qemu'>
  <name>{self.name}</name><uuid>{self.uuid}</uuid>
  <metadata><vm xmlns='urn:splendid:domain:1'>{tags}</vm></metadata>
  <memory unit='MiB'>{self.memory_mib}</memory><vcpu current='1'>2</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os><features><acpi/></features>
  <on_crash>destroy</on_crash>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/><source file='{self.disk}'/><target dev='vda' bus='virtio'/>
    </disk>
    <memballoon model='virtio'/>
  </devices>
</domain>
"""


@pytest.fixture
def farm(alpha: Host, beta: Host) -> Iterator[Callable[[int], list[Bare]]]:
    """Makes so many guests on each host, tagged "farm", every other "db"; they are removed afterwards."""
    made: list[Bare] = []

    def make(each: int) -> list[Bare]:
        for host in (alpha, beta):
            for number in range(each):
                tags = ["farm", "db"] if number % 2 else ["farm"]
                guest = Bare(host, f"farm-{host.name}-{number:02d}", disk_mib=1, tags=tags)
                guest.define()
                made.append(guest)
        return made

    yield make
    alpha.whole()
    beta.whole()
    for guest in made:
        guest.remove()


def hide(guest: Bare) -> None:
    guest.host.exec("mv", guest.disk, f"{guest.disk}.away")


def bring_back(guest: Bare) -> None:
    guest.host.exec("mv", f"{guest.disk}.away", guest.disk)


@pytest.mark.timeout(300)
def test_40_guests_are_started_by_query_two_fail_and_are_repeated(
    lab: Lab, alpha: Host, beta: Host, farm: Callable[[int], list[Bare]], desk: Desk
) -> None:
    guests = farm(EACH)
    broken = [guests[3], guests[EACH + 5]]
    for guest in broken:
        hide(guest)
    desk.fleet(spec_of(lab, alpha), spec_of(lab, beta))
    query = ("vm", "start", "--where", "tag:farm state:off")
    plan = desk(*query, "--plan", "--json").json["plan"]
    assert plan["counts"] == {"do": 2 * EACH, "restart": 0, "nothing": 0, "refused": 0}
    assert plan["command"] == "splendid vm start --where 'tag:farm state:off'"
    started = desk(*query, "--json", seconds=180)
    assert started.code == 1, started.err
    results = {one["name"]: one["result"] for one in started.json["results"]}
    assert {name for name, result in results.items() if result == "failed"} == {guest.name for guest in broken}
    assert list(results.values()).count("succeeded") == 2 * EACH - 2
    for guest in broken:
        assert f"Could not start {guest.name}." in started.err
    states = {guest.name: guest.state() for guest in guests}
    assert {name for name, state in states.items() if state != "running"} == {guest.name for guest in broken}
    for guest in broken:
        bring_back(guest)
    number = str(started.json["job"])
    again = desk("job", "again", number, "--json", seconds=60)
    assert again.code == 0, again.err
    assert {one["name"]: one["result"] for one in again.json["results"]} == {
        guest.name: "succeeded" for guest in broken
    }
    assert {guest.state() for guest in guests} == {"running"}
    off = desk("vm", "force-off", "--where", "tag:farm", "--yes", "--json", seconds=120)
    assert off.code == 0, off.err
    assert {guest.state() for guest in guests} == {"shut off"}


def test_steps_go_one_after_the_other(
    lab: Lab, alpha: Host, beta: Host, farm: Callable[[int], list[Bare]], console: Console
) -> None:
    """Those tagged "db" run before the first of the others is asked to."""
    guests = farm(3)
    console.add(spec_of(lab, alpha), spec_of(lab, beta))
    for guest in guests:
        console.sees(guest, State.OFF)
    bulk = console.services.bulk
    plan = bulk.plan(Act.START, [console.key(guest) for guest in guests], Order(("db",)))
    assert plan.steps == ("db", "")
    view = done(bulk.run(plan), 60)
    members = {member.target: member for member in bulk.members(view.id)}
    first = [members[guest.name] for guest in guests if "db" in guest.tags]
    rest = [members[guest.name] for guest in guests if "db" not in guest.tags]
    assert max(member.ended for member in first) <= min(member.started for member in rest)
    assert {guest.state() for guest in guests} == {"running"}


def test_a_host_that_falls_silent_in_the_middle_costs_only_its_own(
    lab: Lab, alpha: Host, beta: Host, farm: Callable[[int], list[Bare]], console: Console
) -> None:
    guests = farm(5)
    console.add(spec_of(lab, alpha), spec_of(lab, beta))
    for guest in guests:
        console.sees(guest, State.OFF)
    bulk = console.services.bulk
    handle = bulk.run(bulk.plan(Act.START, [console.key(guest) for guest in guests], Order(limit=1)))

    def one_runs() -> bool:
        return any(
            member.state is JobState.SUCCEEDED and member.hosts == ("beta",) for member in bulk.members(handle.id)
        )

    until(one_runs, "the first of beta runs", 30)
    beta.cut()
    view = handle.wait(90)
    assert view.state is JobState.FAILED
    ends = {member.target: member for member in bulk.members(handle.id)}
    for guest in guests:
        member = ends[guest.name]
        if guest.host is alpha:
            assert member.state is JobState.SUCCEEDED, member
        elif member.state is JobState.SUCCEEDED:
            assert guest.state() == "running"
        else:
            assert member.problem is not None
    beta.heal()
    for guest in guests:
        console.sees(guest, State.RUNNING if guest.state() == "running" else State.OFF, 90)
    done(bulk.run(bulk.again(handle.id)), 60)
    assert {guest.state() for guest in guests} == {"running"}


def test_vcpus_and_memory_of_a_running_guest(
    lab: Lab, beta: Host, spare: Callable[..., Guest], console: Console
) -> None:
    """Under its ceilings at once, seen by virsh; over them from the next start on."""
    guest = spare("scaled", memory_mib=192)
    beta.virsh("setvcpus", guest.uuid, "3", "--maximum", "--config")
    beta.virsh("setvcpus", guest.uuid, "1", "--config")
    guest.start().ready()
    console.add(spec_of(lab, beta))
    console.sees(guest, State.RUNNING)
    bulk, key = console.services.bulk, console.key(guest)

    def counted(*flags: str) -> int:
        return int(beta.virsh("vcpucount", guest.uuid, *flags))

    plan = bulk.plan(Deed((Act.SCALE,), sizing=Sizing(vcpus=2, memory_kib=160 << 10)), [key])
    assert [item.fate for item in plan.items] == [Fate.DO]
    done(bulk.run(plan))
    assert (counted("--live"), counted("--config")) == (2, 2)
    until(lambda: "163840" in beta.virsh("dommemstat", guest.uuid), "the balloon gives memory back", 30)
    more = bulk.plan(Deed((Act.SCALE,), sizing=Sizing(vcpus=4, memory_kib=256 << 10)), [key])
    assert [item.fate for item in more.items] == [Fate.RESTART]
    done(bulk.run(more))
    assert (counted("--live"), counted("--config"), counted("--maximum", "--config")) == (2, 4, 4)
    beta.virsh("destroy", guest.uuid)
    guest.start()
    console.sees(guest, State.RUNNING)
    until(lambda: console.domain(guest).vcpus == 4, "four vCPUs after the restart")
    assert console.domain(guest).max_memory_kib == 256 << 10
