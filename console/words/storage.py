"""Plans for pools and volumes, who needs them, and how full they are, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from console.fleet.storage import PoolUse, UseKind, User, VolumeUse
from console.fleet.storing import Plan, Say, Weight
from console.words import units
from console.words.translation import N_, _, ngettext

Name = Callable[[str], str]
"""The name of a host by its id."""

_SAYS = {
    # volumes that go
    "goes": N_("{name} is deleted: {path}, {bytes} on disk. There is no way back."),
    "frees": N_("{bytes} become free."),
    "disk": N_("{name} stays: {user} uses it as a disk."),
    "medium": N_("{name} stays: it lies in a drive of {user}."),
    "base": N_("{name} stays: a disk of {user} is built on it."),
    "volume": N_("{name} stays: the volume {user} is built on it."),
    "arrives": N_("{name} stays: it is being uploaded."),
    "far-disk": N_("{name} stays: {user} on {host} uses the same file as a disk."),
    "far-medium": N_("{name} stays: the same file lies in a drive of {user} on {host}."),
    "far-base": N_("{name} stays: a disk of {user} on {host} is built on the same file."),
    "far-volume": N_("{name} stays: the volume {user} on {host} is built on the same file."),
    "far-arrives": N_("{name} stays: it is being uploaded to {host}."),
    "far-doubt": N_("{user} on {host} names the same path as {name}: if the hosts share it, {user} would lose it too."),
    # volumes that come
    "create": N_("{name} is made in {pool}: {bytes}, {format}."),
    "builds-on": N_("{name} is built on {path}, which must never be written or deleted from then on."),
    "smaller-than-base": N_("It would be smaller than what it is built on ({bytes})."),
    "base-runs": N_("{user} runs on what it would be built on, and writes it."),
    "clone": N_("{name} is copied to {new} in {pool}: {bytes}. Once begun the host cannot be told to stop: a copy that is "
                "cancelled is deleted when it is complete."),
    "clone-running": N_("{user} is up and writes it: the copy would be torn. Shut it down first."),
    "clone-format": N_("A copy in {pool} would be raw, and it is {format}: only pools of files hold that."),
    "upload": N_("{file} ({bytes}, {format}) becomes {name} in {pool}."),
    "download": N_("{name} ({bytes}) is fetched into {file}."),
    "download-running": N_("{user} is up and writes it: what is fetched may be torn."),
    "download-overlay": N_("It holds only what differs from {path}: alone it is of no use."),
    "needs-base": N_("{file} names {path} as its base: on the host it works only if that is there."),
    "empty-file": N_("{file} is empty."),
    "overwrites": N_("{file} is there already."),
    "is-folder": N_("{file} is a folder."),
    "no-room-here": N_("{path} has {free} free, and it needs {bytes}."),
    "resize": N_("{name} is given {new} instead of {old}."),
    "same-size": N_("{name} has that size already."),
    "shrinks": N_("It shrinks: what lies beyond {new} is lost, and a file system that is not shrunk first is destroyed."),
    "below-allocation": N_("{bytes} of it are on disk already, and libvirt shrinks nothing below that."),
    "shrinks-running": N_("{user} is up; its disk cannot shrink under it."),
    "grows-live": N_("{user} is up and sees the new size at once; its partitions and file systems are for it to grow."),
    "grows-running": N_("{user} is up and is built on it. Shut it down first."),
    "is-base": N_("The volume {user} is built on it: another size would damage that."),
    "no-room": N_("There is not enough room: it takes {bytes}, and {free} are free."),
    "overpromised": N_("{name} then promises {bytes} and has {real}: when all is written it is full."),
    "only-look": N_("{host} is set to only look, never change."),
    "name-taken": N_("The name {name} is taken already. Choose another."),
    "path-taken": N_("The pool {name} has the folder {path} already."),
    # pools
    "define": N_("{name} becomes a pool of kind {kind} at {path}."),
    "pool-used": N_("{user} on {host} uses its volumes."),
    "pool-start": N_("{name} is started; its volumes can be used."),
    "pool-stop": N_("{name} is stopped. Its volumes stay where they are, but cannot be used until it is started again:"),
    "pool-refresh": N_("The host looks anew what {name} holds."),
    "pool-delete": N_("{name} is stopped and no longer known to the host. Its volumes stay where they are, in {path}:"),
    "pool-stays": N_("{name} stays: {path}, {bytes} on disk."),
    "pool-autostart-on": N_("{name} starts with its host from now on."),
    "pool-autostart-off": N_("{name} no longer starts with its host."),
    "pool-build": N_("What {name} stands on is made."),
    "pool-build-dir": N_("The folder {path} is made where it is missing; what is in it stays."),
    "pool-build-fs": N_("A file system is made for {name} where there is none; one that is there stays."),
    "pool-build-netfs": N_("The folder {path} is made where it is missing, to mount the export on."),
    "pool-build-logical": N_("A volume group is made for {name}. What is on its devices is lost."),
    "pool-build-active": N_("{name} is active. Stop it first."),
    "pool-is-active": N_("{name} is active already."),
    "pool-is-inactive": N_("{name} is inactive. Start it first."),
}  # fmt: skip
_SIZES = ("bytes", "free", "real", "old", "new")
_USES = {
    UseKind.DISK: N_("disk"),
    UseKind.MEDIUM: N_("in its drive"),
    UseKind.BASE: N_("built on it"),
    UseKind.VOLUME: N_("volume built on it"),
}
_ACTS = {
    "start": N_("Start"),
    "stop": N_("Stop"),
    "refresh": N_("Refresh"),
    "build": N_("Build"),
    "autostart-on": N_("Start with the host"),
    "autostart-off": N_("Don’t start with the host"),
    "delete": N_("Remove"),
}


def say(what: Say, name: Name) -> str:
    """One sentence of a plan."""
    values: Mapping[str, str | int] = what.values
    shown: dict[str, str] = {}
    for key, value in values.items():
        if key in _SIZES and isinstance(value, int):
            shown[key] = units.size(value)
        elif key == "host":
            shown[key] = name(str(value))
        else:
            shown[key] = str(value) if isinstance(value, str) else units.count(value)
    return _(_SAYS[what.code]).format_map(shown)


def lines(plan: Plan, name: Name) -> list[str]:
    """What a plan says, in order."""
    return [say(item, name) for item in told(plan)]


def told(plan: Plan) -> list[Say]:
    """What a person is told of a plan: warnings before facts; of one that is refused only why, since nothing of it happens."""
    if plan.refused:
        return list(plan.refused)
    return [*plan.warnings, *(item for item in plan.says if item.weight is Weight.FACT)]


def pool_act(act: str) -> str:
    """A pool's act as a menu has it."""
    return _(_ACTS[act])


def user(who: User, host: str, name: Name) -> str:
    """Who needs a volume: "web-01", "web-01 (in its drive)", "kvm-n12/web-01, perhaps"."""
    if who.kind is UseKind.ARRIVES:
        return _("being uploaded")
    said = who.name if who.host == host else f"{name(who.host)}/{who.name}"
    if who.kind is not UseKind.DISK:
        said = _("{name} ({how})").format(name=said, how=_(_USES[who.kind]))
    return said if who.sure else _("{name}, perhaps").format(name=said)


def users(use: VolumeUse, name: Name) -> str:
    """All who need it; "nobody" for an orphan."""
    return ", ".join(user(who, use.key.host, name) for who in use.users) or _("nobody")


def promised(use: PoolUse) -> str:
    """What a pool's volumes may grow to, against what it has: "1.2× of 100 GiB"."""
    return ratio(use.ratio)


def ratio(value: float | None) -> str:
    return units.NONE if value is None else f"{units.figure(value, 2)}×"  # always two: a column stays even


def orphans(count: int, size: int) -> str:
    """As "3 volumes nobody uses, 12 GiB"; "" for none."""
    if not count:
        return ""
    said = ngettext("{n} volume nobody uses, {size}", "{n} volumes nobody uses, {size}", count)
    return said.format(n=units.count(count), size=units.size(size))
