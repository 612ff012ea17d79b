"""What tests of single calls to real hosts share: a link without a program behind it, image files, and what is in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import libvirt

from console.fleet.domains import VmKey
from console.gateway import images
from console.gateway.connection import Link
from console.libvirtxml.snapshot_writing import new_snapshot
from console.libvirtxml.sources import with_files
from tests.lab.harness.guests import Guest
from tests.lab.harness.host import IMAGES, Host
from tests.lab.harness.lab import Lab
from tests.lab.support import spec_of


@contextmanager
def linked(lab: Lab, host: Host, *, read_only: bool = False) -> Iterator[Link]:
    """A link by the host's own socket."""
    spec = spec_of(lab, host, "unix")
    conn = (libvirt.openReadOnly if read_only else libvirt.open)(spec.uri)
    try:
        yield Link(spec, conn, read_only)
    finally:
        conn.close()


def key(guest: Guest) -> VmKey:
    return VmKey(guest.host.name, guest.uuid)


def path(name: str) -> str:
    return f"{IMAGES}/{name}"


def shell(host: Host, script: str) -> str:
    """Runs a script in the folder of the host's images."""
    return host.exec("sh", "-ec", f"cd {IMAGES}; {script}").strip()


def written(host: Host, name: str, pattern: int, at: int, mib: int) -> None:
    """Writes MiB of one byte into an image that nobody has open."""
    shell(host, f"qemu-io -c 'write -P {pattern} {at}M {mib}M' {name} >/dev/null")


def chain(link: Link, name: str) -> list[str]:
    """The names of the files an image is built on, itself first."""
    return [one.path.rpartition("/")[2] for one in images.chain(link, path(name))]


def same(host: Host, name: str, other: str) -> bool:
    """The content is the same, and the image in good order (`qemu-img compare`, `qemu-img check`)."""
    shell(host, f"qemu-img check -q -U {name}")
    said = host.exec("qemu-img", "compare", "-U", path(name), path(other), check=False)
    return "identical" in said


def external(guest: Guest, name: str, memory: bool = False) -> str:
    """The XML of a snapshot that keeps the guest's disk, and its memory if wanted, in files of their own."""
    file = path(f"{guest.name}.{name}.mem") if memory else ""
    overlays = {"vda": path(f"{guest.name}.{name}")}
    return new_snapshot(name, memory="external" if memory else "no", memory_file=file, overlays=overlays)


def point(link: Link, guest: Guest, name: str) -> None:
    """Has the guest, which is off, start from another image."""
    domain = link.conn.lookupByUUIDString(guest.uuid)
    link.conn.defineXML(with_files(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE), {"vda": (path(name), "qcow2")}))
