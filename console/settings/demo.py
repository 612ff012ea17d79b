"""The demo fleet: hosts on libvirt's in-process test driver, and the libvirt of this computer where there is one."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from lxml import etree
from msgspec.structs import replace

from console.files.atomic import write_text
from console.fleet.hosts import HostSpec
from console.settings import fleetfile
from console.settings.resources import folder

LOCAL_SOCKETS = ("/run/libvirt/libvirt-sock", "/run/libvirt/virtqemud-sock")
PLACE = "DEMO-FOLDER"  # stands in the demo's URIs for the folder its nodes are copied to


def demo_folder() -> Path:
    """Where the program keeps the demo: fleet.toml, one node file a host, and trace.json, the load that is replayed."""
    return folder("resources") / "demo"


def demo_hosts(target: Path) -> tuple[HostSpec, ...]:
    """Copies the demo's nodes to `target` (made where missing) and returns its hosts, which live there.

    Where they cannot be written (a full disk) the hosts live where the program keeps them. Errors: OSError.
    """
    source = demo_folder()
    try:
        for node in sorted(source.glob("*.xml")):
            write_text(target / node.name, node.read_text("utf-8"))
    except OSError:
        target = source
    text = (source / "fleet.toml").read_text("utf-8").replace(PLACE, quote(str(target)))
    return tuple(replace(spec, demo=True) for spec in fleetfile.read(text).specs)


def demo_size() -> tuple[int, int]:
    """How many hosts and VMs the demo has, counted in its files. (0, 0) where they are missing."""
    try:
        nodes = [etree.parse(node) for node in demo_folder().glob("*.xml")]
    except (OSError, etree.XMLSyntaxError):
        return 0, 0
    return len(nodes), sum(len(node.findall("domain")) for node in nodes)


def local_host() -> HostSpec | None:
    """This computer's libvirt, where its socket is there and we may use it."""
    if any(os.access(path, os.R_OK | os.W_OK) for path in LOCAL_SOCKETS):
        return HostSpec("local", os.uname().nodename, "qemu:///system")
    return None
