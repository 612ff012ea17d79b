"""How long a search over ten thousand VMs takes, by the same service as window and command line use."""

from __future__ import annotations

import gc
import json
import random
import statistics
import time

from console.fleet.domains import Address, Disk, Domain, Load, Nic, State, VmKey
from console.fleet.hosts import HostLoad, HostSpec, HostStatus, Phase
from console.fleet.updates import DomainsRead, LoadsRead, StatusChanged
from console.inventory.inventory import Inventory
from console.services.search import SearchService
from console.words.search import TEXTS

VMS, HOSTS = 10_000, 200
LIMIT_MS = 30.0
ROUNDS = 7
QUERIES = (
    "web",
    "10.4.7.12",
    "97",
    "prod web-09 kvm-n1",
    "cpu>80",
    "state:running cpu>95",
    "zone:north (cpu>60 or snapshots>2) !tag:lab",
    "tag:prod !(owner:keller or owner:berg) mem>4G disk>100M/s",
    "snapshots>3 off>7d",
    "name:shop-*-1?",
    'ip:10.4.0.0/16 group:"shop ha"',
    "re:^shop-(db|web)-[0-9]+$",
    "nowhere to be found",
)
"""Plain words, figures, names, brackets, a network, a pattern, and one that finds nothing."""


def fleet(rng: random.Random) -> Inventory:
    """HOSTS live hosts with VMS VMs, all columns filled, most of them running with a load."""
    inventory = Inventory()
    specs = [
        HostSpec(f"n{n}", f"kvm-n{n:03d}", f"test:///{n}", zone=("north", "south", "lab")[n % 3], rack=f"R{n % 12}")
        for n in range(HOSTS)
    ]
    inventory.set_hosts(specs)
    now = time.time()
    for number, spec in enumerate(specs):
        inventory.apply(StatusChanged(spec.id, HostStatus(Phase.LIVE, now, now)))
        mine = [_vm(rng, spec.id, index, now) for index in range(number, VMS, HOSTS)]
        inventory.apply(DomainsRead(spec.id, tuple(mine)))
    load_all(inventory, rng)
    return inventory


def _vm(rng: random.Random, host: str, index: int, now: float) -> Domain:
    name = f"{rng.choice(('shop', 'pay', 'erp', 'build'))}-{rng.choice(('web', 'db', 'app', 'runner'))}-{index:05d}"
    state = rng.choice((State.RUNNING, State.RUNNING, State.RUNNING, State.OFF, State.PAUSED))
    return Domain(
        VmKey(host, f"{index:08x}-0000-4000-8000-{index:012x}"),
        name,
        state,
        since=now - rng.uniform(60, 90 * 86400),
        started=now - rng.uniform(60, 90 * 86400) if state.active else 0.0,
        vcpus=rng.choice((1, 2, 4, 8)),
        max_vcpus=8,
        memory_kib=rng.choice((2, 4, 8, 16)) << 20,
        disks=(Disk("vda", f"/srv/images/{name}.qcow2", capacity=80 << 30),),
        nics=(Nic(f"52:54:00:{index >> 16:02x}:{index >> 8 & 255:02x}:{index & 255:02x}", source="lan"),),
        addresses=(Address(f"10.{rng.randrange(8)}.{index >> 8 & 255}.{index & 255}", 24),),
        snapshots=rng.randrange(7),
        title=f"Machine {index} of the shop",
        description="Kept by the platform team. Ask before it is shut down, it feeds the nightly run.",
        tags=tuple(rng.sample(("prod", "lab", "linux", "windows", "db", "web"), 2)),
        group=rng.choice(("", "shop ha", "build farm")),
        owner=rng.choice(("m.keller", "a.berg", "platform")),
        os="http://debian.org/debian/12",
    )


def load_all(inventory: Inventory, rng: random.Random) -> None:
    """Another round of figures for every VM that runs."""
    now = time.time()
    for spec in inventory.specs():
        loads = {
            domain.key.uuid: Load(
                now,
                rng.random(),
                int(rng.random() * domain.memory_kib),
                domain.memory_kib,
                rng.random() * 3e8,
                rng.random() * 1e8,
                rng.random() * 900,
                rng.random() * 1e8,
                rng.random() * 1e8,
            )
            for domain in inventory.domains_of(spec.id)
            if domain.state.active
        }
        inventory.apply(LoadsRead(spec.id, HostLoad(now, rng.random()), loads))


def measure(rounds: int = ROUNDS, rng: random.Random | None = None) -> dict[str, float]:
    """search_ms: the slowest query's median time over some rounds, new figures of load before each; search_first_ms: the
    first search after the start, which makes the texts of all VMs; beside them each query's median by name."""
    rng = rng or random.Random(1)
    inventory = fleet(rng)
    search = SearchService(inventory, texts=TEXTS)
    first = _timed(search, "web")
    took: dict[str, list[float]] = {query: [] for query in QUERIES}
    for _round in range(rounds):
        load_all(inventory, rng)
        gc.collect()
        for query, times in took.items():
            times.append(_timed(search, query))
    medians = {query: statistics.median(times) for query, times in took.items()}
    return {
        "search_ms": max(medians.values()),
        "search_first_ms": first,
        **{f"search {q}": v for q, v in medians.items()},
    }


def _timed(search: SearchService, query: str) -> float:
    start = time.perf_counter()
    search.find(query)
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    print(json.dumps({name: round(value, 2) for name, value in measure().items()}, indent=2))
