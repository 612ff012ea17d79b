"""What a snapshot may be called, and what is said where there are none, or none can be read."""

from __future__ import annotations

import time

from console.fleet.snapshots.values import SnapshotFacts
from console.words import units
from console.words.translation import _, ngettext


def new_name(facts: SnapshotFacts, now: float) -> str:
    """What a snapshot of now may be called: "2026-11-21 14.32", and a number behind it where that is taken."""
    then = time.localtime(now)
    return _free(time.strftime("%Y-%m-%d %H.%M", then), facts)


def branch_name(facts: SnapshotFacts, now: float) -> str:
    """What the snapshot that keeps the state of now may be called, before another is gone back to."""
    return _free(_("before revert {when}").format(when=time.strftime("%m-%d %H.%M", time.localtime(now))), facts)


def _free(name: str, facts: SnapshotFacts) -> str:
    taken = {one.name for one in facts.snapshots}
    return next(tried for n in range(1, len(taken) + 2) if (tried := name if n == 1 else f"{name} {n}") not in taken)


def known(count: int) -> str:
    """Of a host that is not live: how many there were when it was last seen."""
    said = _("Its host is not live. They are read as soon as it is.")
    if not count:
        return said
    seen = ngettext(
        "{n} snapshot was there when it was last seen.", "{n} snapshots were there when it was last seen.", count
    )
    return f"{seen.format(n=units.count(count))} {said}"


def why_take(facts: SnapshotFacts) -> str:
    """On a page without any: what one is good for."""
    if facts.state.active:
        return _("A snapshot keeps disks and memory as they are now. Going back to it later takes seconds.")
    return _("A snapshot keeps the disks as they are now. Going back to it later takes seconds.")
