"""The window over the whole program: it fills in by itself, loses nothing when hosts hang, and closes in time."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QLocale, Qt, QTranslator
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QDoubleSpinBox
from pytestqt.qtbot import QtBot

from console import desktop
from console.app import App, Options
from console.fleet.history import Measure, Series
from console.settings.paths import Profile
from tests.unit.services.conftest import OFF, RUNNING, write_fleet


@pytest.fixture
def opened(qapp: QApplication, tmp_path: Path) -> Iterator[desktop.Desktop]:
    fleet = write_fleet(tmp_path, {"alpha": {"web": RUNNING, "db": OFF}})
    made = desktop.Desktop(App(Options(Profile.at(tmp_path / "profile"), fleet)))
    yield made
    made.close()
    made.window.deleteLater()


def test_the_window_fills_in_by_itself(opened: desktop.Desktop, qtbot: QtBot) -> None:
    seen: set[str] = set()
    opened.bridge.changed.connect(lambda change: seen.update(key.host for key in change.added | change.changed))
    opened.start()
    opened.window.show()
    qtbot.waitUntil(lambda: "alpha" in seen, timeout=10_000)
    assert {domain.name for domain in opened.app.inventory.domains()} == {"web", "db"}


def test_sparklines_begin_with_what_the_last_run_recorded(
    opened: desktop.Desktop, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    values = np.array([0.5, 0.25])
    series = Series(Measure.CPU, 10.0, np.array([now - 60, now - 50]), values, values, values)
    stats = opened.app.services.stats
    monkeypatch.setattr(type(stats), "subjects", lambda self: [d.key for d in opened.app.inventory.domains()])
    monkeypatch.setattr(type(stats), "several", lambda self, keys, *_span: {key: {Measure.CPU: series} for key in keys})
    opened._past.setInterval(50)
    opened.start()
    qtbot.waitUntil(lambda: len(opened.app.inventory.domains()) == 2, timeout=10_000)
    opened._past.start()
    keys = [domain.key for domain in opened.app.inventory.domains()]
    qtbot.waitUntil(lambda: all(len(opened.app.inventory.trace(key)) >= 2 for key in keys), timeout=10_000)


def test_closing_takes_less_than_a_second(opened: desktop.Desktop, qtbot: QtBot) -> None:
    opened.start()
    opened.window.show()
    qtbot.waitUntil(lambda: len(opened.app.inventory.domains()) == 2, timeout=10_000)
    start = time.monotonic()
    opened.close()
    assert time.monotonic() - start < 1.0
    assert not opened.window.isVisible()


def test_a_screen_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert not desktop.has_screen()
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert desktop.has_screen()


def test_a_display_must_answer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"):
        monkeypatch.delenv(name, raising=False)
    for dead in (":987", "localhost:59000", "127.0.0.1:987.0", "nonsense"):
        monkeypatch.setenv("DISPLAY", dead)
        assert not desktop.has_screen(), dead
        assert desktop.run(Options(Profile.at(tmp_path))) == 1
        assert dead in capsys.readouterr().err
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0/tmp/.X11-unix/X987")
        server.listen()
        monkeypatch.setenv("DISPLAY", ":987.0")
        assert desktop.has_screen()
    monkeypatch.delenv("DISPLAY")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-7")
    assert not desktop.has_screen()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-7"))
        server.listen()
        assert desktop.has_screen()


def test_keys_and_numbers_are_said_in_the_language_of_the_window(qapp: QApplication, qtbot: QtBot) -> None:
    before = QLocale()
    try:
        desktop.speak(qapp, "de")
        field = QDoubleSpinBox()
        qtbot.addWidget(field)
        assert (
            QKeySequence(Qt.Modifier.CTRL | Qt.Key.Key_K).toString(QKeySequence.SequenceFormat.NativeText) == "Strg+K"
        )
        assert field.textFromValue(1.5) == "1,50"
    finally:
        QLocale.setDefault(before)
        for texts in qapp.findChildren(QTranslator):
            qapp.removeTranslator(texts)
            texts.deleteLater()
