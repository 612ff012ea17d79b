"""The guards of tests/conftest.py, tried on tests that break their rules."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def outcome(folder: Path, body: str, **environment: str) -> tuple[int, str]:
    """Exit code and output of pytest on one file that imports nothing of ours, with our conftest and settings."""
    (folder / "tests" / "unit").mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copy(ROOT / "tests" / "conftest.py", folder / "tests")
    (folder / "tests" / "__init__.py").touch()
    (folder / "tests" / "unit" / "test_it.py").write_text(body)
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/unit"],
        cwd=folder,
        env={**os.environ, "CI": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return told.returncode, told.stdout + told.stderr


LEAKS = """
import threading, time
from PySide6.QtCore import QThread, QTimer, qWarning
from PySide6.QtWidgets import QWidget
kept = []
def test_thread():
    threading.Thread(target=time.sleep, args=(9,), name="worker-1", daemon=True).start()
def test_timer(qapp):
    kept.append(QTimer(objectName="kept-timer"))
    kept[-1].start(1000)
def test_widget(qapp):
    kept.append(QWidget(objectName="kept-widget"))
    kept[-1].show()
def test_qthread(qapp):
    kept.append(QThread(objectName="kept-thread"))
    kept[-1].start()
def test_ending_it(qapp):
    kept[-1].quit()
    kept[-1].wait()
def test_qt_warning(qapp):
    qWarning("something is wrong")
def test_resource():
    open("/etc/passwd")
def test_exception_in_a_thread():
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
def test_exception_in_a_slot(qtbot):
    QTimer.singleShot(0, lambda: 1 / 0)
    qtbot.wait(20)
"""


def test_what_is_left_behind_fails_its_test_and_no_other(tmp_path: Path) -> None:
    code, output = outcome(tmp_path, LEAKS)
    assert code == 1
    for name, told in {
        "thread": "worker-1",
        "timer": "QTimer 'kept-timer'",
        "widget": "QWidget 'kept-widget'",
        "qthread": "QThread 'kept-thread'",
    }.items():
        assert f"ERROR tests/unit/test_it.py::test_{name}" in output
        assert told in output
    for name in ("qt_warning", "resource", "exception_in_a_thread", "exception_in_a_slot"):
        assert f"FAILED tests/unit/test_it.py::test_{name}" in output
    assert "4 failed, 5 passed, 4 errors" in output


CLEAN = """
import threading, time, keyring, os, pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget
from pathlib import Path
def test_widget(qtbot):
    widget = QWidget()
    QTimer(widget).start(1000)
    qtbot.addWidget(widget)
    widget.show()
def test_thread():
    threading.Thread(target=time.sleep, args=(0.3,)).start()
@pytest.mark.hangs
def test_hung():
    threading.Thread(target=time.sleep, args=(4,), name="worker-1", daemon=True).start()
def test_keyring():
    keyring.set_password("a", "b", "c")
    assert keyring.get_password("a", "b") == "c"
def test_home():
    assert keyring.get_password("a", "b") is None
    assert Path.home() == Path(os.environ["XDG_CONFIG_HOME"]).parent
    assert time.tzname[0] == "UTC"
def test_skipped():
    pytest.skip("no host")
"""


@pytest.mark.parametrize(("ci", "wanted"), [("", 0), ("true", 1)])
def test_what_is_cleaned_up_passes_and_a_skipped_test_fails_the_run_in_ci(tmp_path: Path, ci: str, wanted: int) -> None:
    code, output = outcome(tmp_path, CLEAN, CI=ci)
    assert "5 passed, 1 skipped" in output
    assert code == wanted
    assert ("CI=true: the run fails" in output) == bool(wanted)
