from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from console.fleet.domains import Domain, Load
from console.fleet.hosts import HostLoad, HostSpec
from tests.contract.console_like import OFF, RUNNING, console, node, uuid_of, wait_for


class Trace:
    """A replay that gives every VM half a CPU, and remembers whom it was asked for."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def loads(self, stamp: float, spec: HostSpec, domains: Sequence[Domain]) -> tuple[HostLoad, dict[str, Load]]:
        self.asked.add(spec.id)
        return HostLoad(stamp, 0.25, replayed=True), {domain.key.uuid: Load(stamp, cpu=0.5) for domain in domains}

    def aged(self, now: float, spec: HostSpec, domains: Sequence[Domain]) -> tuple[Domain, ...]:
        return tuple(replace(domain, since=domain.since or 7.0) for domain in domains)


def test_only_demo_hosts_have_their_load_replayed(tmp_path: Path) -> None:
    uri = f"test://{node(tmp_path, RUNNING, OFF)}"
    trace = Trace()
    with console(HostSpec("demo", "demo", uri, demo=True), HostSpec("own", "own", uri), replay=trace) as at:
        load = wait_for(lambda: at.inventory.view("demo").load)
        assert (load.cpu, load.replayed) == (0.25, True)
        key = at.vm(0, "demo").key
        assert wait_for(lambda: at.inventory.load(key)).cpu == 0.5
        assert at.inventory.load(key._replace(uuid=uuid_of(1))) is None  # it is off
        wait_for(lambda: at.inventory.view("own").load)
        assert not at.inventory.view("own").load.replayed
        assert trace.asked == {"demo"}
        assert (at.vm(0, "demo").since, at.vm(0, "own").since) == (7.0, 0.0)
