"""The step of the tour that edits a VM's XML: something wrong, what would change, applied, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from console.desktop import Desktop
from console.fleet.domains import Domain
from console.ui.dialogs.base import Dialog
from console.ui.dialogs.xml_changes import XmlChangesDialog
from console.ui.dialogs.xml_versions import XmlVersionsDialog
from console.ui.pages.vm_xml import VmXml
from tests.tour.waiting import must, settle, until

D = TypeVar("D", bound=Dialog)
Shoot = Callable[[str, QWidget | None, QSize | None], None]


def edit_xml(desktop: Desktop, domain: Domain, shoot: Shoot, small: QSize) -> str:
    """On the open XML tab of this VM, which runs."""
    window, service = desktop.window, desktop.context.services.edit

    def dialog(kind: type[D]) -> D:
        found: D = until(
            lambda: next((one for one in window.findChildren(kind) if one.isVisible()), None), f"{kind.__name__} opens"
        )
        settle(0.5)
        return found

    page = next(one for one in window.findChildren(VmXml) if one.isVisible())
    page.edit.click()
    edit = page.editing
    until(lambda: domain.name in edit.text(), "the editor has the XML")
    text = edit.text()
    edit.editor.replace_text(text.replace("<on_crash>destroy</on_crash>", "<on_crash>explode</on_crash>"))
    until(lambda: not edit.findings.isHidden(), "what is wrong is said")
    edit.editor.go_to(edit._findings[0].line, 1)
    shoot("vm-xml-edit", None, None)
    shoot("vm-xml-edit-small", None, small)
    title = f"<title>{domain.name}, edited</title>\n  <os>"
    edit.editor.replace_text(
        text.replace("<on_crash>destroy</on_crash>", "<on_crash>restart</on_crash>").replace("<os>", title, 1)
    )
    until(lambda: edit.findings.isHidden() and edit.review.isEnabled(), "nothing is wrong any more")
    edit.review.click()
    changes = dialog(XmlChangesDialog)
    must(len(changes.plan.now) >= 1, "the title is changed at once")
    must(any(change.part == "on_crash" for change in changes.plan.left), "the rest waits for the next start")
    shoot("vm-xml-changes", changes, None)
    changes._go()
    until(lambda: not edit.editing(domain.key), "the edit is applied")
    settle(0.5)
    shoot("vm-xml-applied", None, None)
    page.versions.click()
    versions = dialog(XmlVersionsDialog)
    shoot("vm-xml-versions", versions, None)
    found = service.versions(domain.key)
    must(found[0].reason == "edit", "the edit is a version")
    versions.reject()
    settle()
    return f"{len(found)} versions, one change now, one at the next start"
