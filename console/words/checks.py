"""What trying a host step by step found, a line each: for the first run, the host form and `splendid host test`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.fleet.credentials import Wanted
from console.fleet.errors import Reason
from console.words import errors, units
from console.words.translation import N_, _, ngettext

if TYPE_CHECKING:
    from console.gateway.probe import CheckLine


_ASKS = {
    Wanted.USERNAME: N_("It asks for a user name"),
    Wanted.PASSWORD: N_("It asks for a password"),
    Wanted.PASSPHRASE: N_("The key is locked"),
    Wanted.HOST_KEY: N_("Its host key is not known yet"),
}


class Finding(msgspec.Struct, frozen=True):
    """title: what was found. note: beside it, less loud. remedy: what to do next, where it did not work."""

    title: str
    note: str = ""
    remedy: str = ""


def finding(line: CheckLine) -> Finding:
    """The words for one line, whatever came out."""
    if line.ok is False:
        return _failed(line)
    title, note = _found(line)
    if line.ok is None and line.problem is not None:
        note = ", ".join(part for part in (note, _old(line)) if part)
    return Finding(title, note)


def _found(line: CheckLine) -> tuple[str, str]:
    values = line.values
    match str(line.step):
        case "name":
            return _("Name found"), str(values.get("address", ""))
        case "port":
            quick = _("in {time}").format(time=_quick(float(values.get("seconds", 0))))
            if "socket" in values:
                return _("Socket answers"), str(values["socket"])
            return _("Port {port} answers").format(port=values.get("port", "")), quick
        case "host-key":
            return _("Host key"), _("{kind}, as in known_hosts").format(kind=_kind(values))
        case "sign-in" if "asks" in values:
            return _(_ASKS[Wanted(str(values["asks"]))]), _("You are asked when it is added, and by Test.")
        case "sign-in":
            user = str(values.get("user", ""))
            said = [_("as {user}").format(user=user)] if user else []
            said += [_("to look only")] if values.get("read_only") else []
            return _("Signed in"), ", ".join(said)
        case "version":
            return (
                _("libvirt {libvirt} on {hypervisor} {version}").format(
                    libvirt=units.version(int(values.get("libvirt", 0))),
                    hypervisor=values.get("hypervisor", ""),
                    version=units.version(int(values.get("version", 0))),
                ),
                "",
            )
        case "inventory":
            return _inventory(values)
        case other:
            return other, ""


def _inventory(values: dict[str, str | int | float]) -> tuple[str, str]:
    vms, running = int(values.get("vms", 0)), int(values.get("running", 0))
    pools, networks = int(values.get("pools", 0)), int(values.get("networks", 0))
    counts = _("{running} running, {off} off").format(running=running, off=vms - running)
    rest = ", ".join(
        (
            ngettext("{count} pool", "{count} pools", pools).format(count=pools),
            ngettext("{count} network", "{count} networks", networks).format(count=networks),
        )
    )
    return ngettext("{count} VM", "{count} VMs", vms).format(count=vms), f"{counts}; {rest}" if vms else rest


def _failed(line: CheckLine) -> Finding:
    values = line.values
    match str(line.step):
        case "name":
            title = _("Name not found")
        case "port" if "socket" in values:
            title = _("Socket does not answer")
        case "port":
            title = _("Port {port} does not answer").format(port=values.get("port", ""))
        case "host-key":
            title = _("Host key changed") if values.get("state") == "changed" else _("Host key not known yet")
        case "sign-in":
            title = _("Not signed in")
        case "version":
            title = _("libvirt does not say its version")
        case _other:
            title = _("VMs cannot be read")
    if line.problem is None:
        return Finding(title)
    note = errors.why(line.problem)
    if values.get("fingerprint"):
        note = f"{_kind(values)} {values['fingerprint']}"
    return Finding(title, note, errors.next_step(line.problem))


def _old(line: CheckLine) -> str:
    problem = line.problem
    if problem is not None and problem.reason is Reason.TOO_OLD:
        return _("old: some acts will not work")
    return errors.why(problem) if problem is not None else ""


def _kind(values: dict[str, str | int | float]) -> str:
    """The name of a key's kind as people say it: ssh-ed25519 is ED25519."""
    return str(values.get("kind", "")).removeprefix("ssh-").removeprefix("ecdsa-sha2-").upper()


def _quick(seconds: float) -> str:
    if seconds >= 1:
        return units.duration(seconds)
    return units.unit(units.figure(max(1, round(seconds * 1000))), "ms")
