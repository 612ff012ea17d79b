"""One host of libvirt's test driver with two VMs; what most of these tests begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.fleet.hosts import HostSpec, Phase
from console.gateway.connection import Link
from tests.contract.console_like import OFF, RUNNING, Console, console, node


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Console]:
    """One host; vm0 runs, vm1 is off."""
    with console(HostSpec("h", "h", f"test://{node(tmp_path, RUNNING, OFF)}")) as mine:
        assert mine.settled() is Phase.LIVE
        yield mine


@pytest.fixture
def link(at: Console) -> Link:
    return at.gateway.link("h")
