"""The fleet at a glance in words: who stands out and by what, what changed today."""

from __future__ import annotations

from collections.abc import Callable

from console.fleet.outliers import Outlier
from console.fleet.storage import StorageSum
from console.fleet.today import Event
from console.jobs.job import JobView
from console.words import graphs, jobs, storage, units
from console.words.translation import N_, _, ngettext, pgettext

_OUTLIERS = {
    "host-cpu": N_("{value} of its CPU used, usual is {usual}"),
    "host-memory": N_("{value} of its memory used, usual is {usual}"),
    "host-vcpus": N_("{value} vCPUs for each thread, usual is {usual}"),
    "host-promised": N_("{value} of its memory promised, usual is {usual}"),
    "host-vms": N_("{value} VMs, usual is {usual}"),
    "host-storage": N_("a pool {value} full, usual is {usual}"),
    "vm-cpu": N_("{value} CPU, usual is {usual}"),
    "vm-disk": N_("{value} to and from disk, usual is {usual}"),
    "vm-net": N_("{value} by network, usual is {usual}"),
    "vm-snapshots": N_("{value} snapshots, usual is {usual}"),
}
_FIGURES: dict[str, Callable[[float], str]] = {
    "host-vcpus": storage.ratio,
    "host-promised": storage.ratio,
    "host-vms": lambda value: units.count(round(value)),
    "vm-snapshots": lambda value: units.count(round(value)),
    "vm-disk": units.rate,
    "vm-net": units.bitrate,
}
_EVENTS = {
    "vm-start": N_("{name} started"),
    "vm-stop": N_("{name} stopped"),
    "vm-crash": N_("{name} crashed"),
    "vm-pause": N_("{name} was paused"),
    "vm-resume": N_("{name} went on"),
    "vm-migration": N_("{name} moved"),
    "vm-revert": N_("{name} went back to a snapshot"),
    "vm-config": N_("{name} was changed"),
    "vm-added": N_("{name} is new"),
    "vm-removed": N_("{name} was removed"),
    "host-lost": N_("{name} stopped answering"),
}
_COUNTS: dict[str, Callable[[int], str]] = {
    "vm-start": lambda n: ngettext("{n} start", "{n} starts", n),
    "vm-stop": lambda n: ngettext("{n} stop", "{n} stops", n),
    "vm-crash": lambda n: ngettext("{n} crash", "{n} crashes", n),
    "vm-pause": lambda n: ngettext("{n} pause", "{n} pauses", n),
    "vm-resume": lambda n: ngettext("{n} went on", "{n} went on", n),
    "vm-migration": lambda n: ngettext("{n} move", "{n} moves", n),
    "vm-revert": lambda n: ngettext("{n} revert", "{n} reverts", n),
    "vm-config": lambda n: ngettext("{n} change", "{n} changes", n),
    "vm-added": lambda n: ngettext("{n} new", "{n} new", n),
    "vm-removed": lambda n: ngettext("{n} removed", "{n} removed", n),
    "host-lost": lambda n: ngettext("{n} host lost", "{n} hosts lost", n),
    "job-failed": lambda n: ngettext("{n} task failed", "{n} tasks failed", n),
    "storage": lambda n: ngettext("{n} act on storage", "{n} acts on storage", n),
}


def outlier(value: Outlier) -> str:
    """By what it stands out, with its figure and the usual one: "97 % CPU, usual is 4 %"."""
    figure = _FIGURES.get(value.measure, units.percent)
    return _(_OUTLIERS[value.measure]).format(value=figure(value.value), usual=figure(value.usual))


def event(value: Event) -> str:
    """One event: "web-01 started", "Delete volume old.qcow2", "Start web-02 failed"."""
    if value.kind in _EVENTS:
        said = _(_EVENTS[value.kind]).format(name=value.name)
        text = graphs.settings_in_sentence(value.text) if value.kind == "vm-config" else value.text
        return _("{event}: {text}").format(event=said, text=text) if text else said
    done = f"{jobs.title(JobView(0, value.text, value.name))} {value.name}"
    return _("{task} failed").format(task=done) if value.kind == "job-failed" else done


def count(kind: str, n: int) -> str:
    """How many of a kind: "12 starts", "1 crash"."""
    return _COUNTS[kind](n).format(n=units.count(n))


def storage_sentence(total: StorageSum) -> str:
    """What of the storage is promised: "3.4 TiB promised of 1.3 TiB, 2.67×"."""
    if not total.capacity:
        return _("not known yet")
    return _("{promised} promised of {all}, {ratio}").format(
        promised=units.size(total.promised), all=units.size(total.capacity), ratio=storage.ratio(total.ratio)
    )


def none_today() -> str:
    return pgettext("what changed today", "Nothing yet.")
