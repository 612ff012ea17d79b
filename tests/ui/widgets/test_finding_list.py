from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from console.fleet.edits import Finding, Flaw, Severity
from console.ui.widgets.finding_list import FindingList
from console.ui.widgets.labels import ElidedLabel
from console.ui.widgets.link import Link

DOUBT = Finding(Flaw.ATTRIBUTE, 3, 5, 'a="b"', Severity.DOUBT)
ERROR = Finding(Flaw.SYNTAX, 7, 1, "no end")


def test_errors_first_and_a_click_leads_there(qtbot: QtBot) -> None:
    shown = FindingList()
    qtbot.addWidget(shown)
    assert shown.isHidden()
    shown.show_findings([DOUBT, ERROR])
    assert not shown.isHidden()
    chosen: list[Finding] = []
    shown.chosen.connect(chosen.append)
    links = [link for link in shown.findChildren(Link) if not link.isHidden()]
    assert [link.text() for link in links] == ["Line 7, column 1", "Line 3, column 5"]
    qtbot.mouseClick(links[1], Qt.MouseButton.LeftButton)
    assert chosen == [DOUBT]


def told(shown: FindingList) -> list[str]:
    return [one.whole_text() for one in shown.findChildren(ElidedLabel) if not one.isHidden()]


def test_many_are_counted_and_none_hide_it(qtbot: QtBot) -> None:
    shown = FindingList()
    qtbot.addWidget(shown)
    shown.show_findings([Finding(Flaw.ELEMENT, n, 1, f"e{n}", Severity.DOUBT) for n in range(1, 9)])
    assert len([link for link in shown.findChildren(Link) if not link.isHidden()]) == 3
    shown.show_findings([Finding(Flaw.TOO_BIG, text="99")])
    qtbot.waitUntil(lambda: told(shown) == ["That is too big: 99 bytes."])
    shown.show_findings([])
    assert shown.isHidden()
