"""A VM brought up from the memory that a snapshot keeps in a file. Every function calls the host, may block, raises FleetError."""

from __future__ import annotations

from collections.abc import Mapping

import libvirt

from console.fleet.domains import State
from console.fleet.errors import Conflict, Reason
from console.gateway.connection import Link
from console.gateway.errors import calling
from console.libvirtxml.sources import with_files

_FLAGS = {None: 0, True: libvirt.VIR_DOMAIN_SAVE_PAUSED, False: libvirt.VIR_DOMAIN_SAVE_RUNNING}


def saved_xml(link: Link, file: str) -> str:
    """The XML that is kept with the memory, with passwords. NotFound: there is no such file."""
    link.writable()
    with calling(file):
        return str(link.conn.saveImageGetXMLDesc(file, libvirt.VIR_DOMAIN_SAVE_IMAGE_XML_SECURE))


def restore(link: Link, uuid: str, file: str, disks: Mapping[str, str], *, paused: bool | None = None) -> None:
    """Starts the VM, which is off, from the memory in `file`, with these qcow2 images (by target) behind its disks; the rest is
    as it was when the memory was kept. Its stored configuration, the file, name and UUID stay. paused: None = as it was
    then. A managed save goes: its memory fits other disks. Conflict (WRONG_STATE): it is not off."""
    link.writable()
    domain = link.domain(uuid)
    name = domain.name()
    text = with_files(saved_xml(link, file), {target: (path, "qcow2") for target, path in disks.items()})
    try:
        with calling(name):
            if domain.isActive():
                raise Conflict(Reason.WRONG_STATE, name, detail=State.RUNNING)
            if domain.hasManagedSaveImage(0):
                domain.managedSaveRemove(0)
            link.conn.restoreFlags(file, text, _FLAGS[paused])
    finally:
        link.touched(uuid)
