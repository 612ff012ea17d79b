"""Hosts: what the fleet file says of one, what it says of itself, and in what state we hold it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from console.fleet.errors import Problem


class HostSpec(msgspec.Struct, frozen=True):
    """A host as the fleet file names it.

    id: stable key, unique in the fleet (a slug of the first name; survives a rename). name: shown.
    uri: libvirt URI, never with a password in it. reach: the address other hosts reach it by (migration); "" = as in uri.
    pkipath, keyfile: folders/files of this workstation, "" = libvirt's own. verify=False turns TLS checks off, by the user's word.
    demo: this host is of the demo fleet (its load is a replayed trace).
    """

    id: str
    name: str
    uri: str
    zone: str = ""
    rack: str = ""
    tags: tuple[str, ...] = ()
    reach: str = ""
    read_only: bool = False
    autoconnect: bool = True
    keyfile: str = ""
    pkipath: str = ""
    verify: bool = True
    demo: bool = False


class Phase(StrEnum):
    """A host is always in exactly one of these, and it is said."""

    OFF = "off"  # disconnected by the user, or never asked
    CONNECTING = "connecting"
    LIVE = "live"
    STALE = "stale"  # connected a moment ago, no answer since; data has an age
    UNREACHABLE = "unreachable"
    REFUSED = "refused"  # credentials, host key, certificate: no retry by itself


class HostStatus(msgspec.Struct, frozen=True):
    """phase, and since when (epoch seconds); seen: epoch of the last answer, 0 = never; next_try: epoch, 0 = none."""

    phase: Phase = Phase.OFF
    since: float = 0.0
    seen: float = 0.0
    problem: Problem | None = None
    next_try: float = 0.0
    attempt: int = 0


class HostFacts(msgspec.Struct, frozen=True):
    """What a host says of itself. Versions are libvirt's integers (9000000 = 9.0.0); memory in KiB.

    features: lower-case words the host's capabilities show, for example "external-snapshot".
    """

    hostname: str = ""
    uuid: str = ""
    hypervisor: str = ""  # "QEMU", "TEST"
    hypervisor_version: int = 0
    libvirt_version: int = 0
    cpus: int = 0
    mhz: int = 0
    cpu_model: str = ""
    arch: str = ""
    memory_kib: int = 0
    read_only: bool = False
    features: tuple[str, ...] = ()


class HostLoad(msgspec.Struct, frozen=True):
    """A host's own load. cpu: 0..1 of all its CPUs, None = not known. Memory in KiB. replayed: from the demo's trace.

    cpu_user, cpu_system, cpu_iowait: the same, by what they did; iowait is no part of cpu. pressure: 0..1, share of time that
    something waited for it (Linux' PSI, "some"); libvirt does not tell it, so only of this computer. booted: about when the host
    was started, in epoch seconds, counted from what its CPUs did since; 0 = not known.
    """

    stamp: float
    cpu: float | None = None
    memory_used_kib: int | None = None
    replayed: bool = False
    cpu_user: float | None = None
    cpu_system: float | None = None
    cpu_iowait: float | None = None
    pressure_cpu: float | None = None
    pressure_memory: float | None = None
    pressure_io: float | None = None
    booted: float = 0.0


class Network(msgspec.Struct, frozen=True):
    """A libvirt network. forward: nat, route, bridge, open, isolated ("")… addresses: CIDR strings."""

    name: str
    uuid: str = ""
    active: bool = False
    autostart: bool = False
    persistent: bool = True
    forward: str = ""
    bridge: str = ""
    addresses: tuple[str, ...] = ()
    dhcp: tuple[str, ...] = ()  # "first-last"
    leases: int = 0


class Volume(msgspec.Struct, frozen=True):
    """A storage volume; sizes in bytes. kind: file, block, dir, network. format as libvirt names it."""

    name: str
    path: str
    kind: str = "file"
    format: str = ""
    capacity: int = 0
    allocation: int = 0
    backing: str = ""


class Pool(msgspec.Struct, frozen=True):
    """A storage pool; sizes in bytes. source: what is behind it, "server:/export" or a device; "" for a folder."""

    name: str
    uuid: str = ""
    kind: str = "dir"
    active: bool = False
    autostart: bool = False
    path: str = ""
    capacity: int = 0
    allocation: int = 0
    available: int = 0
    volumes: tuple[Volume, ...] = msgspec.field(default=())
    source: str = ""
