"""A network's XML read to a fleet Network."""

from __future__ import annotations

import ipaddress

from console.fleet.hosts import Network
from console.libvirtxml import tree


def read_network(
    xml: str | bytes, *, active: bool = False, autostart: bool = False, persistent: bool = True, leases: int = 0
) -> Network:
    """The Network that `xml` describes; what XML doesn't tell comes by keyword. Raises Failed for what is no XML."""
    root = tree.parse(xml, "network")
    forward = root.find("forward")
    bridge = root.find("bridge")
    addresses, ranges = [], []
    for ip in root.iterfind("ip"):
        if cidr := _cidr(ip.get("address", ""), ip.get("prefix") or ip.get("netmask") or ""):
            addresses.append(cidr)
        ranges += [f"{span.get('start')}-{span.get('end')}" for span in ip.iterfind("dhcp/range") if span.get("start")]
    return Network(
        name=root.findtext("name") or "",
        uuid=tree.text(root.find("uuid")),
        active=active,
        autostart=autostart,
        persistent=persistent,
        forward=forward.get("mode", "nat") if forward is not None else "",
        bridge=bridge.get("name", "") if bridge is not None else "",
        addresses=tuple(addresses),
        dhcp=tuple(ranges),
        leases=leases,
    )


def _cidr(address: str, mask: str) -> str:
    """Joins an address and a prefix or netmask to "192.168.122.1/24"; without either libvirt means the address alone."""
    try:
        return str(ipaddress.ip_interface(f"{address}/{mask}" if mask else address))
    except ValueError:
        return ""
