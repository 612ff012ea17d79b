"""What holds for every test: no screen, keyring or home of the user, one language and time zone, and nothing left behind.

A test fails when it leaves a thread, a running timer, a running QThread or a top-level widget. With CI=true a skipped
test fails the run.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import os
import shutil
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keyring
import keyring.backend
import keyring.errors
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.update(LC_ALL="C.UTF-8", LANGUAGE="C", TZ="UTC", QT_SCALE_FACTOR="1", NO_AT_BRIDGE="1")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"  # for the programs that tests start
for _name in ("SPLENDID_PROFILE", "SPLENDID_FLEET", "LIBVIRT_DEFAULT_URI", "LIBVIRT_AUTH_FILE", "SSH_ASKPASS"):
    os.environ.pop(_name, None)
time.tzset()

HUNG = ("worker-", "libvirt-events")
"""How the names of threads begin that may outlive a test marked `hangs`: a call to a host that never answers cannot be ended."""

PATIENCE = 3.0  # seconds that threads have to end after a test

HOMES = Path(tempfile.mkdtemp(prefix="splendid-test-"))  # short, since sockets live under it
_home_number = itertools.count(1)
_known: weakref.WeakSet[Any] = weakref.WeakSet()  # what an earlier test was already blamed for


class MemoryKeyring(keyring.backend.KeyringBackend):
    """A keyring that lives as long as one test."""

    priority = 0.1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError("no such password")


def _environment(home: Path) -> dict[str, str]:
    return {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_RUNTIME_DIR": str(home / "run"),
    }


os.environ.update(
    _environment(HOMES / "0")
)  # for what is read while modules are loaded, and for fixtures of a wider scope


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home folder of the test's own; all of XDG's folders lie in it."""
    place = HOMES / str(next(_home_number))
    (place / "run").mkdir(parents=True, mode=0o700)
    for name, value in _environment(place).items():
        monkeypatch.setenv(name, value)
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(autouse=True)
def memory_keyring() -> Iterator[MemoryKeyring]:
    """The keyring of this test; never the user's."""
    mine = MemoryKeyring()
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(MemoryKeyring())


@pytest.fixture(autouse=True)
def one_language() -> Iterator[None]:
    """A test that switches the language does not switch it for the next."""
    yield
    words = sys.modules.get("console.words")
    if words is not None:
        words.install("en")


# nothing left behind


def eventually(check: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """The last result of `check`, called until it is empty or the seconds are over."""
    end = time.monotonic() + seconds
    while (left := check()) and time.monotonic() < end:
        time.sleep(0.02)
    return left


@pytest.fixture(autouse=True)
def no_thread_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Threads that a test started have ended with it."""
    before = set(threading.enumerate())
    yield
    allowed = HUNG if request.node.get_closest_marker("hangs") else ()
    left = eventually(lambda: [t.name for t in set(threading.enumerate()) - before if not t.name.startswith(allowed)])
    assert not left, f"threads left running (is everything closed?): {', '.join(sorted(left))}"


def _settle() -> None:
    """Carries out what Qt has put off: deletions above all."""
    from PySide6.QtCore import QCoreApplication, QEvent  # noqa: PLC0415 - tests without Qt must not load it

    QCoreApplication.sendPostedEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _new_windows(before: set[int]) -> list[Any]:
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415

    return [w for w in QApplication.topLevelWidgets() if id(w) not in before and w not in _known]


def _at_work() -> list[Any]:
    """Running timers and threads of Qt that Python code owns."""
    import shiboken6  # noqa: PLC0415
    from PySide6.QtCore import QThread, QTimer  # noqa: PLC0415

    found = [
        o
        for o in gc.get_objects()
        if issubclass(type(o), QTimer | QThread) and shiboken6.isValid(o) and o not in _known
    ]
    return [o for o in found if (o.isActive() if isinstance(o, QTimer) else o.isRunning())]


def _told(thing: Any) -> str:
    parent = thing.parent()
    owner = f" of {type(parent).__name__}" if parent is not None else ""
    return f"{type(thing).__name__} {thing.objectName()!r}{owner}"


@pytest.fixture(autouse=True)
def nothing_of_qt_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Top-level widgets, timers and QThreads of a test have ended with it. qtbot closes and deletes what was added to it."""
    if "qapp" not in request.fixturenames:
        yield
        return
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415

    before = {id(w) for w in QApplication.topLevelWidgets()}
    gc.freeze()  # only what this test makes is looked through afterwards, which keeps hundreds of tests quick
    yield
    _settle()
    if _new_windows(before) or _at_work():
        gc.collect()
        _settle()
    left = _new_windows(before) + _at_work()
    names = [_told(thing) for thing in left]
    for thing in left:
        _known.add(thing)
        with contextlib.suppress(RuntimeError, AttributeError):
            (getattr(thing, "stop", None) or thing.close)()
    assert not names, f"left behind: {', '.join(names)}"


# the lab: asked for once, by the process that a person reads

LAB = Path(__file__).parent / "lab"
_no_lab: list[str] = []  # why tests on real hosts are not run, where other processes than this one collect them


def _asks_for_lab(config: pytest.Config) -> bool:
    """Tests on real hosts are among what is to be run."""
    named = [Path(config.invocation_params.dir, word.partition("::")[0]).resolve() for word in config.args]
    return LAB.is_dir() and any(path == LAB or LAB in path.parents or path in LAB.parents for path in named)


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or not _asks_for_lab(config):
        return
    from tests.lab.harness import machine  # noqa: PLC0415 - this file is also tried alone

    if reasons := machine.missing():
        if os.environ.get("CI") == "true":
            raise pytest.UsageError("CI=true, and the lab's tests cannot run: " + "; ".join(reasons))
        if getattr(config.option, "tx", None) or getattr(config.option, "numprocesses", None):
            _no_lab.extend(reasons)


# nothing skipped where it counts

_skipped: list[str] = []


def _note_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        _skipped.append(report.nodeid)


pytest_runtest_logreport = _note_skip
pytest_collectreport = _note_skip


def pytest_sessionfinish(session: pytest.Session) -> None:
    shutil.rmtree(HOMES, ignore_errors=True)
    if _skipped and os.environ.get("CI") == "true" and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if _no_lab:
        terminalreporter.section("NOT RUN: tests on real hosts")
        for line in _no_lab:
            terminalreporter.line(line)
    if _skipped and os.environ.get("CI") == "true":
        terminalreporter.section("skipped, and CI=true: the run fails")
        for name in _skipped:
            terminalreporter.line(name)
