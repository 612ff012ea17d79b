from __future__ import annotations

import time

from pytestqt.qtbot import QtBot

from console.ui.widgets.goes_when import GoesWhen

NOW = time.mktime((2026, 11, 21, 14, 0, 30, 0, 0, -1))


def made(qtbot: QtBot) -> GoesWhen:
    widget = GoesWhen(clock=lambda: NOW)
    qtbot.addWidget(widget)
    return widget


def test_it_stays_unless_told_otherwise(qtbot: QtBot) -> None:
    goes = made(qtbot)
    assert (goes.throw_away.isChecked(), goes.expires(), goes.why_not()) == (False, 0.0, "")
    assert not goes.until.isEnabled()


def test_a_date_is_taken_to_the_minute(qtbot: QtBot) -> None:
    goes = made(qtbot)
    told: list[bool] = []
    goes.changed.connect(lambda: told.append(True))
    goes.dated.setChecked(True)
    goes.until.setEditText("1 d")
    assert goes.expires() == NOW + 86400 + 30
    assert goes._about.text() == "on 22 Nov, 14:01"
    assert len(told) == 2


def test_what_is_no_date_is_said(qtbot: QtBot) -> None:
    goes = made(qtbot)
    goes.dated.setChecked(True)
    goes.until.setEditText("yesterday")
    assert goes.expires() == 0.0
    assert goes.why_not().startswith("Not a time to come")
    assert goes._about.text() == goes.why_not()
    goes.dated.setChecked(False)
    assert goes.why_not() == ""


def test_what_is_put_in_comes_out(qtbot: QtBot) -> None:
    goes = made(qtbot)
    goes.put(True, NOW + 3570)
    assert (goes.throw_away.isChecked(), goes.expires()) == (True, NOW + 3570)
    goes.put(False, 0.0)
    assert (goes.throw_away.isChecked(), goes.expires()) == (False, 0.0)


def test_it_speaks_of_one_or_of_many(qtbot: QtBot) -> None:
    goes = made(qtbot)
    assert "its disks" in goes.throw_away.text()
    goes.say_many(True)
    assert "their disks" in goes.dated.text()
