"""What a plan for clones needs to know, asked of the hosts at one time, and what it says."""

from __future__ import annotations

import msgspec

from console.fleet.domains import Domain
from console.fleet.hosts import Pool
from console.fleet.snapshots.values import SnapshotFacts
from console.fleet.storing import Say, Weight

CODES = frozenset(
    {
        "name-taken",  # name, host
        "file-taken",  # path
        "no-room",  # bytes, free, pool
        "no-pool",  # host
        "pool-is-inactive",  # name
        "pool-not-files",  # pool
        "read-only-host",  # host
        "no-disks",  # name
        "no-snapshot",  # name
        "network-disk",  # target
        "file-missing",  # path
        "base-missing",  # path: a file that `file` is built on is not there
        "job-runs",  # job
        "migrates",  # name
        "source-runs",  # name: it cannot be copied while it runs, here
        "linked-elsewhere",  # host: a linked clone is where its base is
        "linked-internal",  # snapshot: only a full clone can be made of it
        "linked-written",  # name, snapshot, target: the source writes what the snapshot has of this disk
        "internal-runs",  # snapshot: the source must be off
        "internal-chain",  # snapshot, path
        "mac-runs",  # name: it runs with that MAC, and the clone was to start
        "mac-each-other",  # several clones with one MAC were to start
        "mac-kept",  # name
        "reset-missing",  # tool, host
        "reset-far",  # tool, host: no way to run it there
        "reset-windows",  # name
        "seed-needs-cloud-init",
        "base-frozen",  # name: cannot be started until its clones are gone or flattened
        "autostart-off",  # name
        "template-base",  # name
        "overlay",  # name, snapshot: it gets one first
        "as-power-cut",  # name
        "frozen-moment",  # name: the agent holds the guest's disks still for a moment
        "memory-left",  # snapshot or name: the clone starts from its disks alone
        "snapshots-left",  # count
        "disk-as-now",  # target, snapshot: it is not in the snapshot
        "shared-disk",  # target, path
        "medium-left",  # target, path
        "tpm-new",
        "hostdev",  # both cannot run at the same time
        "qemu-args",
        "port-auto",  # a fixed port of its screen becomes an automatic one
        "no-network",  # name (of the network), host
        "through-here",  # host: the bytes go through this computer
        "not-whole",  # bytes, free, pool: they may outgrow the pool
        "throw-away",
        "expires",  # when
    }
)
"""What a plan may say (Say.code), each with its values; words.clones makes sentences of them."""


class Place(msgspec.Struct, frozen=True):
    """Where clones go, asked now. names: of its VMs. networks: of libvirt's that it has. near: it is the source's host.

    nvrams: paths of its VMs' UEFI variables.
    """

    host: str
    names: frozenset[str]
    pools: tuple[Pool, ...]
    networks: frozenset[str] = frozenset()
    near: bool = True
    read_only: bool = False
    nvrams: frozenset[str] = frozenset()

    def pool(self, name: str) -> Pool | None:
        return next((pool for pool in self.pools if pool.name == name), None)


class CloneFacts(msgspec.Struct, frozen=True):
    """What a plan needs to know. domain: what is cloned, as its stored XML (or the snapshot's) has it.

    notes: codes of what that XML has beside ("hostdev", "tpm-new", "qemu-args", "port-auto"). locked: targets that only a
    template's mark makes read-only. tool: what stands in the way of the wanted reset, None = nothing. linked_already: names of
    those that are built on the source's files.
    """

    vm: SnapshotFacts
    domain: Domain
    place: Place
    notes: tuple[str, ...] = ()
    locked: frozenset[str] = frozenset()
    template: bool = False
    autostart: bool = False
    tool: Say | None = None
    windows: bool = False
    linked_already: tuple[str, ...] = ()


class Notes(msgspec.Struct):
    """What is said, each thing once."""

    says: dict[tuple[object, ...], Say] = msgspec.field(default_factory=dict)

    def say(self, code: str, weight: Weight = Weight.FACT, **values: str | int) -> None:
        self.says.setdefault((code, *sorted(values.items())), Say(code, values, weight))

    def warn(self, code: str, **values: str | int) -> None:
        self.say(code, Weight.WARNING, **values)

    def stop(self, code: str, **values: str | int) -> None:
        self.say(code, Weight.STOP, **values)
