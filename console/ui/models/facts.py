"""What the pages say of a VM and a host, as rows of label and value. Pure: no Qt."""

from __future__ import annotations

import re

import msgspec

from console.fleet.domains import AddressSource, Disk, Domain, Load, Nic
from console.fleet.hosts import HostFacts, HostSpec, HostStatus, Network
from console.fleet.updates import HostView
from console.words import N_, _, ngettext, states, units


class Fact(msgspec.Struct, frozen=True):
    """One row. note: said paler behind the value. share: 0..1 of a bar before it. mono: value in monospace.

    label "" goes on under the row above. tone: a role of the theme for the value, "" as usual. tip: what the note is short
    for.
    """

    label: str
    value: str
    note: str = ""
    share: float | None = None
    mono: bool = False
    tone: str = ""
    tip: str = ""


_SYSTEMS = {
    "alpinelinux": "Alpine Linux",
    "almalinux": "AlmaLinux",
    "archlinux": "Arch Linux",
    "centos": "CentOS",
    "centos-stream": "CentOS Stream",
    "freebsd": "FreeBSD",
    "netbsd": "NetBSD",
    "ol": "Oracle Linux",
    "openbsd": "OpenBSD",
    "opensuse": "openSUSE",
    "rhel": "Red Hat Enterprise Linux",
    "rocky": "Rocky Linux",
    "sle": "SUSE Linux Enterprise",
    "win": "Windows",
    "winnt": "Windows NT",
}
_CPU_MODES = {
    "host-passthrough": N_("host CPU as it is"),
    "host-model": N_("host model"),
    "maximum": N_("maximum model"),
    "custom": N_("custom model"),
}
_FIRMWARE = {"uefi": N_("UEFI"), "bios": N_("BIOS")}


def system(os: str) -> str:
    """Libosinfo's id as a name: "http://debian.org/debian/12" is "Debian 12"; anything else as it stands."""
    found = re.fullmatch(r"https?://[^/]+/([^/]+)/([^/]+)", os)
    if found is None:
        return os
    name, version = found[1], found[2]
    return f"{_SYSTEMS.get(name, name.replace('-', ' ').title())} {'' if version == 'unknown' else version}".strip()


def machine(name: str) -> str:
    """The machine type, short: "pc-q35-7.2" is "q35", "pc-i440fx-6.0" is "i440fx"."""
    found = re.match(r"pc-(q35|i440fx)", name)
    return found[1] if found else name


def guest(domain: Domain, heard: float | None = None) -> list[Fact]:
    """System, addresses with who told them and how many seconds ago, agent."""
    rows = [Fact(_("System"), system(domain.os) or _("not named in its XML"), tone="" if domain.os else "text3")]
    for number, address in enumerate(domain.addresses):
        note = states.address_source(address.source, heard)
        rows.append(Fact("" if number else _("Address"), address.ip, note, mono=":" in address.ip))
    if not domain.addresses:
        rows.append(Fact(_("Address"), _("not known") if domain.state.active else _("none while off"), tone="text3"))
    return [*rows, Fact(_("Agent"), _agent(domain))]


def _agent(domain: Domain) -> str:
    if any(address.source is AddressSource.AGENT for address in domain.addresses):
        return _("answers")
    if not domain.has_agent:
        return _("no channel for it")
    return _("has a channel, told no address yet") if domain.state.active else _("has a channel")


def hardware(domain: Domain, load: Load | None) -> list[Fact]:
    """vCPU, memory, disks, NICs, in a line each."""
    parts = [units.count(domain.vcpus)]
    if domain.max_vcpus > domain.vcpus:
        parts[0] = _("{now} of at most {max}").format(now=domain.vcpus, max=domain.max_vcpus)
    if domain.cpu_mode:
        parts.append(_(_CPU_MODES[domain.cpu_mode]) if domain.cpu_mode in _CPU_MODES else domain.cpu_mode)
    if domain.machine:
        parts.append(machine(domain.machine))
    if domain.firmware:
        parts.append(_(_FIRMWARE[domain.firmware]) if domain.firmware in _FIRMWARE else domain.firmware)
    rows = [Fact(_("vCPU"), ", ".join(parts)), Fact(_("Memory"), memory(domain, load))]
    rows += [disk(one) for one in domain.disks]
    rows += [nic(one, "" if number else _("NIC")) for number, one in enumerate(domain.nics)]
    return rows


def memory(domain: Domain, load: Load | None) -> str:
    """As "32 GiB, 27.4 used"; the ceiling of the balloon where it is another."""
    text = units.memory(domain.memory_kib)
    if domain.max_memory_kib > domain.memory_kib:
        text = _("{now} of at most {max}").format(now=text, max=units.memory(domain.max_memory_kib))
    if load is not None and load.memory_used_kib is not None:
        text = _("{memory}, {used} used").format(memory=text, used=units.gib(load.memory_used_kib))
    return text


def disk(one: Disk) -> Fact:
    """A disk as a bar, "51 of 80 GiB" and the folder or pool it lies in; a drive with what lies in it."""
    where = one.source.rsplit("/", 1)[-1] if one.source.startswith("/") else one.source
    if one.device in ("cdrom", "floppy"):
        return Fact(one.target, where or _("empty"), _("CD") if one.device == "cdrom" else _("floppy"))
    if not one.capacity:
        return Fact(one.target, where or _("no source"), one.bus)
    size = units.sizes_of(one.allocation, one.capacity)
    return Fact(one.target, size, _place(one.source), share=one.allocation / one.capacity, tip=one.source)


def _place(source: str) -> str:
    """Where a disk lies, in a word: the last folder of its path, or its pool."""
    return source.rstrip("/").rpartition("/")[0].rpartition("/")[2] or source


def nic(one: Nic, label: str) -> Fact:
    return Fact(label, one.source or one.kind, one.mac)


def keeping(domain: Domain) -> list[Fact]:
    """What people decided about it: snapshots, autostart, owner. Group, tags and description have widgets of their own."""
    many = domain.snapshots
    return [
        Fact(_("Snapshots"), ngettext("{n} kept", "{n} kept", many).format(n=many) if many else _("none")),
        Fact(_("Autostart"), _("on, with its host") if domain.autostart else _("off")),
        Fact(_("Owner"), domain.owner or _("nobody named"), tone="" if domain.owner else "text3"),
    ]


def host_system(spec: HostSpec, facts: HostFacts | None) -> list[Fact]:
    """What a host says of itself; "not known yet" before it ever answered."""
    if facts is None:
        return [Fact(_("System"), _("not known yet, it never answered"), tone="text3")]
    rows = [
        Fact(_("Host name"), facts.hostname or units.NONE),
        Fact(_("Hypervisor"), _named(facts.hypervisor, facts.hypervisor_version)),
        Fact(_("libvirt"), units.version(facts.libvirt_version)),
        Fact(_("CPU"), _cpu(facts)),
        Fact(_("Memory"), units.memory(facts.memory_kib) if facts.memory_kib else units.NONE),
    ]
    return [*rows, Fact(_("UUID"), facts.uuid or units.NONE, mono=True)]


def _named(name: str, version: int) -> str:
    return f"{name} {units.version(version)}" if version else name or units.NONE


def _cpu(facts: HostFacts) -> str:
    parts = [ngettext("{n} thread", "{n} threads", facts.cpus).format(n=facts.cpus)] if facts.cpus else []
    parts += [part for part in (facts.cpu_model, facts.arch) if part]
    if facts.mhz:
        parts.append(units.unit(units.figure(facts.mhz / 1000, 1), "GHz"))
    return ", ".join(parts) or units.NONE


def host_connection(spec: HostSpec, status: HostStatus, now: float) -> list[Fact]:
    """How we reach it, and how that goes."""
    rows = [
        Fact(_("Address"), spec.uri, mono=True),
        Fact(_("State"), states.phase_words(spec, status, now)),
        Fact(_("Rights"), _("only look, never change") if spec.read_only else _("look and change")),
        Fact(_("At start"), _("connects") if spec.autoconnect else _("stays disconnected")),
    ]
    if spec.reach:
        rows.append(Fact(_("Others reach it by"), spec.reach, mono=True))
    if spec.keyfile:
        rows.append(Fact(_("Key file"), spec.keyfile, mono=True))
    if spec.pkipath:
        rows.append(Fact(_("Certificates"), spec.pkipath, mono=True))
    if not spec.verify:
        rows.append(Fact(_("Certificate"), _("not checked, by your word"), tone="warning"))
    return rows


def host_counts(view: HostView) -> list[Fact]:
    """Networks and pools, each in a line; nothing is counted of a host that never told."""
    if view.facts is None:
        return [Fact(label, _("not known yet"), tone="text3") for label in (_("Networks"), _("Pools"))]
    up = sum(network.active for network in view.networks)
    pools = sum(pool.active for pool in view.pools)
    free = sum(pool.available for pool in view.pools if pool.active)
    return [
        Fact(_("Networks"), _("{active} of {all} active").format(active=up, all=len(view.networks))),
        Fact(
            _("Pools"),
            _("{active} of {all} active").format(active=pools, all=len(view.pools)),
            _("{size} free").format(size=units.size(free)) if pools else "",
        ),
    ]


_FORWARDS = {
    "nat": N_("NAT"),
    "route": N_("routed"),
    "open": N_("open"),
    "bridge": N_("bridge"),
    "": N_("isolated"),
    "private": N_("private"),
    "vepa": N_("VEPA"),
    "passthrough": N_("passthrough"),
    "hostdev": N_("host device"),
}


def forward(network: Network) -> str:
    """How a network reaches outside, in a word."""
    return _(_FORWARDS[network.forward]) if network.forward in _FORWARDS else network.forward
