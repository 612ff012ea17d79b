"""Images merged into one another, with progress and an end on request: in a running VM by its own QEMU, else by a helper.

The helper is a transient domain that never runs: it stands paused, has the files and nothing else, carries our mark with the VM's
UUID, and goes with our connection. Every function calls the host, blocks as long as the work lasts, and raises FleetError.
What was cut off goes on when it is called again; it is done already where nothing is left to do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from console.gateway.connection import Link

Watch = Callable[[int, int], object]
"""Is told bytes done and in all, some times a second; may raise: the work is ended then, whatever was merged stays valid."""


@dataclass(frozen=True, slots=True)
class Helper:
    """One that was left behind by a console or daemon that died. vm: UUID of the VM it worked for. files: its disk's chain."""

    uuid: str
    name: str
    vm: str
    target: str
    files: tuple[str, ...]


def commit(
    link: Link, uuid: str, target: str, file: str, onto: str, watch: Watch, *, above: Sequence[str] = ()
) -> None:
    """Merges `file` into `onto`, which it is built on, directly or through others (these are merged too).

    Of a running VM that has `file` in its chain: in place; where it is what the VM writes, the VM writes `onto` afterwards, and
    its stored XML says so. Else the files must be at rest: above: the files that are built on `file` directly, they are
    built on `onto` afterwards. `file` itself is left. Busy (IN_USE): a running VM reads or writes them. Failed (NO_SPACE).
    """
    raise NotImplementedError


def pull(link: Link, uuid: str, target: str, file: str, onto: str, watch: Watch) -> None:
    """Copies into `file` what it reads of `onto` (which it is built on, directly or through others); it is built on what `onto`
    is built on afterwards, or on nothing. `file` is what a running VM writes, or at rest."""
    raise NotImplementedError


def rebase(link: Link, uuid: str, target: str, file: str, onto: str) -> None:
    """Writes another backing file into `file`, at rest: the content of `onto` must be what it was built on. Copies nothing."""
    raise NotImplementedError


def abort(link: Link, uuid: str, target: str) -> None:
    """Ends a block job of a running VM; what it writes stays what it writes. None there is done already."""
    raise NotImplementedError


def helpers(link: Link) -> tuple[Helper, ...]:
    """All of the host."""
    raise NotImplementedError


def end_helper(link: Link, helper: Helper) -> None:
    """Ends one; its files are whole, their merge can be taken up again. Gone is done already."""
    raise NotImplementedError
