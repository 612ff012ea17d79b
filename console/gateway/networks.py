"""Acts on networks. Every function calls the host, may block, and raises FleetError. Events tell the outcome."""

from __future__ import annotations

from console.gateway.connection import Link
from console.gateway.errors import calling


def start_network(link: Link, name: str) -> None:
    """Starts a network."""
    link.writable()
    with calling(name):
        link.conn.networkLookupByName(name).create()


def stop_network(link: Link, name: str) -> None:
    """Stops a network; VMs on it lose it."""
    link.writable()
    with calling(name):
        link.conn.networkLookupByName(name).destroy()


def set_autostart(link: Link, name: str, on: bool) -> None:
    """Whether it starts with its host."""
    link.writable()
    with calling(name):
        link.conn.networkLookupByName(name).setAutostart(int(on))
