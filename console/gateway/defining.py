"""A domain's configuration, read and stored anew, and a running domain changed to it. Every function calls the host, may block, and
raises FleetError."""

from __future__ import annotations

import re
from typing import Any

import libvirt
import msgspec

from console.fleet.edits import Step, Way
from console.fleet.errors import Conflict, Reason
from console.gateway.connection import Link
from console.gateway.errors import calling
from console.libvirtxml import changes
from console.libvirtxml.keeping import with_secrets

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")  # it may name another encoding than the one in which libvirt gets it
_INACTIVE = libvirt.VIR_DOMAIN_XML_INACTIVE
_SECURE = libvirt.VIR_DOMAIN_XML_SECURE
_LIVE = libvirt.VIR_DOMAIN_AFFECT_LIVE


class Config(msgspec.Struct, frozen=True):
    """What a domain starts with next, and what it runs with now ("" = it is off). Without passwords."""

    name: str
    stored: str
    live: str = ""


def read(link: Link, uuid: str) -> Config:
    """The domain's configuration and, where it runs, its present XML."""
    domain = link.domain(uuid)
    with calling(domain.name()):
        return _read(domain)


def _read(domain: Any) -> Config:
    stored = str(domain.XMLDesc(_INACTIVE))
    return Config(str(domain.name()), stored, str(domain.XMLDesc(0)) if domain.isActive() else "")


def stored(link: Link, uuid: str, secrets: bool = False) -> str:
    """Only the configuration; secrets: with passwords, for which the connection must be allowed to write."""
    domain = link.domain(uuid)
    with calling(domain.name()):
        return str(domain.XMLDesc(_INACTIVE | (_SECURE if secrets else 0)))


def named(link: Link, uuid: str) -> tuple[str, str]:
    """Its name and configuration."""
    domain = link.domain(uuid)
    with calling(uuid):
        return str(domain.name()), str(domain.XMLDesc(_INACTIVE))


def define(link: Link, uuid: str, base: str, text: str, *, validate: bool = True, secrets: bool = False) -> str:
    """Stores `text` as the domain's configuration and returns what the host made of it.

    base: the configuration it was made from; Conflict (Reason.CHANGED) where another is stored by now, and nothing is done.
    Passwords that `text` leaves out stay as they are, unless `base` had them (secrets). validate: the host holds the text
    against its schema first.
    """
    link.writable()
    domain = link.domain(uuid)
    name = domain.name()
    try:
        with calling(name):
            if not domain.isPersistent():
                raise Conflict(Reason.WRONG_STATE, name, detail="transient")
            plain, whole = str(domain.XMLDesc(_INACTIVE)), str(domain.XMLDesc(_INACTIVE | _SECURE))
            if not changes.same(whole if secrets else plain, base):
                raise Conflict(Reason.CHANGED, name)
            full = _DECLARATION.sub("", text if secrets else with_secrets(text, plain, whole), count=1)
            link.conn.defineXMLFlags(full, libvirt.VIR_DOMAIN_DEFINE_VALIDATE if validate else 0)
            return str(link.domain(uuid).XMLDesc(_INACTIVE))
    finally:
        link.touched(uuid)


def carry_out(link: Link, uuid: str, step: Step) -> None:
    """Changes the running domain."""
    link.writable()
    domain = link.domain(uuid)
    try:
        with calling(domain.name()):
            _carry_out(domain, step)
    finally:
        link.touched(uuid)


def _carry_out(domain: Any, step: Step) -> None:
    match step.way:
        case Way.MEMORY:
            domain.setMemoryFlags(step.number, _LIVE)
        case Way.VCPUS:
            domain.setVcpusFlags(step.number, _LIVE)
        case Way.TITLE:
            domain.setMetadata(libvirt.VIR_DOMAIN_METADATA_TITLE, step.xml or None, None, None, _LIVE)
        case Way.DESCRIPTION:
            domain.setMetadata(libvirt.VIR_DOMAIN_METADATA_DESCRIPTION, step.xml or None, None, None, _LIVE)
        case Way.METADATA:
            kind = libvirt.VIR_DOMAIN_METADATA_ELEMENT
            domain.setMetadata(kind, step.xml or None, step.prefix or None, step.key, _LIVE)
        case Way.ATTACH:
            domain.attachDeviceFlags(step.xml, _LIVE)
        case Way.DETACH:
            domain.detachDeviceFlags(step.xml, _LIVE)
        case Way.UPDATE:
            domain.updateDeviceFlags(step.xml, _LIVE)
        case Way.CPU_TUNE:
            domain.setSchedulerParametersFlags(dict(step.values), _LIVE)
        case Way.MEMORY_TUNE:
            domain.setMemoryParameters(dict(step.values), _LIVE)
        case Way.IO_TUNE:
            domain.setBlockIoTune(step.key, dict(step.values), _LIVE)


def running(link: Link, uuid: str) -> str:
    """What it runs with now; "" where it is off. NotFound where it is gone."""
    domain = link.domain(uuid)
    with calling(domain.name()):
        return str(domain.XMLDesc(0)) if domain.isActive() else ""
