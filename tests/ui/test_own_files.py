"""What is wrong with the program's own files is said once, where a person sees it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from console import desktop
from console.app import App, Options
from console.settings.paths import Profile
from console.ui.widgets.notes import Toast
from tests.unit.services.conftest import RUNNING, write_fleet


@pytest.fixture
def opened(qapp: QApplication, tmp_path: Path) -> Iterator[desktop.Desktop]:
    profile = Profile.at(tmp_path / "profile")
    profile.cache.mkdir(parents=True)
    profile.database.write_bytes(b"rubbish" * 500)
    fleet = write_fleet(tmp_path, {"alpha": {"web": RUNNING}})
    fleet.write_text(fleet.read_text() + '\n[[host]]\nname = "bad"\nuri = [\n', "utf-8")
    made = desktop.Desktop(App(Options(profile, fleet)))
    yield made
    made.close()
    made.window.deleteLater()


def said(opened: desktop.Desktop) -> list[str]:
    toasts = opened.window.findChildren(Toast)
    return [label.text() for toast in toasts for label in toast.findChildren(QLabel) if label.text()]


def test_a_damaged_cache_and_a_broken_fleet_file(opened: desktop.Desktop, qtbot: QtBot) -> None:
    opened.start()
    opened.window.show()
    qtbot.waitUntil(lambda: len(said(opened)) >= 2, timeout=10_000)
    assert any("What was last seen is lost." in text for text in said(opened))
    assert "1 mistake in the fleet file" in said(opened)
    qtbot.waitUntil(lambda: len(opened.app.inventory.domains()) == 1, timeout=10_000)
    before = len(said(opened))
    opened.own_files.look()
    assert len(said(opened)) == before
