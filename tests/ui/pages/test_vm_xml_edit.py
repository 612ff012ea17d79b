"""Editing a VM's XML in the window, over the real program and libvirt's test driver."""

from __future__ import annotations

import time
from collections.abc import Iterator

import libvirt
import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from console.fleet.edits import Flaw
from console.gateway import defining
from console.services.edit import Applied
from console.ui.dialogs.xml_changes import XmlChangesDialog
from console.ui.dialogs.xml_merge import XmlMergeDialog
from console.ui.pages.vm_xml import VmXml
from console.ui.pages.vm_xml_edit import VmXmlEdit
from console.ui.widgets.notes import Note
from tests.ui.pages.conftest import QA, Desk


@pytest.fixture
def page(desk: Desk, qtbot: QtBot) -> Iterator[VmXml]:
    made = VmXml(desk.ctx)
    qtbot.addWidget(made)
    made.resize(1000, 600)
    made.show()
    made.show_vm(desk.vm(), True)
    desk.until(lambda: "shop-db-01" in made.view.xml.text)
    return made


@pytest.fixture
def edit(page: VmXml, desk: Desk) -> VmXmlEdit:
    """The edit of the running VM, begun."""
    page.edit.click()
    desk.until(lambda: "shop-db-01" in page.editing.text() and page._modes.currentWidget() is page.editing)
    return page.editing


def typed(edit: VmXmlEdit, old: str, new: str) -> None:
    text = edit.text()
    assert old in text
    edit.editor.replace_text(text.replace(old, new, 1))


def stored(desk: Desk) -> str:
    return defining.stored(desk.app.gateway.link("kvm-a"), desk.vm().key.uuid)


def elsewhere(desk: Desk, old: str, new: str) -> None:
    """Somebody else changes the VM."""
    conn = desk.app.gateway.link("kvm-a").conn
    before = conn.lookupByUUIDString(desk.vm().key.uuid).XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)
    assert old in before
    conn.defineXML(before.replace(old, new, 1))


def dialogs(kind: type) -> list:  # type: ignore[type-arg]
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]


def note(page: VmXml | VmXmlEdit) -> str:
    return " ".join(one.accessibleName() for one in page.findChildren(Note) if not one.isHidden())


def test_typed_reviewed_applied(page: VmXml, edit: VmXmlEdit, desk: Desk) -> None:
    desk.until(lambda: edit._said.text() == "No changes")
    assert not edit.review.isEnabled()
    typed(edit, "<description>", "<title>Shop</title>\n  <description>")
    typed(edit, "<on_crash>destroy", "<on_crash>restart")
    desk.until(lambda: edit._said.text() == "2 changes" and edit.review.isEnabled())
    edit.review.click()
    desk.until(lambda: dialogs(XmlChangesDialog))
    (dialog,) = dialogs(XmlChangesDialog)
    assert dialog.changes.names() == "Title is added, Shop (now); After a crash destroy → restart (next start)"
    left: list[Applied] = []
    edit.left.connect(left.append)
    dialog._go()
    desk.until(lambda: left)
    assert [change.part for change in left[0].left] == ["on_crash"]
    assert page._modes.currentIndex() == 0
    desk.until(lambda: note(page) == "Stored. From the next start: After a crash destroy → restart.")
    desk.until(lambda: "<on_crash>restart" in page.view.xml.text)
    assert desk.vm().title == "Shop"
    assert "Shop" in stored(desk)


def test_what_is_wrong_is_shown_as_it_is_typed(edit: VmXmlEdit, desk: Desk, qtbot: QtBot) -> None:
    edit.editor.go_to(1, 1)
    qtbot.keyClicks(edit.editor, "<")
    desk.until(lambda: edit._said.text() == "1 error")
    assert [finding.flaw for finding in edit._findings] == [Flaw.SYNTAX]
    assert not edit.review.isEnabled()
    assert not edit.findings.isHidden()
    edit.editor.undo()
    desk.until(lambda: edit._said.text() == "No changes")
    assert edit.findings.isHidden()
    typed(edit, "<name>shop-db-01", "<name>other")
    desk.until(lambda: [finding.flaw for finding in edit._findings] == [Flaw.NAME])
    edit.findings.chosen.emit(edit._findings[0])
    assert edit.editor.textCursor().blockNumber() + 1 == edit._findings[0].line


def test_somebody_else_is_told_of_and_both_are_merged(edit: VmXmlEdit, desk: Desk) -> None:
    typed(edit, "<on_crash>destroy", "<on_crash>restart")
    elsewhere(desk, "<description>", "<title>Theirs</title><description>")
    edit.vm_changed(True)
    desk.until(lambda: "Somebody else changed this VM meanwhile." in note(edit))
    edit.look()
    desk.until(lambda: dialogs(XmlMergeDialog))
    (dialog,) = dialogs(XmlMergeDialog)
    dialog._go()
    assert "<title>Theirs</title>" in edit.text()
    desk.until(lambda: "both in the text" in note(edit))
    edit.look()
    desk.until(lambda: dialogs(XmlChangesDialog))
    (changes,) = dialogs(XmlChangesDialog)
    assert changes.changes.names() == "After a crash destroy → restart (next start)"
    changes._go()
    desk.until(lambda: "<on_crash>restart" in stored(desk))
    assert "Theirs" in stored(desk)
    desk.until(lambda: not edit.editing(desk.vm().key))


def test_changed_between_looking_and_applying(edit: VmXmlEdit, desk: Desk) -> None:
    typed(edit, "<on_crash>destroy", "<on_crash>restart")
    edit.look()
    desk.until(lambda: dialogs(XmlChangesDialog))
    (dialog,) = dialogs(XmlChangesDialog)
    elsewhere(desk, "<description>", "<title>Theirs</title><description>")
    dialog._go()
    desk.until(lambda: "Somebody else changed it meanwhile." in note(edit))
    assert "<on_crash>destroy" in stored(desk)
    assert "<on_crash>restart" in edit.text()  # nothing that was typed is lost


def test_the_host_refuses_and_is_told_not_to_check(edit: VmXmlEdit, page: VmXml, desk: Desk) -> None:
    typed(edit, "<vcpu", "<quantum/><vcpu")
    edit.look()
    desk.until(lambda: dialogs(XmlChangesDialog))
    dialogs(XmlChangesDialog)[0]._go()
    desk.until(lambda: "quantum" in note(edit))
    assert "<quantum/>" in edit.text()
    edit.look(validate=False)
    desk.until(lambda: [d for d in dialogs(XmlChangesDialog) if not d.plan.validate])
    next(d for d in dialogs(XmlChangesDialog) if not d.plan.validate)._go()
    desk.until(lambda: "The host did not take: quantum" in note(page))


def test_two_vms_are_edited_by_turns(page: VmXml, edit: VmXmlEdit, desk: Desk) -> None:
    typed(edit, "<on_crash>destroy", "<on_crash>restart")
    page.show_vm(desk.vm(QA), True)
    assert page._modes.currentIndex() == 0
    desk.until(lambda: "qa-old" in page.view.xml.text)
    page.edit.click()
    desk.until(lambda: "qa-old" in edit.text())
    page.show_vm(desk.vm(), True)
    assert page._modes.currentWidget() is edit
    assert "<on_crash>restart" in edit.text()
    assert edit.editor.document().isUndoAvailable()
    edit.discard.click()
    assert page._modes.currentIndex() == 0
    page.show_vm(desk.vm(QA), True)
    assert page._modes.currentWidget() is edit
    edit.discard.click()


def test_an_edit_that_is_ready_late_does_not_take_the_place_of_another(page: VmXml, desk: Desk) -> None:
    edit = page.editing
    page.show_vm(desk.vm(QA), True)
    page.edit.click()
    desk.until(lambda: QA in edit.text())
    page.show_vm(desk.vm(), True)
    page.edit.click()  # its answer comes when the other VM is looked at again
    page.show_vm(desk.vm(QA), True)
    edit.editor.replace_text(edit.text().replace("<on_crash>destroy", "<on_crash>restart"))
    later = time.monotonic() + 1.0
    desk.until(lambda: time.monotonic() > later)
    assert QA in edit.text()
    assert "<on_crash>restart" in edit.text()


def test_passwords_are_shown_only_when_asked_for(page: VmXml, edit: VmXmlEdit, desk: Desk) -> None:
    elsewhere(desk, "</devices>", "<graphics type='vnc' port='-1' autoport='yes' passwd='geheim'/></devices>")
    edit.discard.click()
    page.edit.click()
    desk.until(lambda: "<graphics" in edit.text())
    assert "geheim" not in edit.text()
    edit.secrets.click()
    desk.until(lambda: "geheim" in edit.text())
    typed(edit, "<on_crash>destroy", "<on_crash>restart")
    desk.until(lambda: not edit.secrets.isEnabled())


def test_a_host_that_is_not_live(page: VmXml, edit: VmXmlEdit, desk: Desk) -> None:
    typed(edit, "<on_crash>destroy", "<on_crash>restart")
    desk.until(lambda: edit.review.isEnabled())
    page.show_vm(desk.vm(), False)
    assert not edit.review.isEnabled()
    assert "Its host is not live" in edit._said.text()
    page.show_vm(desk.vm(), True)
    desk.until(lambda: edit.review.isEnabled())


def test_the_host_is_not_asked_each_time_something_is_heard(page: VmXml, edit: VmXmlEdit, desk: Desk) -> None:
    page.show_vm(desk.vm(), True)
    asked = 0
    real = desk.app.services.look.xml

    def count(*args: object, **more: object) -> str:
        nonlocal asked
        asked += 1
        return real(*args, **more)  # type: ignore[arg-type]

    desk.ctx.services.look.xml = count  # type: ignore[method-assign]
    edit._later.stop()
    for _tick in range(5):
        page.show_vm(desk.vm(), True)
    assert not edit._later.isActive()
    page.show_vm(replace(desk.vm(), snapshots=3), True)
    desk.until(lambda: asked == 1)


def test_find(edit: VmXmlEdit, qtbot: QtBot) -> None:
    edit.search.setFocus()
    qtbot.keyClicks(edit.search, "disk")
    first = edit._hits.text()
    assert first.startswith("1 of ")
    qtbot.keyClick(edit.search, Qt.Key.Key_Return)
    assert edit._hits.text().startswith("2 of ")
    qtbot.keyClicks(edit.search, "zz")
    assert edit._hits.text() == "not found"


def test_ten_thousand_lines_are_typed_in_without_a_wait(edit: VmXmlEdit, desk: Desk, qtbot: QtBot) -> None:
    disk = "    <disk type='file' device='disk'>\n      <source file='/a'/>\n      <target dev='vd{n}'/>\n    </disk>\n"
    many = "".join(disk.replace("{n}", str(n)) for n in range(2600))
    edit.editor.replace_text(edit.text().replace("  </devices>", many + "  </devices>"))
    worst = 0.0
    for key in "<!-- typed -->":
        start = time.perf_counter()
        qtbot.keyClicks(edit.editor, key)
        QApplication.processEvents()
        worst = max(worst, time.perf_counter() - start)
    assert worst < 0.3, worst
    desk.until(lambda: "changes" in edit._said.text() or "error" in edit._said.text())


def test_a_window_that_was_closed_loses_nothing(page: VmXml, edit: VmXmlEdit, desk: Desk, qtbot: QtBot) -> None:
    typed(edit, "<on_crash>destroy", "<on_crash>restart")
    desk.until(lambda: edit._said.text() == "1 change")
    elsewhere(desk, "<description>", "<title>Theirs</title><description>")
    later = VmXml(desk.ctx)
    qtbot.addWidget(later)
    later.show()
    later.show_vm(desk.vm(), True)
    desk.until(lambda: later.view.xml.text)
    later.edit.click()
    desk.until(lambda: "You began to change this VM" in note(later.editing))
    assert "<on_crash>destroy" in later.editing.text()
    next(b for b in later.editing.findChildren(QPushButton) if b.text() == "Take it up again").click()
    assert "<on_crash>restart" in later.editing.text()
    later.editing.look()
    desk.until(lambda: dialogs(XmlMergeDialog))  # what began from an older state never overwrites
    dialogs(XmlMergeDialog)[0].reject()
    later.editing.discard.click()
    desk.until(lambda: desk.app.services.edit.begun(desk.vm().key) is None)
