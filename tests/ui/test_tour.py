"""That the tour notices what does not come about; the walk itself is `make tour`."""

from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.tour import waiting
from tests.tour.camera import Camera
from tests.tour.waiting import NotSo, must, until


def test_what_comes_about_is_handed_on(qtbot: QtBot) -> None:
    answers = iter([None, 0, "there"])
    assert until(lambda: next(answers), "it") == "there"
    assert must("x", "it") == "x"


def test_what_does_not_is_named(qtbot: QtBot) -> None:
    with pytest.raises(NotSo, match=r"the host is live: not within 0\.1 s"):
        until(lambda: None, "the host is live", 0.1)
    for nothing in (None, False):
        with pytest.raises(NotSo, match="a plan"):
            must(nothing, "a plan")


def test_a_busy_machine_gets_more_time(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]

    def turn(_ms: int) -> None:
        clock[0] += 0.1  # five times as long as asked for

    monkeypatch.setattr(waiting.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(waiting.QTest, "qWait", turn)
    assert until(lambda: clock[0] >= 4.5, "late", 1.0)
    clock[0] = 0.0
    with pytest.raises(NotSo, match=r"never: not within 1 s \(5 s by the clock\)"):
        until(lambda: None, "never", 1.0)


def test_pictures_are_numbered_and_of_the_size_asked_for(qtbot: QtBot, tmp_path: Path) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.resize(400, 300)
    widget.show()
    camera = Camera(tmp_path, "dark")
    camera.shoot(widget, "page")
    camera.shoot(widget, "small", QSize(200, 100))
    assert [path.name for path in camera.taken] == ["01-page-dark.png", "02-small-dark.png"]
    assert QImage(str(camera.taken[0])).size() == QSize(400, 300)
    assert QImage(str(camera.taken[1])).size() == QSize(200, 100)
    assert widget.size() == QSize(400, 300)


def test_a_picture_that_cannot_be_written_is_an_error(qtbot: QtBot, tmp_path: Path) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    with pytest.raises(OSError, match="was not written"):
        Camera(tmp_path / "nowhere", "light").shoot(widget, "page")
