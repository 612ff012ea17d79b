"""The shapes that --json prints. Keys are stable. Memory in KiB (…_kib), sizes in bytes, rates in bytes/s, CPU 0..1.

Times are ISO 8601 in UTC, null where not known.
"""

from __future__ import annotations

from typing import Any

from console.cli.output import iso
from console.fleet.clones.provenance import Provenance
from console.fleet.deletion import DeletePlan, FileItem
from console.fleet.domains import Domain, Load
from console.fleet.errors import FleetError, Problem
from console.fleet.hosts import HostFacts, HostLoad, HostSpec, Network, Pool, Volume
from console.fleet.updates import HostView
from console.jobs.job import JobView
from console.words import units

Record = dict[str, Any]


def problem(value: Problem | None, what: str = "") -> Record | None:
    if value is None:
        return None
    return {"what": what, "reason": value.reason.value, "text": value.text, "code": value.code, "detail": value.detail}


def error(value: FleetError) -> Record:
    return {"error": problem(value.problem, value.what)}


def usage(text: str) -> Record:
    """What was typed cannot be meant."""
    return {"error": {"what": "", "reason": "usage", "text": text, "code": 0, "detail": ""}}


def load(value: Load | None) -> Record | None:
    if value is None:
        return None
    return {
        "time": iso(value.stamp),
        "cpu": value.cpu,
        "memory_used_kib": value.memory_used_kib,
        "disk_read": value.disk_read,
        "disk_write": value.disk_write,
        "disk_ops": value.disk_ops,
        "disk_read_ops": value.disk_read_ops,
        "disk_write_ops": value.disk_write_ops,
        "disk_latency": value.disk_latency,
        "net_in": value.net_in,
        "net_out": value.net_out,
    }


def vm(domain: Domain, spec: HostSpec | None, view: HostView, now_load: Load | None, heard: float = 0.0) -> Record:
    """One VM. live: it is as of now; seen: when its host was last heard; heard: when its addresses were last told.

    began_before: where the beginning of this run, or rest, was not seen, when it was first seen.
    """
    return {
        "name": domain.name,
        "uuid": domain.key.uuid,
        "host": spec.name if spec else domain.key.host,
        "host_id": domain.key.host,
        "zone": spec.zone if spec else "",
        "rack": spec.rack if spec else "",
        "state": domain.state.value,
        "since": iso(domain.since),
        "started": iso(domain.started),
        "began_before": iso(domain.met),
        "live": view.status.phase.value == "live",
        "seen": iso(view.status.seen),
        "vcpus": domain.vcpus,
        "max_vcpus": domain.max_vcpus,
        "memory_kib": domain.memory_kib,
        "max_memory_kib": domain.max_memory_kib,
        "addresses_told": iso(heard),
        "addresses": [
            {"ip": item.ip, "prefix": item.prefix, "mac": item.mac, "source": item.source.value}
            for item in domain.addresses
        ],
        "disks": [
            {
                "target": item.target,
                "source": item.source,
                "device": item.device,
                "bus": item.bus,
                "format": item.format,
                "read_only": item.read_only,
                "shared": item.shared,
                "capacity": item.capacity,
                "allocation": item.allocation,
                "backing": list(item.backing),
            }
            for item in domain.disks
        ],
        "nics": [
            {
                "mac": item.mac,
                "kind": item.kind,
                "source": item.source,
                "model": item.model,
                "target": item.target,
            }
            for item in domain.nics
        ],
        "snapshots": domain.snapshots,
        "autostart": domain.autostart,
        "persistent": domain.persistent,
        "title": domain.title,
        "description": domain.description,
        "tags": list(domain.tags),
        "group": domain.group,
        "owner": domain.owner,
        "os": domain.os,
        "machine": domain.machine,
        "arch": domain.arch,
        "cpu_mode": domain.cpu_mode,
        "firmware": domain.firmware,
        "nvram": domain.nvram,
        "tpm": domain.tpm,
        "agent": domain.has_agent,
        "kind": domain.kind,
        "graphics": domain.graphics,
        "provenance": provenance(domain.provenance),
        "load": load(now_load),
    }


def provenance(value: Provenance | None) -> Record | None:
    """Where a VM comes from; null where nobody wrote that down."""
    if value is None:
        return None
    return {
        "cloned_from": value.cloned_from or None,
        "source": value.source or None,
        "snapshot": value.snapshot or None,
        "when": iso(value.when),
        "by": value.by,
        "build": value.build,
        "note": value.note,
        "linked": value.linked,
        "template": value.template,
        "throw_away": value.throw_away,
        "expires": iso(value.expires),
    }


def host(spec: HostSpec, view: HostView, vms: int, running: int) -> Record:
    """One host: what the fleet file says, its state, what it says of itself."""
    status = view.status
    return {
        "name": spec.name,
        "id": spec.id,
        "uri": spec.uri,
        "zone": spec.zone,
        "rack": spec.rack,
        "tags": list(spec.tags),
        "reach": spec.reach,
        "read_only": spec.read_only,
        "autoconnect": spec.autoconnect,
        "demo": spec.demo,
        "state": status.phase.value,
        "since": iso(status.since),
        "seen": iso(status.seen),
        "problem": problem(status.problem, spec.name),
        "vms": vms,
        "running": running,
        "facts": _facts(view.facts),
        "load": _host_load(view.load),
    }


def _facts(value: HostFacts | None) -> Record | None:
    if value is None:
        return None
    return {
        "hostname": value.hostname,
        "uuid": value.uuid,
        "hypervisor": value.hypervisor,
        "hypervisor_version": units.version(value.hypervisor_version) if value.hypervisor_version else None,
        "libvirt_version": units.version(value.libvirt_version) if value.libvirt_version else None,
        "cpus": value.cpus,
        "mhz": value.mhz,
        "cpu_model": value.cpu_model,
        "arch": value.arch,
        "memory_kib": value.memory_kib,
    }


def _host_load(value: HostLoad | None) -> Record | None:
    if value is None:
        return None
    return {
        "time": iso(value.stamp),
        "cpu": value.cpu,
        "memory_used_kib": value.memory_used_kib,
        "replayed": value.replayed,
    }


def network(value: Network) -> Record:
    return {
        "name": value.name,
        "uuid": value.uuid,
        "active": value.active,
        "autostart": value.autostart,
        "persistent": value.persistent,
        "forward": value.forward or "isolated",
        "bridge": value.bridge,
        "addresses": list(value.addresses),
        "dhcp": list(value.dhcp),
        "leases": value.leases,
    }


def pool(value: Pool, *, volumes: bool) -> Record:
    record: Record = {
        "name": value.name,
        "uuid": value.uuid,
        "active": value.active,
        "autostart": value.autostart,
        "kind": value.kind,
        "path": value.path,
        "capacity": value.capacity,
        "allocation": value.allocation,
        "available": value.available,
    }
    return record | ({"volumes": [volume(item) for item in value.volumes]} if volumes else {})


def volume(value: Volume) -> Record:
    return {
        "name": value.name,
        "path": value.path,
        "kind": value.kind,
        "format": value.format,
        "capacity": value.capacity,
        "allocation": value.allocation,
        "backing": value.backing,
    }


def job(view: JobView) -> Record:
    """One task. step: a code, with its values."""
    return {
        "id": view.id,
        "kind": view.kind,
        "target": view.target,
        "vms": [{"host_id": key.host, "uuid": key.uuid} for key in view.vms],
        "hosts": list(view.hosts),
        "state": view.state.value,
        "step": view.step,
        "values": dict(view.values),
        "fraction": view.fraction,
        "created": iso(view.created),
        "started": iso(view.started),
        "ended": iso(view.ended),
        "problem": problem(view.problem, view.what or view.target),
        "parent": view.parent,
        "children": list(view.children),
        "command": view.command,
        "by": view.by,
        "interrupted": view.interrupted,
    }


def plan(value: DeletePlan, chosen: frozenset[str]) -> Record:
    """A deletion before it is made."""
    return {
        "made": iso(value.made),
        "vms": [
            {
                "name": item.name,
                "uuid": item.key.uuid,
                "host_id": item.key.host,
                "state": item.state.value,
                "forced_off": item.stops,
                "needed_by": list(item.needed_by),
                "snapshots": list(item.snapshots),
                "checkpoints": list(item.checkpoints),
                "files": [file(entry, entry.id in chosen) for entry in item.files],
            }
            for item in value.vms
        ],
    }


def file(item: FileItem, goes: bool) -> Record:
    return {
        "path": item.path,
        "kind": item.kind.value,
        "target": item.target,
        "pool": item.pool,
        "capacity": item.capacity,
        "allocation": item.allocation,
        "goes": goes,
        "hold": item.hold.value,
        "used_by": list(item.used_by),
    }
