"""Images merged into one another, with progress and an end on request: in a running VM by its own QEMU, else by a helper.

The helper is a transient domain that never runs: it stands paused, has the files and nothing else, carries our mark with the VM's
UUID, and goes with our connection. Every function calls the host, blocks as long as the work lasts, and raises FleetError.
What was cut off goes on when it is called again; it is done already where nothing is left to do.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import libvirt
import msgspec

from console.fleet.errors import Busy, Conflict, Failed, FleetError, NotFound, Problem, Reason
from console.fleet.snapshots.values import ImageFile
from console.gateway import images
from console.gateway.connection import Link
from console.gateway.errors import calling
from console.libvirtxml import helper as helping
from console.libvirtxml.helper import DISK, PREFIX
from console.libvirtxml.sources import chains, mirrored

Watch = Callable[[int, int], object]
"""Is told bytes done and in all, some times a second; may raise: the work is ended then, whatever was merged stays valid."""

LOOK = 0.2  # seconds between looks at a job; the first come sooner
_ACTIVE = libvirt.VIR_DOMAIN_BLOCK_JOB_TYPE_ACTIVE_COMMIT
_COMMITS = (libvirt.VIR_DOMAIN_BLOCK_JOB_TYPE_COMMIT, _ACTIVE)
_PULLS = (libvirt.VIR_DOMAIN_BLOCK_JOB_TYPE_PULL,)


class Helper(msgspec.Struct, frozen=True):
    """One that is there. vm: UUID of the VM it works for. files: its disk's chain. works: it merges; of one that does not, the
    console or daemon died."""

    uuid: str
    name: str
    vm: str
    target: str
    files: tuple[str, ...]
    works: bool


def commit(
    link: Link,
    uuid: str,
    target: str,
    file: str,
    onto: str,
    watch: Watch,
    *,
    above: Sequence[str] = (),
    again: bool = False,
) -> None:
    """Merges `file` into `onto`, which it is built on, directly or through others (these are merged too).

    Of a running VM that has `file` in its chain: in place; where it is what the VM writes, the VM writes `onto` afterwards, and
    its stored XML says so. Else the files must be at rest: above: the files that are built on `file` directly, they are
    built on `onto` afterwards. `file` itself is left. again: this was begun before; only then what looks done already is done,
    else it is a Conflict (CHANGED). Busy (IN_USE): a running VM reads or writes the files. Failed (NO_SPACE).
    """
    domain = _writable(link, uuid)
    running = _chain(link, domain, target)
    try:
        if file in running:
            with calling(domain.name()):
                _commit(link, domain, target, running, file, onto, watch)
        elif onto in running:
            _done(again, file)
        elif not above:
            _commit_top(link, domain, target, file, onto, watch, again)
        else:
            _commit_below(link, domain, target, above[0], file, onto, watch, again)
            above = above[1:]
        for one in above:
            if one not in running:
                rebase(link, uuid, target, one, onto)
    finally:
        _touched(link, uuid)


def _done(again: bool, file: str) -> None:
    if not again:
        raise Conflict(Problem(Reason.CHANGED, detail=f"snapshot-file-other:{file}"), file)


def _commit_below(
    link: Link, domain: Any, target: str, first: str, file: str, onto: str, watch: Watch, again: bool
) -> None:
    """Of a file that `first` is built on."""
    with _held(link, domain, target, first) as (helper, files):
        if file in files:
            _commit(link, helper, DISK, files, file, onto, watch)
        else:
            _done(again and onto in files, file)


def _commit_top(link: Link, domain: Any, target: str, file: str, onto: str, watch: Watch, again: bool) -> None:
    """Of a file nothing is built on. Once the VM names `onto`, the work was done, and may not be done again: the VM may have
    written since."""
    with calling(domain.name()):
        stored = chains(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)).get(target, ("",))[0]
    if images.real(link, stored) == onto or images.image(link, file) is None:
        _done(again, file)
        return
    with _held(link, domain, target, file) as (helper, files):
        _commit(link, helper, DISK, files, file, onto, watch)


def pull(link: Link, uuid: str, target: str, file: str, onto: str, watch: Watch, *, again: bool = False) -> None:
    """Copies into `file` what it reads of `onto` (which it is built on, directly or through others); it is built on what `onto`
    is built on afterwards, or on nothing. `file` is what a running VM writes, or at rest. again: as of `commit`."""
    domain = _writable(link, uuid)
    running = _chain(link, domain, target)
    try:
        if running[:1] == (file,):
            with calling(domain.name()):
                _pull(link, domain, target, running, onto, watch, again)
        else:
            with _held(link, domain, target, file) as (helper, files):
                _pull(link, helper, DISK, files, onto, watch, again)
    finally:
        _touched(link, uuid)


def rebase(link: Link, uuid: str, target: str, file: str, onto: str) -> None:
    """Writes another backing file into `file`, at rest: the content of `onto` must be what it was built on. Copies nothing."""
    domain = _writable(link, uuid)
    top = images.image(link, file)
    if top is None:
        raise NotFound(Reason.GONE, file)
    if top.backing == onto:
        return
    below = images.chain(link, onto)
    try:
        with _held(link, domain, target, file, (top, *below)) as (helper, _files):
            # Pulled as far as its own backing file: nothing lies between, and libvirt writes down what it was told that is.
            _job(link, helper, DISK, lambda: helper.blockRebase(DISK, onto, 0, 0), _PULLS, file, lambda _d, _t: None)
        if (now := images.image(link, file)) is None or now.backing != onto:
            raise Failed(Reason.OTHER, file, text=f"still built on {now.backing if now else 'nothing'}")
    finally:
        _touched(link, uuid)


def abort(link: Link, uuid: str, target: str) -> None:
    """Ends a block job of a running VM; what it writes stays what it writes. None there is done already."""
    domain = _writable(link, uuid)
    try:
        with calling(domain.name()):
            if domain.isActive() and domain.blockJobInfo(target, 0):
                domain.blockJobAbort(target, 0)
    finally:
        _touched(link, uuid)


def helpers(link: Link) -> tuple[Helper, ...]:
    """All of the host."""
    found = []
    with calling(link.spec.name):
        domains = link.conn.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_TRANSIENT)
    for domain in domains:
        if domain.name().startswith(PREFIX):
            with contextlib.suppress(NotFound), calling():
                mark = helping.read_mark(domain.XMLDesc(0))
                if mark is not None:
                    works = bool(domain.blockJobInfo(DISK, 0))
                    found.append(Helper(domain.UUIDString(), domain.name(), mark.vm, mark.target, mark.files, works))
    return tuple(found)


def end_helper(link: Link, name: str) -> None:
    """Ends one; its files are whole, their merge can be taken up again. Gone is done already. Conflict: it is none of ours."""
    link.writable()
    with contextlib.suppress(NotFound), calling(name):
        domain = link.conn.lookupByName(name)
        if helping.read_mark(domain.XMLDesc(0)) is None:
            raise Conflict(Problem(Reason.WRONG_STATE, detail="no-helper"), name)
        domain.destroy()


# in a domain that holds the files open


def _writable(link: Link, uuid: str) -> Any:
    link.writable()
    return link.domain(uuid)


def _touched(link: Link, uuid: str) -> None:
    link.touched(uuid)
    link.touched_pools()


def _chain(link: Link, domain: Any, target: str) -> tuple[str, ...]:
    """The files behind a running domain's disk, top first; () where it is off."""
    with calling(domain.name()):
        files = chains(domain.XMLDesc(0)).get(target, ()) if domain.isActive() else ()
    return tuple(images.real(link, path) for path in files)


def _commit(link: Link, domain: Any, target: str, files: Sequence[str], file: str, onto: str, watch: Watch) -> None:
    """In a domain that has `file` in its chain."""
    if onto not in files or files.index(onto) <= files.index(file):
        raise Conflict(Problem(Reason.CHANGED, detail=f"snapshot-file-other:{onto}"), file)
    flags = libvirt.VIR_DOMAIN_BLOCK_COMMIT_ACTIVE if files[0] == file else 0
    _job(link, domain, target, lambda: domain.blockCommit(target, onto, file, 0, flags), _COMMITS, onto, watch)
    if file in _chain(link, domain, target):
        raise _failure(link, onto)


def _pull(link: Link, domain: Any, target: str, files: Sequence[str], onto: str, watch: Watch, again: bool) -> None:
    if onto not in files:
        _done(again, files[0])
        return
    base = next(iter(files[files.index(onto) + 1 :]), None)
    _job(link, domain, target, lambda: domain.blockRebase(target, base, 0, 0), _PULLS, files[0], watch)
    if onto in _chain(link, domain, target):
        raise _failure(link, files[0])


def _failure(link: Link, grows: str) -> FleetError:
    """QEMU ended a job and libvirt does not say why; a full pool shows."""
    if pool := images.full_pool(link, grows):
        return Failed(Reason.NO_SPACE, grows, detail=pool)
    return Failed(Reason.OTHER, grows, text="the merge ended before it was done")


def _job(
    link: Link, domain: Any, target: str, begin: Callable[[], object], kinds: Sequence[int], grows: str, watch: Watch
) -> None:
    """Begins a block job, or takes up the one that is there, and stays with it to its end."""
    with calling(domain.name()):
        info = domain.blockJobInfo(target, 0)
        if info and info["type"] not in kinds:
            raise Busy(Problem(Reason.IN_USE, f"another job is at work on {target}"), domain.name())
        if not info:
            begin()
    try:
        _stay(domain, target, watch)
    except FleetError:
        raise
    except BaseException:
        with contextlib.suppress(libvirt.libvirtError):
            domain.blockJobAbort(target, 0)
        raise


def _stay(domain: Any, target: str, watch: Watch) -> None:
    wait = LOOK / 16
    while True:
        with calling(domain.name()):
            info = domain.blockJobInfo(target, 0)
            if not info:
                return
            # At a job's very beginning its figures are those of its end.
            if info["type"] == _ACTIVE and info["cur"] == info["end"] and mirrored(domain.XMLDesc(0), target):
                domain.blockJobAbort(target, libvirt.VIR_DOMAIN_BLOCK_JOB_ABORT_PIVOT)
                return
        watch(info["cur"], max(info["end"], info["cur"]))
        time.sleep(wait)
        wait = min(LOOK, wait * 2)


# the helper


@contextmanager
def _held(
    link: Link, domain: Any, target: str, top: str, files: Sequence[ImageFile] = ()
) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """A helper that holds `top` and all it is built on (or `files`), and its chain. One that was left with it is taken over."""
    uuid = domain.UUIDString()
    left = [one for one in helpers(link) if one.vm == uuid]
    mine = next((one for one in left if one.files[:1] == (top,) and not files), None)
    for one in left:
        if one is not mine and one.target == target:
            end_helper(link, one.name)
    with calling(domain.name()):
        if mine is not None:
            helper = link.conn.lookupByUUIDString(mine.uuid)
        else:
            text = domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)
            name = f"{PREFIX}{uuid[:8]}-{target}"
            made = helping.helper_xml(text, name, target, files or images.chain(link, top))
            flags = libvirt.VIR_DOMAIN_START_PAUSED | libvirt.VIR_DOMAIN_START_AUTODESTROY
            helper = link.conn.createXML(made, flags)
    try:
        yield helper, _chain(link, helper, DISK)
    finally:
        with contextlib.suppress(libvirt.libvirtError):
            helper.destroy()
