"""How the guest of a clone forgets whose copy it is: by virt-sysprep at its host, or by a seed image for cloud-init."""

from __future__ import annotations

import contextlib
import os

from console.fleet.clones.naming import host_name
from console.fleet.clones.values import OneClone, Reset
from console.fleet.domains import VmKey
from console.fleet.errors import Failed, FleetError, Reason
from console.fleet.hosts import HostSpec
from console.fleet.storage import VolumeKey
from console.fleet.storing import NewVolume, Say, Weight, rounded
from console.gateway import remote, streams, volumes
from console.gateway.errors import one_line
from console.gateway.gateway import Gateway
from console.gateway.uri import take_apart
from console.jobs.job import Cancelled, Job

TOOL = "virt-sysprep"
LOOK_LIMIT = 15.0  # seconds to find out whether a host has it
RUN_LIMIT = 1800.0  # seconds it has for one guest
OPERATIONS = "defaults,-ssh-userdir"
"""All that makes a copy a guest of its own; whom it lets in stays as it is."""


def in_the_way(gateway: Gateway, spec: HostSpec, how: Reset) -> Say | None:
    """Why a guest cannot be reset that way on this host; None: it can. Blocks: asks the host."""
    if how is not Reset.SYSPREP:
        return None
    values: dict[str, str | int] = {"tool": TOOL, "host": spec.id}
    if not remote.can(spec):
        return Say("reset-far", values, Weight.STOP)
    try:
        found = gateway.run(spec.id, ["sh", "-c", f"command -v {TOOL}"], limit=LOOK_LIMIT)
    except FleetError:
        return Say("reset-far", values, Weight.STOP)
    return None if found.code == 0 else Say("reset-missing", values, Weight.STOP)


def sysprep(gateway: Gateway, spec: HostSpec, job: Job, key: VmKey, name: str, *, hostname: bool) -> None:
    """Resets the guest of a VM that is off. Errors: Failed with what the tool says, Cancelled."""
    words = ["env", "LIBGUESTFS_BACKEND=direct", TOOL, "--connect", f"qemu://{take_apart(spec.uri).path or '/system'}"]
    words += ["-d", key.uuid, "--operations", OPERATIONS]
    if hostname and (called := host_name(name)):
        words += ["--hostname", called]
    try:
        ran = gateway.run(spec.id, words, limit=RUN_LIMIT, ended=lambda: job.cancelled)
    except FleetError:
        if job.cancelled:
            raise Cancelled from None
        raise
    for line in ran.text.splitlines():
        job.log(line)
    if ran.code:
        raise Failed(Reason.OTHER, name, text=one_line(ran.text) or f"{TOOL}: {ran.code}", detail=TOOL)


def seed(gateway: Gateway, one: OneClone, host: str, *, hostname: bool) -> None:
    """Makes the seed image of a clone, whole, in the volume its plan names. Conflict (EXISTS): there is one of that name."""
    disk = next(disk for disk in one.disks if not disk.target)
    from console.services import seeding  # noqa: PLC0415 - what it needs is slow to load, and few want it

    data = seeding.image(one.uuid, host_name(one.name) if hostname else "")
    link = gateway.link(host)
    size = rounded(len(data))
    volumes.create(link, disk.pool, NewVolume(disk.volume, size, 0, "raw"))
    file = os.memfd_create("seed", os.MFD_CLOEXEC)
    with contextlib.closing(os.fdopen(file, "r+b", closefd=True)) as image:
        image.write(data)
        image.flush()
        with gateway.aside(host) as other:
            key = VolumeKey(host, disk.pool, disk.volume)
            streams.upload(other.link, key, file, len(data), sparse=False, progress=lambda _at: None)
