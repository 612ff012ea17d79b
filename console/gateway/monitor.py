"""What QEMU itself says, where libvirt may not know: after its daemon died in the middle of a change."""

from __future__ import annotations

import json
from typing import Any

from console.fleet.errors import Failed, Reason, Unsupported
from console.gateway.connection import Link
from console.gateway.errors import calling

_ASK = json.dumps({"execute": "query-block"})


def written(link: Link, uuid: str) -> frozenset[str]:
    """The files that a running QEMU writes for its disks, the uppermost of each chain. Only asks; libvirt marks the domain as
    tainted for it until it is off. Blocks; raises FleetError: Unsupported where this libvirt has no such call."""
    try:
        import libvirt_qemu  # type: ignore[import-untyped]  # noqa: PLC0415 - for what hardly ever happens
    except ImportError:
        raise Unsupported(Reason.TOO_OLD, uuid) from None
    link.writable()
    domain = link.domain(uuid)
    with calling(domain.name()):
        answer = libvirt_qemu.qemuMonitorCommand(domain, _ASK, 0)
    return files_in(answer, uuid)


def files_in(answer: str, what: str = "") -> frozenset[str]:
    """The files named in QEMU's answer. Errors: Failed where it is none."""
    try:
        devices: list[Any] = json.loads(answer)["return"]
        return frozenset(str(device["inserted"]["file"]) for device in devices if device.get("inserted"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Failed(Reason.OTHER, what, text=f"QEMU's answer is none: {error}") from None
