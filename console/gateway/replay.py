"""What the test driver cannot tell of the demo fleet: its load, a trace recorded from real guests that is replayed, and for
how long its VMs have been as they are, which their metadata tells.

The trace is a JSON file, `resources/demo/trace.json`:

    {"source": "how and when it was recorded", "step": 3.0,
     "guests": [{"name": "web", "suits": ["web", "pay"], "vcpus": 2,
                 "cpu": [0.31, …], "memory": [0.52, …],
                 "disk_read": [0, …], "disk_write": […], "disk_ops": […], "net_in": […], "net_out": […]}, …]}

step: seconds between samples. cpu: 0..1 of all vCPUs; memory: 0..1 of what is allocated to the guest; disk in bytes/s and
operations/s, network in bytes/s. Lists of one guest have one length. suits: tags of the VMs this guest's load is like. The
first of a VM's tags that suits any guest decides; a VM with no such tag gets one of the guests without `suits`.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zlib import crc32

import msgspec
from msgspec.structs import replace

from console.fleet.domains import Domain, Load, State
from console.fleet.errors import FleetError, Problem, Reason
from console.fleet.hosts import HostLoad, HostSpec
from console.libvirtxml import tree

DEMO = "urn:splendid:demo:1"  # the namespace of what only the demo's VMs have in their metadata
HOST_SHARE = 0.03  # of a host's memory and CPUs that the host itself takes
MOST = 8.0  # a VM's disk and network load is at most that many times its guest's


class Guest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One recorded guest; the module's text says what the lists are."""

    vcpus: int
    cpu: list[float]
    memory: list[float]
    disk_read: list[float]
    disk_write: list[float]
    disk_ops: list[float]
    net_in: list[float]
    net_out: list[float]
    name: str = ""
    suits: list[str] = []

    def __post_init__(self) -> None:
        lists = (self.memory, self.disk_read, self.disk_write, self.disk_ops, self.net_in, self.net_out)
        if not self.cpu or any(len(values) != len(self.cpu) for values in lists):
            raise ValueError(f"{self.name}: lists of one guest have one length")
        if self.vcpus < 1:
            raise ValueError(f"{self.name}: vcpus is 1 or more")


class Trace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    step: float
    guests: list[Guest]
    source: str = ""

    def __post_init__(self) -> None:
        if not self.guests or self.step <= 0:
            raise ValueError("a trace has guests, and a step over 0")


class _Node(msgspec.Struct, frozen=True):
    """A demo host, from its node file. cpus and memory_kib are 0 where it does not say. ages: seconds, by VM's UUID."""

    cpus: int = 0
    memory_kib: int = 0
    ages: Mapping[str, float] = msgspec.field(default_factory=dict)


class TraceReplay:
    """Loads of demo hosts out of a trace. Called in the polling lanes of several hosts at once; reads files at the first call.

    problem: why there is no trace, None while all is well. Without one nothing is made up: the loads are not known.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._trace: Trace | None = None
        self._read = False
        self._nodes: dict[str, _Node] = {}
        self._opened: dict[str, float] = {}
        self.problem: Problem | None = None

    def loads(self, stamp: float, spec: HostSpec, domains: Sequence[Domain]) -> tuple[HostLoad, dict[str, Load]]:
        """The host's load and those of its running VMs by UUID, at `stamp` (epoch seconds)."""
        trace = self._loaded()
        if trace is None:
            return HostLoad(stamp, replayed=True), {}
        running = [domain for domain in domains if domain.state is State.RUNNING]
        loads = {domain.key.uuid: _load(trace, stamp, domain) for domain in running}
        size = self._node(spec)
        busy = sum((loads[d.key.uuid].cpu or 0.0) * d.vcpus for d in running)
        used = sum(loads[d.key.uuid].memory_used_kib or 0 for d in running)
        return HostLoad(
            stamp,
            min(1.0, busy / size.cpus + HOST_SHARE) if size.cpus else None,
            min(size.memory_kib, used + int(size.memory_kib * HOST_SHARE)) if size.memory_kib else None,
            replayed=True,
        ), loads

    def _loaded(self) -> Trace | None:
        with self._lock:
            if not self._read:
                self._read = True
                try:
                    self._trace = msgspec.json.decode(self._path.read_bytes(), type=Trace)
                except (OSError, msgspec.MsgspecError) as error:
                    self.problem = Problem(Reason.OTHER, str(error), detail=str(self._path))
            return self._trace

    def aged(self, now: float, spec: HostSpec, domains: Sequence[Domain]) -> tuple[Domain, ...]:
        """`domains`, those in a state since an unknown time with the time their demo has it, counted from its first opening."""
        ages = self._node(spec).ages
        opened = self._opened.setdefault(spec.uri, now)

        def aged(domain: Domain) -> Domain:
            age = ages.get(domain.key.uuid)
            if age is None or domain.since:
                return domain
            began = opened - age
            started = began if domain.state is State.RUNNING and not domain.started else domain.started
            return replace(domain, since=began, started=started)

        return tuple(aged(domain) for domain in domains)

    def _node(self, spec: HostSpec) -> _Node:
        if spec.uri not in self._nodes:
            self._nodes[spec.uri] = _read_node(spec.uri)
        return self._nodes[spec.uri]


def _load(trace: Trace, stamp: float, domain: Domain) -> Load:
    """The load of one VM: always the same guest's, begun at a moment of its own, scaled to its vCPUs and memory."""
    luck = crc32(domain.key.uuid.encode())
    suiting = ([guest for guest in trace.guests if tag in guest.suits] for tag in domain.tags)
    fitting = next(filter(None, suiting), None) or [guest for guest in trace.guests if not guest.suits] or trace.guests
    guest = fitting[luck % len(fitting)]
    at = (int(stamp / trace.step) + luck // 64) % len(guest.cpu)
    scale = min(MOST, max(1, domain.vcpus) / guest.vcpus)
    return Load(
        stamp,
        cpu=min(1.0, guest.cpu[at]),
        memory_used_kib=int(domain.memory_kib * min(1.0, guest.memory[at])),
        memory_kib=domain.memory_kib,
        disk_read=guest.disk_read[at] * scale,
        disk_write=guest.disk_write[at] * scale,
        disk_ops=guest.disk_ops[at] * scale,
        net_in=guest.net_in[at] * scale,
        net_out=guest.net_out[at] * scale,
    )


def _read_node(uri: str) -> _Node:
    """The test:///path/node.xml of a host; an empty one where the file can't be read."""
    try:
        node = tree.parse(Path(unquote(urlsplit(uri).path)).read_bytes(), uri)
    except (OSError, FleetError):
        return _Node()
    ages = {}
    for domain in node.findall("domain"):
        age = domain.find(f"metadata/{{{DEMO}}}age")
        with suppress(ValueError):
            ages[tree.text(domain.find("uuid"))] = float(age.get("days", "") if age is not None else "") * 86400
    return _Node(tree.number(tree.text(node.find("cpu/active"))), tree.number(tree.text(node.find("memory"))), ages)
