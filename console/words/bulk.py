"""An act on many VMs in words: what becomes of each, why not, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence

from console.fleet.acts import Act
from console.fleet.bulk import BulkPlan, Deed, Fate, Item
from console.fleet.errors import Problem, Reason
from console.fleet.scaling import Change, Lack, Part, Scaling, Sizing, When
from console.words import acts, deletion, units
from console.words.translation import N_, _, ngettext

_PARTS = {
    Part.VCPUS: N_("vCPU {before} → {after}"),
    Part.MAX_VCPUS: N_("vCPU ceiling {before} → {after}"),
    Part.MEMORY: N_("memory {before} → {after}"),
    Part.MAX_MEMORY: N_("memory ceiling {before} → {after}"),
}
_FATES = {
    Fate.DO: N_("Will be done"),
    Fate.RESTART: N_("Will be done, and need a restart"),
    Fate.NOTHING: N_("Nothing to do"),
    Fate.REFUSED: N_("Cannot be done"),
}
_SO_ALREADY = {
    Act.START: N_("Runs already"),
    Act.RESUME: N_("Runs already"),
    Act.PAUSE: N_("Is paused already"),
    Act.SHUTDOWN: N_("Is off already"),
    Act.FORCE_OFF: N_("Is off already"),
    Act.SAVE: N_("Is saved already"),
    Act.DISCARD_SAVE: N_("Nothing is saved"),
    Act.AUTOSTART_ON: N_("Autostart is on already"),
    Act.AUTOSTART_OFF: N_("Autostart is off already"),
    Act.TAG: N_("Has these tags already"),
    Act.DESCRIBE: N_("Is described so already"),
    Act.SCALE: N_("Has these sizes already"),
}


def vms(count: int) -> str:
    return ngettext("{count} VM", "{count} VMs", count).format(count=units.count(count))


def name(deed: Deed) -> str:
    """What is done, without on what: "Shut down"."""
    return acts.label(deed.act)


def title(deed: Deed, count: int) -> str:
    """Act and how many: "Shut down: 412 VMs"."""
    return _("{act}: {target}").format(act=name(deed), target=vms(count))


def fate(value: Fate) -> str:
    """As a heading over the VMs it is the fate of."""
    return _(_FATES[value])


def deed(value: Deed) -> str:
    """What exactly is wanted, beyond the act's name: "vCPU 4, memory 8 GiB"; "" where the name says all."""
    match value.act:
        case Act.TAG:
            said = [f"+{tag}" for tag in value.add] + [f"−{tag}" for tag in value.remove]
        case Act.DESCRIBE:
            said = [_("title “{text}”").format(text=value.title)] if value.title is not None else []
            said += [_("another description")] if value.text is not None else []
        case Act.SCALE if value.sizing is not None:
            said = _sizing(value.sizing)
        case Act.DELETE:
            said = [_("with the files nothing else needs") if value.files else _("their disks stay")]
        case _:
            said = []
    return ", ".join(said)


def _sizing(sizing: Sizing) -> list[str]:
    said = []
    if sizing.vcpus is not None:
        said.append(_("vCPU {count}").format(count=sizing.vcpus))
    if sizing.max_vcpus is not None:
        said.append(_("vCPU ceiling {count}").format(count=sizing.max_vcpus))
    if sizing.memory_kib is not None:
        said.append(_("memory {size}").format(size=units.memory(sizing.memory_kib)))
    if sizing.max_memory_kib is not None:
        said.append(_("memory ceiling {size}").format(size=units.memory(sizing.max_memory_kib)))
    when = {When.LIVE: _("only now"), When.NEXT: _("from the next start on")}
    return said + ([when[sizing.when]] if sizing.when in when else [])


def change(value: Change) -> str:
    """One size: "memory 2 GiB → 4 GiB"."""
    memory = value.part in (Part.MEMORY, Part.MAX_MEMORY)
    before, after = ((units.memory(v) if memory else str(v)) for v in (value.before, value.after))
    return _(_PARTS[value.part]).format(before=before, after=after)


def scaling(value: Scaling) -> str:
    """What happens to one VM's sizes, now and at its next start."""
    parts = {part for part, _lack in value.waits}
    now = [change(each) for each in value.live]
    later = [
        change(each)
        for each in value.stored
        if (each.part in parts or each.part in (Part.MAX_VCPUS, Part.MAX_MEMORY)) and parts
    ]
    if not parts and not now:
        return ", ".join(change(each) for each in value.stored)
    said = [", ".join(now)] if now else []
    if later:
        said.append(_("{changes} from its next start on").format(changes=", ".join(later)))
    return "; ".join(said)


def lack(value: Lack) -> Problem:
    """Why a size cannot be, as a problem to be explained."""
    return Problem(Reason.WRONG_STATE, detail=f"scale-{value}")


def item(value: Item, wanted: Deed) -> str:
    """What becomes of one VM, one line: "Start", "Runs already", or why not."""
    if value.fate is Fate.REFUSED:
        return acts.why_not(value.act, value.problem) if value.problem else ""
    if value.fate is Fate.NOTHING:
        return _(_SO_ALREADY[value.act])
    if value.scaling is not None:
        return scaling(value.scaling)
    if value.deletion is not None:
        files = [file for file in value.deletion.files if wanted.files and file.ticked]
        size = sum(file.allocation for file in files)
        forced = _("is forced off and removed") if value.deletion.stops else _("is removed")
        if not files:
            return _("{fate}; its disks stay").format(fate=forced)
        names = ", ".join(file.path.rpartition("/")[2] for file in files)
        return _("{fate} with {size}: {names}").format(fate=forced, size=units.size(size), names=names)
    return acts.label(value.act)


def consequences(value: Item, wanted: Deed) -> list[str]:
    """For what cannot be taken back: each sentence and each file by name."""
    if value.deletion is None:
        return []
    said = deletion.consequences(value.deletion)
    return said + [deletion.file_line(file) for file in value.deletion.files if wanted.files and file.ticked]


def step(tag: str) -> str:
    """A step of the order: "tag db", or all others."""
    return _("tag {tag}").format(tag=tag) if tag else _("all others")


def counts(plan: BulkPlan) -> list[str]:
    """How many of which fate, "412 will be done" first; those of none left out."""
    forms = {
        Fate.DO: ngettext("{count} will be done", "{count} will be done", len(plan.of(Fate.DO))),
        Fate.RESTART: ngettext("{count} needs a restart", "{count} need a restart", len(plan.of(Fate.RESTART))),
        Fate.NOTHING: ngettext("{count} is so already", "{count} are so already", len(plan.of(Fate.NOTHING))),
        Fate.REFUSED: ngettext("{count} cannot", "{count} cannot", len(plan.of(Fate.REFUSED))),
    }
    return [form.format(count=units.count(len(plan.of(which)))) for which, form in forms.items() if plan.of(which)]


def outcome(done: int, failed: int, cancelled: int, refused: int, nothing: int) -> str:
    """How it ended, in counts: "460 done, 40 failed"."""
    parts: Sequence[tuple[int, str]] = (
        (done, ngettext("{count} done", "{count} done", done)),
        (failed, ngettext("{count} failed", "{count} failed", failed)),
        (cancelled, ngettext("{count} cancelled", "{count} cancelled", cancelled)),
        (refused, ngettext("{count} refused", "{count} refused", refused)),
        (nothing, ngettext("{count} so already", "{count} so already", nothing)),
    )
    return ", ".join(form.format(count=units.count(count)) for count, form in parts if count)
