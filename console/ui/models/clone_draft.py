"""What a person chose in the clone wizard so far, and the orders it comes to. Pure: no Qt."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec
from msgspec.structs import replace

from console.fleet import query_values
from console.fleet.clones import naming
from console.fleet.clones.provenance import Provenance
from console.fleet.clones.values import CloneKind, CloneOrder, Macs, Reset
from console.fleet.domains import VmKey
from console.fleet.errors import Reason, UsageError
from console.words import _, clones, ngettext, origins, units

SOURCE = "{source}"  # in a pattern of names: the name of the VM that is cloned


class Draft(msgspec.Struct, frozen=True):
    """pattern: of names, with {n} and {source}; count: clones of each source; first: the number they begin with.

    The rest as in CloneOrder.
    """

    sources: tuple[VmKey, ...]
    pattern: str = ""
    count: int = 1
    first: int = 1
    kind: CloneKind = CloneKind.FULL
    snapshot: str = ""
    host: str = ""
    pool: str = ""
    files: str = ""
    macs: Macs = Macs.NEW
    reset: Reset = Reset.NONE
    hostname: bool = True
    build: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    start: bool = False
    throw_away: bool = False
    expires: float = 0.0


def begun(sources: Collection[tuple[VmKey, str]], taken: Collection[str], snapshot: str = "") -> Draft:
    """As the wizard opens for these VMs (with their names)."""
    keys = tuple(key for key, _name in sources)
    first = next(iter(sources), None)
    one = naming.free_name(first[1], taken) if first is not None and len(sources) == 1 else f"{SOURCE}-clone"
    return Draft(keys, one, snapshot=snapshot)


def names(draft: Draft, source: str, taken: Collection[str] = ()) -> tuple[str, ...]:
    """Of the clones of one VM, called `source`. UsageError (detail "vm-name", "clone-count") where they are none."""
    pattern = draft.pattern.replace(SOURCE, source.replace("{", "").replace("}", ""))
    return naming.names(pattern, draft.count, taken, draft.first)


def orders(
    draft: Draft, sources: Mapping[VmKey, str], taken: Mapping[str, Collection[str]] | None = None
) -> tuple[CloneOrder, ...]:
    """One for each VM. sources: names by VM. taken: names of the VMs on each host. UsageError: no names, or one twice
    (detail "clone-twice")."""
    used = {host: set(there) for host, there in (taken or {}).items()}
    found, given = [], set[tuple[str, str]]()
    for key in draft.sources:
        host = draft.host or key.host
        there = used.setdefault(host, set())
        made = names(draft, sources.get(key, ""), there)
        for name in made:
            if (host, name) in given:
                raise UsageError(Reason.OTHER, name, detail="clone-twice")
            given.add((host, name))
        there.update(made)
        found.append(_order(draft, key, made))
    return tuple(found)


def _order(draft: Draft, key: VmKey, made: tuple[str, ...]) -> CloneOrder:
    return CloneOrder(
        key,
        made,
        draft.kind,
        draft.snapshot,
        "" if draft.host == key.host else draft.host,
        draft.pool,
        draft.files,
        draft.macs,
        draft.reset,
        draft.hostname,
        draft.build,
        draft.note,
        draft.tags,
        draft.start,
        draft.throw_away,
        draft.expires,
    )


def why_no_names(error: UsageError) -> str:
    """Why a pattern gives no names, one sentence."""
    if error.problem.detail == "clone-count":
        return _("From 1 to {most} clones at once.").format(most=units.count(naming.MOST))
    if error.problem.detail == "clone-twice":
        return _("Two would be called {name}: put {n} or {source} into the pattern.").format(
            name=error.what, n="{n}", source=SOURCE
        )
    return _("Not a name: it is empty, or has a slash or a control character.")


def why_no_files(draft: Draft, name: str) -> str:
    """Why the pattern of files gives none, one sentence; "" where it does. name: of a clone."""
    if not draft.files:
        return ""
    try:
        one, other = (naming.file_name(draft.files, name, target, "qcow2") for target in ("vda", "vdb"))
    except UsageError:
        return _("Not a file name: it is empty, or has a slash.")
    if draft.count * len(draft.sources) > 1 and naming.file_name(draft.files, f"{name}x", "vda", "qcow2") == one:
        return _("All clones would have the same file: put {name} into the pattern.").format(name="{name}")
    return (
        _("All disks would have the same file: put {target} into the pattern.").format(target="{target}")
        if one == other
        else ""
    )


def until(text: str, now: float) -> float:
    """Epoch of "3 d" (from now), "18:00", "2026-12-01" or "2026-12-01 18:00". ValueError where it is none, or over already."""
    text = text.strip()
    try:
        at = now + query_values.number(text.replace(" ", ""), query_values.Measure.TIME)
    except (query_values.NotANumber, query_values.NotAUnit):
        if len(text) <= 8 and ":" in text:
            text = f"{time.strftime('%Y-%m-%d', time.localtime(now))} {text}"
        try:
            at = datetime.fromisoformat(text).astimezone().timestamp()
        except (OverflowError, OSError) as error:
            raise ValueError(text) from error
    if at <= now:
        raise ValueError(text)
    return at


# what was chosen, for the bar of steps and the right side


def said_what(draft: Draft, source: str) -> str:
    """As "win11-blank, 20 clones", "3 VMs at “clean”"."""
    many = len(draft.sources)
    said = source if many == 1 else ngettext("{count} VM", "{count} VMs", many).format(count=units.count(many))
    if draft.snapshot:
        said = _("{vm} at “{snapshot}”").format(vm=said, snapshot=draft.snapshot)
    total = many * draft.count
    if total == 1:
        return said
    times = ngettext("{count} clone", "{count} clones", total).format(count=units.count(total))
    return f"{said}, {times}"


def said_where(draft: Draft, host: str) -> str:
    """host: its name, "" = where each source is."""
    return ", ".join(part for part in (host or _("same host"), draft.pool) if part)


def said_how(draft: Draft) -> str:
    parts = [clones.kind(draft.kind).casefold()]
    if draft.start:
        parts.append(_("started"))
    return ", ".join(parts)


def options(draft: Draft, now: float) -> list[str]:
    """What holds beside kind and place, a line each."""
    said = [
        _("New MAC addresses") if draft.macs is Macs.NEW else _("MAC addresses are kept"),
        {
            Reset.NONE: _("Guest as it is, nothing reset"),
            Reset.SYSPREP: _("Guest reset by virt-sysprep"),
            Reset.SEED: _("Guest reset by cloud-init"),
        }[draft.reset],
    ]
    if draft.reset is not Reset.NONE and draft.hostname:
        said[-1] += _(", with its host name")
    said.append(_("Started when ready") if draft.start else _("Left off"))
    goes = origins.throw_away(Provenance(throw_away=draft.throw_away, expires=draft.expires), now)
    said.append(goes[:1].upper() + goes[1:] or _("Stays until it is deleted"))
    if draft.build:
        said.append(_("Build {build}").format(build=draft.build))
    if draft.tags:
        said.append(_("Tags {tags}").format(tags=", ".join(draft.tags)))
    return said


def with_tags(draft: Draft, text: str) -> Draft:
    """tags: apart by commas or blanks."""
    return replace(draft, tags=tuple(dict.fromkeys(text.replace(",", " ").split())))
