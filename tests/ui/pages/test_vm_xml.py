from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from console.fleet.domains import VmKey
from console.fleet.errors import NotFound, Reason
from console.ui.dialogs.xml_changes import XmlChangesDialog
from console.ui.dialogs.xml_versions import XmlVersionsDialog
from console.ui.pages.vm_xml import VmXml
from console.ui.widgets.notes import Note
from tests.ui.pages.conftest import Desk
from tests.ui.rooms import VMS, room

XML = "<domain>\n  <name>web-01</name>\n  <os>\n    <type>hvm</type>\n  </os>\n</domain>\n"


class Look:
    """Answers with XML, or raises; notes what it was asked."""

    def __init__(self) -> None:
        self.xml_now = XML
        self.asked: list[tuple[VmKey, bool]] = []
        self.gone = False

    def xml(self, key: VmKey, inactive: bool = False) -> str:
        self.asked.append((key, inactive))
        if self.gone:
            raise NotFound(Reason.GONE, "web-01")
        return self.xml_now


@pytest.fixture
def look() -> Look:
    return Look()


@pytest.fixture
def page(look: Look, qtbot: QtBot) -> Iterator[VmXml]:
    with room(look=look) as ctx:
        made = VmXml(ctx)
        qtbot.addWidget(made)
        made.resize(900, 500)
        made.show()
        yield made


def test_it_is_read_when_seen_and_anew_when_the_vm_changed(page: VmXml, look: Look, qtbot: QtBot) -> None:
    page.hide()
    page.show_vm(VMS[0], True)
    assert look.asked == []
    page.show()
    qtbot.waitUntil(lambda: page.view.xml.text == XML.rstrip())
    assert "6 lines, read " in page._said.whole_text().replace("\u00a0", " ")
    page.show_vm(VMS[0], True)
    look.xml_now = XML.replace("hvm", "linux")
    page.show_vm(replace(VMS[0], description="new"), True)
    qtbot.waitUntil(lambda: "linux" in page.view.xml.text, timeout=3000)
    assert len(look.asked) == 2


def test_the_next_start_is_another_text(page: VmXml, look: Look, qtbot: QtBot) -> None:
    page.show_vm(VMS[0], True)
    qtbot.waitUntil(lambda: len(look.asked) == 1)
    page.which.setFocus()
    qtbot.keyClick(page.which, Qt.Key.Key_Right)
    key = VMS[0].key  # the text, and what runs now, for what waits
    qtbot.waitUntil(lambda: look.asked == [(key, False), (key, True), (key, False)])


def test_what_waits_for_the_next_start_is_said(desk: Desk, qtbot: QtBot) -> None:
    page = VmXml(desk.ctx)
    qtbot.addWidget(page)
    page.show()
    conn, vm = desk.app.gateway.link("kvm-a").conn, desk.vm()
    stored = conn.lookupByUUIDString(vm.key.uuid).XMLDesc(2)
    conn.defineXML(stored.replace("4194304", "8388608"))
    page.show_vm(vm, True)
    desk.until(lambda: page.view.xml.text)
    assert page._notes.isHidden()
    page.which._choose(1)
    desk.until(lambda: not page._notes.isHidden())
    (note,) = page._notes.findChildren(Note)
    assert note.accessibleName().replace("\u00a0", " ") == "From the next start: Memory 4 GiB → 8 GiB."
    page.which._choose(0)
    desk.until(lambda: page._notes.isHidden())


def test_find_counts_its_hits(page: VmXml, qtbot: QtBot) -> None:
    page.show_vm(VMS[0], True)
    qtbot.waitUntil(lambda: page.view.complete and bool(page.view.xml.text))
    qtbot.keyClicks(page.search, "os")
    assert page._hits.text() == "1 of 2"
    qtbot.keyClick(page.search, Qt.Key.Key_Return)
    assert page._hits.text() == "2 of 2"
    qtbot.keyClicks(page.search, "x")
    assert page._hits.text() == "not found"
    page.search.clear()
    assert page._hits.text() == ""


def test_copy_takes_folded_parts_too(page: VmXml, qtbot: QtBot) -> None:
    page.show_vm(VMS[0], True)
    qtbot.waitUntil(lambda: bool(page.view.xml.text))
    page.copy()
    assert QGuiApplication.clipboard().text() == XML.rstrip()


def test_a_vm_that_vanished_and_a_host_that_is_not_live_are_explained(page: VmXml, look: Look, qtbot: QtBot) -> None:
    page.show_vm(VMS[0], False)
    assert page._body.currentIndex() == 1
    assert look.asked == []
    look.gone = True
    page.show_vm(VMS[0], True)
    qtbot.waitUntil(lambda: "Could not read the XML" in page._none._title.text())
    look.gone = False
    page.show_vm(replace(VMS[0], snapshots=1), True)
    qtbot.waitUntil(lambda: page._body.currentIndex() == 0, timeout=3000)


def test_an_old_answer_does_not_overwrite_a_newer_vm(page: VmXml, look: Look, qtbot: QtBot) -> None:
    page.show_vm(VMS[0], True)
    look.xml_now = XML.replace("web-01", "web-02")
    page.show_vm(VMS[1], True)
    qtbot.waitUntil(lambda: "web-02" in page.view.xml.text)


def test_the_xml_of_a_real_vm(desk: Desk, qtbot: QtBot) -> None:
    page = VmXml(desk.ctx)
    qtbot.addWidget(page)
    page.show()
    page.show_vm(desk.vm(), True)
    desk.until(lambda: "<name>shop-db-01</name>" in page.view.xml.text)


def test_what_cannot_be_edited_says_why(page: VmXml) -> None:
    page.show_vm(VMS[0], True)
    assert page.edit.isEnabled()
    page.show_vm(replace(VMS[0], persistent=False), True)
    assert not page.edit.isEnabled()
    assert page.edit.toolTip() == "It is transient: it has no configuration on disk."


def test_the_way_back_from_an_earlier_version(desk: Desk, qtbot: QtBot) -> None:
    page = VmXml(desk.ctx)
    qtbot.addWidget(page)
    page.show()
    page.show_vm(desk.vm(), True)
    edit, key = desk.app.services.edit, desk.vm().key
    draft = edit.begin(key)
    handle = edit.run(edit.plan(draft, draft.text.replace("<vcpu", "<title>Shop</title><vcpu")))
    handle.wait(10)
    page.versions.click()
    found: list[XmlVersionsDialog] = []
    desk.until(lambda: found.extend(w for w in _dialogs() if isinstance(w, XmlVersionsDialog)) or found)
    desk.until(lambda: "Shop" in found[0].diff.text())
    found[0]._go()
    back: list[XmlChangesDialog] = []
    desk.until(lambda: back.extend(w for w in _dialogs() if isinstance(w, XmlChangesDialog)) or back)
    back[0]._go()
    desk.until(lambda: desk.vm().title == "")
    desk.until(lambda: edit.versions(key)[0].reason == "restore")


def _dialogs() -> list[QWidget]:
    return [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
