"""Changes of a VM's configuration in words: what changes and when, what is wrong with a text, why a version was kept."""

from __future__ import annotations

from collections.abc import Sequence

from console.fleet.edits import Change, Detail, Fate, Finding, Flaw, Hold, Version, When
from console.words import jobs, units
from console.words.translation import N_, _, ngettext

MOST = 3  # details of one change that are told

_PARTS = {
    "memory": N_("Memory"),
    "memory-limit": N_("Memory ceiling"),
    "memory-now": N_("Memory"),
    "vcpus": N_("vCPUs"),
    "vcpus-limit": N_("vCPU ceiling"),
    "vcpus-now": N_("vCPUs"),
    "vcpu": N_("vCPUs"),
    "cputune": N_("CPU shares and quotas"),
    "memtune": N_("Memory limits"),
    "title": N_("Title"),
    "description": N_("Description"),
    "metadata": N_("Metadata"),
    "name": N_("Name"),
    "domain": N_("Domain"),
    "os": N_("Start-up"),
    "cpu": N_("CPU"),
    "features": N_("Features"),
    "clock": N_("Clock"),
    "disk": N_("Disk"),
    "interface": N_("Network card"),
    "graphics": N_("Screen"),
    "video": N_("Graphics card"),
    "controller": N_("Controller"),
    "hostdev": N_("Host device"),
    "filesystem": N_("Shared folder"),
    "channel": N_("Channel"),
    "serial": N_("Serial port"),
    "console": N_("Console"),
    "input": N_("Input device"),
    "sound": N_("Sound card"),
    "memballoon": N_("Memory balloon"),
    "rng": N_("Random numbers"),
    "tpm": N_("TPM"),
    "watchdog": N_("Watchdog"),
    "on_poweroff": N_("At power-off"),
    "on_reboot": N_("At reboot"),
    "on_crash": N_("After a crash"),
}
_KIB = ("memory", "memory-limit", "memory-now")
_HOLDS = {
    Hold.FIXED: N_("A VM that runs cannot change in this."),
    Hold.UNKNOWN_HERE: N_("The running VM has no such device."),
    Hold.NOT_WANTED: N_("The running VM is to stay as it is."),
}
_FLAWS = {
    Flaw.SYNTAX: N_("This is not XML: {text}."),
    Flaw.DOCTYPE: N_("A DOCTYPE is not allowed here."),
    Flaw.TOO_BIG: N_("That is too big: {text} bytes."),
    Flaw.ROOT: N_("A VM's configuration begins with <domain>, not with <{text}>."),
    Flaw.NAME: N_("The name must stay {text}. To rename the VM, turn it off and use Rename."),
    Flaw.UUID: N_("The UUID must stay {text}. Another UUID is another VM: clone it, or define a new one."),
    Flaw.ELEMENT: N_("libvirt's schema does not know <{text}> here, or something is missing in it."),
    Flaw.ATTRIBUTE: N_("libvirt's schema does not know {text} here."),
    Flaw.VALUE: N_("libvirt's schema does not know the value {text} here."),
    Flaw.SCHEMA: N_("This does not fit libvirt's schema: {text}."),
    Flaw.HOST: N_("The host says: {text}."),
}
_REASONS = {
    "edit": N_("Edited"),
    "restore": N_("Gone back"),
    "elsewhere": N_("Changed elsewhere"),
    "seen": N_("First seen"),
}


def part(change: Change) -> str:
    """What it is about: "Memory", "Disk vdb"."""
    name = change.name
    if change.part == "metadata":
        namespace, _brace, tag = name[1:].partition("}")
        name = namespace if tag else name
    return f"{_(_PARTS[change.part]) if change.part in _PARTS else change.part} {name}".strip()


def what(change: Change) -> str:
    """What changes, without when: "Memory 2 GiB → 4 GiB", "Disk vdb is added, /srv/b.qcow2"."""
    about = part(change)
    if change.part in _KIB or (change.before and change.after):
        return _("{what} {before} → {after}").format(
            what=about, before=_value(change.part, change.before), after=_value(change.part, change.after)
        )
    if change.fate is Fate.ADDED:
        own = change.after or _gist(change)
        said = _("{what} is added").format(what=about)
        return f"{said}, {_short(own)}" if own else said
    if change.fate is Fate.REMOVED:
        own = change.before or _gist(change)
        said = _("{what} is removed").format(what=about)
        return f"{said}, {_short(own)}" if own else said
    told = [_detail(detail, in_kib=change.part == "memtune") for detail in change.details[:MOST]]
    rest = len(change.details) - MOST
    if rest > 0:
        told.append(ngettext("{count} more", "{count} more", rest).format(count=rest))
    return _("{what}: {details}").format(what=about, details=", ".join(told))


def when(change: Change, running: bool) -> str:
    """When it holds, in brackets' words: "now", "next start"; "" of a VM that is off."""
    if not running:
        return ""
    return _("now") if change.when is When.NOW else _("next start")


def line(change: Change, running: bool) -> str:
    """What and when: "Memory 2 GiB → 4 GiB (next start)"."""
    moment = when(change, running)
    return f"{what(change)} ({moment})" if moment else what(change)


def why_later(change: Change) -> str:
    """Why a running VM does not take it at once; "" where it does."""
    if change.said:
        return _("The host did not do it now: {text}.").format(text=change.said.rstrip("."))
    if change.hold is Hold.CEILING:
        limit = units.memory(change.limit) if change.part in _KIB else str(change.limit)
        return _("It runs with a ceiling of {limit}.").format(limit=limit)
    return _(_HOLDS[change.hold]) if change.hold in _HOLDS else ""


def counted(count: int) -> str:
    return ngettext("{count} change", "{count} changes", count).format(count=count)


def finding(found: Finding) -> str:
    """Where and what, as one line: "Line 12, column 8: …"."""
    said = flaw(found)
    if not found.line:
        return said
    place = _("Line {line}, column {column}").format(line=found.line, column=found.column)
    return f"{place}: {said}"


def flaw(found: Finding) -> str:
    """What is wrong, a sentence."""
    return _(_FLAWS[found.flaw]).format(text=found.text.rstrip("."))


def reason(version: Version) -> str:
    """How it came about: "Edited", "Changed elsewhere", or the task that did it: "Tag"."""
    return _(_REASONS[version.reason]) if version.reason in _REASONS else jobs.kind(version.reason)


def left(changes: Sequence[Change]) -> str:
    """What waits for the next start, by name: "Memory 2 GiB → 4 GiB; Disk vdb is added"."""
    return "; ".join(what(change) for change in changes)


def _value(kind: str, value: str) -> str:
    if kind in _KIB and value.isdecimal():
        return units.memory(int(value))
    return _short(value) if value else "–"


def _detail(detail: Detail, in_kib: bool = False) -> str:
    kind = "memory" if in_kib else ""
    before, after = _value(kind, detail.before or ""), _value(kind, detail.after or "")
    return f"{detail.path.replace('@', ' ').replace('/', ' ').strip()} {before} → {after}"


def _gist(change: Change) -> str:
    """What tells most about a device that comes or goes."""
    values = {detail.path: detail.after or detail.before or "" for detail in change.details}
    wanted = ("source@file", "source@dev", "source@volume", "source@network", "source@bridge", "@type", "model@type")
    return next((values[path] for path in wanted if values.get(path)), "")


def _short(text: str, most: int = 60) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
