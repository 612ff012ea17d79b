"""Image files by their paths: looked at, made on one another, deleted. Every function calls the host, may block, and raises
FleetError."""

from __future__ import annotations

from console.fleet.snapshots.values import ImageFile
from console.gateway.connection import Link


def image(link: Link, path: str) -> ImageFile | None:
    """The file as its pool tells it now (the pool is looked through anew where it does not know it); None: it is not there.
    Conflict (detail "no-pool") where no pool of the host has that folder."""
    raise NotImplementedError


def chain(link: Link, path: str) -> tuple[ImageFile, ...]:
    """The file and all it is built on, top first. NotFound: one of them is not there. Conflict (detail "loop")."""
    raise NotImplementedError


def make_overlay(link: Link, path: str, onto: str, onto_format: str = "") -> None:
    """Makes an empty qcow2 image on `onto`, of its size and with its owner and mode. One that is there already on `onto` and
    holds nothing is done; any other file of that name: Conflict (EXISTS). onto_format: "" = as the pool says."""
    raise NotImplementedError


def remove(link: Link, path: str) -> None:
    """Deletes a file. One that is gone is done already. Conflict (detail "no-pool") where libvirt has no hold of it."""
    raise NotImplementedError
