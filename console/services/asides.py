"""A connection of its own for what lasts: a stream, a copy that a host makes by itself."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

from console.fleet.hosts import Phase
from console.gateway.gateway import Gateway
from console.gateway.streams import Aside
from console.inventory.inventory import Inventory
from console.jobs.job import Cancelled, Job

LOOK = 0.1  # seconds
PATIENCE = 3.0  # seconds a stream has to notice a cancel before its connection is cut


@contextlib.contextmanager
def aside(gateway: Gateway, inventory: Inventory, job: Job, host: str, *, cancels: bool = True) -> Iterator[Aside]:
    """It is cut when its host is found to be gone, or (where it `cancels`) a cancel is not heeded in time."""
    over = threading.Event()
    with gateway.aside(host) as other:

        def cut_late() -> None:
            if not over.wait(PATIENCE):
                other.cut()

        def watch(change: object) -> None:
            if inventory.status(host).phase in (Phase.UNREACHABLE, Phase.OFF, Phase.REFUSED):
                other.cut()

        undo_cancel = job.on_cancel(cut_late) if cancels else lambda: None
        undo_watch = inventory.subscribe(watch)
        try:
            yield other
        finally:
            over.set()
            undo_watch()
            undo_cancel()


def until_done(job: Job, other: Aside, call: Callable[[], object]) -> None:
    """Waits for a call that a host cannot be told to end. Who cancels need not wait for it: its caller has written down
    what it still makes, and takes that back when the host lets go of it. Errors: as of the call, Cancelled."""
    over, failed = threading.Event(), list[Exception]()

    def work() -> None:
        try:
            call()
        except Exception as error:
            failed.append(error)
        finally:
            over.set()

    thread = threading.Thread(target=work, name=f"job-{job.id}-host", daemon=True)
    thread.start()
    while not over.wait(LOOK):
        if job.cancelled:
            other.cut()
            thread.join(LOOK)
            raise Cancelled
    if failed:
        raise failed[0]
