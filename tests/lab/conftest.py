"""The lab as fixtures. Where no lab can be had, its tests are deselected before the run, and the run says which and why;
with CI=true that is an error (tests/conftest.py).

The test's thread is on the workstation while a test runs that asks for `console`: what it opens goes out from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lab.harness import machine
from tests.lab.harness.guests import Guest
from tests.lab.harness.host import Host
from tests.lab.harness.lab import Lab
from tests.lab.support import Console, Desk

HERE = Path(__file__).parent
SOAK = frozenset(
    f"test_{name}.py"
    for name in (
        "clone_wizard",
        "gateway_backup",
        "gateway_blockjobs",
        "gateway_freezing",
        "gateway_restoring",
        "snapshot_plans",
        "snapshots_host",
    )
)
"""What takes minutes and looks again, deeper, at what the other tests look at: `make soak`, and not `make test`."""
_left_out: list[str] = []
_why: list[str] = []


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "lab: needs real libvirt hosts (root, namespaces, the packages of the lab)")
    config.addinivalue_line("markers", "soak: takes minutes; `make soak` runs it, `make test` does not")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    mine = [item for item in items if HERE in item.path.parents]
    for item in mine:
        item.add_marker(pytest.mark.lab)
        if item.path.name in SOAK:
            item.add_marker(pytest.mark.soak)
        if item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(180))  # the first one raises the lab, on a new machine from nothing
    if not mine or not (reasons := machine.missing()):
        return
    _why.extend(reasons)
    _left_out.extend(item.nodeid for item in mine)
    config.hook.pytest_deselected(items=mine)
    items[:] = [item for item in items if item not in mine]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if _left_out:
        terminalreporter.section("NOT RUN: tests on real hosts")
        for line in [*_why, "", *_left_out]:
            terminalreporter.line(line)


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """Two hosts, alpha and beta, for the whole run."""
    raised = Lab.up(["alpha", "beta"])
    yield raised
    raised.down()


@pytest.fixture(scope="session")
def guests(lab: Lab) -> dict[str, Guest]:
    """Guests that run for the whole run, on alpha: web (with the agent) and db; on beta: mail. They may not be up yet:
    `ready()` waits. No test changes their state."""
    alpha, beta = lab.hosts.values()
    run = (Guest(alpha, "web", agent=True, tags=["web", "prod"]), Guest(alpha, "db"), Guest(beta, "mail"))
    return {guest.name: guest.define().start() for guest in run}


def _whole(lab: Lab) -> None:
    """Every host as it was raised, whatever a test did to it."""
    for host in lab.hosts.values():
        host.whole()
    lab.know_hosts()


@pytest.fixture
def alpha(lab: Lab) -> Iterator[Host]:
    """The first host, for whatever a test does to it: it is made whole afterwards."""
    yield lab.hosts["alpha"]
    _whole(lab)


@pytest.fixture
def beta(lab: Lab) -> Iterator[Host]:
    yield lab.hosts["beta"]
    _whole(lab)


@pytest.fixture
def spare(beta: Host) -> Iterator[Callable[..., Guest]]:
    """Makes guests on beta for one test (defined, not started); they are removed afterwards."""
    made: list[Guest] = []

    def make(name: str, **more: Any) -> Guest:
        made.append(Guest(beta, name, **more).define())
        return made[-1]

    yield make
    beta.whole()
    for guest in made:
        guest.remove()


@pytest.fixture
def on_workstation(lab: Lab, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This test, and all that it starts, is on the workstation; ~/.ssh is the lab's."""
    (home / ".ssh").symlink_to(lab.keyfile.parent)
    with lab.entered():
        yield


@pytest.fixture
def open_console(on_workstation: None, home: Path) -> Iterator[Callable[..., Console]]:
    """Opens the program without a face; it is closed afterwards, whatever hangs."""
    opened: list[Console] = []

    def start(**more: Any) -> Console:
        opened.append(Console(home / f"console{len(opened)}", **more))
        return opened[-1]

    yield start
    took = [console.close() for console in opened]
    assert all(seconds <= 3.0 for seconds in took), f"closing took {took} s"


@pytest.fixture
def console(open_console: Callable[..., Console]) -> Console:
    return open_console()


@pytest.fixture
def desk(lab: Lab, home: Path) -> Desk:
    """The workstation's command line."""
    return Desk(lab, home / "desk")
