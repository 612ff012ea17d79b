"""The XML of a VM: to read as it runs, or as of its next start, and to edit."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from console.fleet.domains import Domain, VmKey
from console.fleet.edits import Change, why_not
from console.fleet.errors import FleetError
from console.libvirtxml import changes
from console.services.edit import Applied, EditPlan
from console.ui.context import Context
from console.ui.dialogs.xml_changes import XmlChangesDialog
from console.ui.dialogs.xml_versions import XmlVersionsDialog
from console.ui.pages.vm_xml_edit import VmXmlEdit
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS
from console.ui.widgets.buttons import Button, IconButton
from console.ui.widgets.fields import SearchField
from console.ui.widgets.find_bar import FindBar
from console.ui.widgets.labels import ElidedLabel
from console.ui.widgets.note_place import NotePlace
from console.ui.widgets.notes import EmptyState
from console.ui.widgets.tabs import Segment, Segmented
from console.ui.widgets.xml_text import XmlText, prepare
from console.ui.widgets.xml_view import XmlView
from console.words import _, edits, errors, ngettext, units

SOON_MS = 400  # after the last change of the VM, before its XML is read anew


class VmXml(QWidget):
    """Reads on a worker when it is seen, and anew when the VM changed; folds and place stay."""

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self._domain: Domain | None = None
        self._fresh = False
        self._shown: tuple[VmKey, bool] | None = None
        self._number = 0
        self._wanted = True
        self.view = XmlView()
        self._find = FindBar(_("Find in the XML"), self.view.find_text, self.view.setFocus)
        self._search, self._hits = self._find.field, self._find.hits
        self.which = Segmented([Segment("now", _("Now")), Segment("next", _("Next start"))], _("State of the XML"))
        self.which.chosen.connect(lambda _id: self._read())
        self._said = ElidedLabel("", "secondary")
        self.view.found.connect(self._find.on_found)
        self._none = EmptyState("file", "")
        body = QWidget()
        self._body = QStackedLayout(body)
        self._body.addWidget(self.view)
        self._body.addWidget(self._none)
        reading = QWidget()
        column = QVBoxLayout(reading)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar())
        self._notes = NotePlace()
        self._waits = False  # it says what waits for the next start
        column.addWidget(self._notes)
        column.addWidget(body, 1)
        self.editing = VmXmlEdit(ctx)
        self.editing.left.connect(self._on_left)
        self._modes = QStackedLayout(self)
        self._modes.addWidget(reading)
        self._modes.addWidget(self.editing)
        self._soon = QTimer(self, interval=SOON_MS, singleShot=True)
        self._soon.timeout.connect(self._read)

    def _bar(self) -> QWidget:
        bar = QWidget()
        bar.setFixedHeight(theme.px(HEIGHTS["search"]))
        row = QHBoxLayout(bar)
        row.setContentsMargins(theme.px(12), 0, theme.px(12), 0)
        row.setSpacing(theme.px(8))
        row.addWidget(self._find, 2)
        row.addStretch(1)
        row.addWidget(self._said)
        row.addWidget(self.which)
        for icon, name, act in (
            ("unfold", _("Unfold all"), self.view.expand_all),
            ("fold", _("Fold all"), self.view.collapse_all),
        ):
            fold = IconButton(icon, name)
            fold.clicked.connect(act)
            row.addWidget(fold)
        copy = IconButton("copy", _("Copy"))
        copy.clicked.connect(self.copy)
        row.addWidget(copy)
        self.versions = Button(_("Versions…"))
        self.versions.clicked.connect(self.show_versions)
        row.addWidget(self.versions)
        self.edit = Button(_("Edit"))
        self.edit.clicked.connect(self.begin_edit)
        row.addWidget(self.edit)
        return bar

    @property
    def search(self) -> SearchField:
        """Of what is shown: the text to read, or to edit."""
        return self.editing.search if self._modes.currentWidget() is self.editing else self._search

    def focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def copy(self) -> None:
        """The whole XML, folded parts too, to the clipboard."""
        QGuiApplication.clipboard().setText(self.view.xml.text)
        self._say(_("Copied"))

    # reading

    def show_vm(self, domain: Domain, fresh: bool) -> None:
        """Follows this VM; reads its XML while it is seen and its host is live."""
        before, self._domain = self._domain, domain
        became_fresh = fresh and not self._fresh
        self._fresh = fresh
        self._judge()
        if self._follow_edit(before):
            return
        if before is None or before.key != domain.key:
            self._shown = None
            self._wanted = True
        elif before != domain or became_fresh:
            self._wanted = True
        if self._wanted and self.isVisible():
            if self._shown is None:
                self._read()
            else:
                self._soon.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._wanted and self._domain is not None:
            self._read()

    # editing

    def _judge(self) -> None:
        """Whether it can be edited now, and why not."""
        domain = self._domain
        spec = self._ctx.inventory.spec(domain.key.host) if domain is not None else None
        if domain is None or spec is None:
            return
        problem = why_not(domain, spec, self._ctx.inventory.status(spec.id))
        self.edit.setEnabled(problem is None)
        self.edit.setToolTip(errors.why(problem) if problem else _("Change what it starts with next."))

    def _follow_edit(self, before: Domain | None) -> bool:
        """Shows the edit of this VM, where one is open."""
        domain = self._domain
        assert domain is not None
        moved = before is None or before.key != domain.key
        if moved:
            self._notes.clear()
            self.editing.leave()
        if not self.editing.editing(domain.key):
            self._modes.setCurrentIndex(0)
            return False
        if moved:
            self.editing.show_vm(domain.key)
            self._modes.setCurrentWidget(self.editing)
        self.editing.vm_changed(self._fresh, before != domain)
        self._wanted = True
        return True

    @Slot()
    def begin_edit(self) -> None:
        domain = self._domain
        if domain is None or self.editing.editing(domain.key):  # what was typed stays
            return

        def failed(error: FleetError) -> None:
            said = errors.explain(error, "vm.edit")
            self._tell("error", said.what, f"{said.why} {said.next}")

        def ready() -> None:
            if self._domain is not None and self._domain.key == domain.key:
                self._notes.clear()
                self._modes.setCurrentWidget(self.editing)
                self.editing.editor.setFocus()

        self.editing.begin(domain, failed, ready)

    @Slot()
    def show_versions(self) -> None:
        if self._domain is not None:
            XmlVersionsDialog(self._ctx, self._domain.key, self._go_back, self.window()).show_at()

    def _go_back(self, plan: EditPlan) -> None:
        XmlChangesDialog(self._ctx, plan, self._ctx.services.edit.run, self.window()).show_at()

    @Slot(object)
    def _on_left(self, applied: Applied | None) -> None:
        self._modes.setCurrentIndex(0)
        self._wanted = True
        self.which.set_current("next")
        if applied is not None:
            self._say_applied(applied)
        self._read()

    def _say_applied(self, applied: Applied) -> None:
        """What became of it, by name."""
        refused = [change for change in applied.left if change.said]
        lost = _("The host did not take: {what}.").format(what=edits.left(applied.dropped)) if applied.dropped else ""
        if applied.left and applied.running:
            said = [
                _("{what}.").format(what=edits.left(applied.left)),
                *(edits.why_later(one) for one in refused),
                lost,
            ]
            tone = "warning" if refused or lost else "info"
            self._tell(tone, _("Stored. From the next start:"), " ".join(part for part in said if part))
        elif lost:
            self._tell("warning", _("Stored."), lost)
        else:
            self._tell("good", _("Stored."), _("All of it holds now.") if applied.running else "")

    def _say_waiting(self, waiting: tuple[Change, ...]) -> None:
        """What holds only from the next start; what was said of an edit stays until it is closed."""
        if self._waits:
            self._notes.clear()
        self._waits = bool(waiting) and self._notes.isHidden()
        if self._waits:
            self._notes.tell("info", _("From the next start:"), _("{what}.").format(what=edits.left(waiting)))

    def _tell(self, tone: str, cause: str, sentence: str) -> None:
        self._waits = False
        self._notes.tell(tone, cause, sentence).add_button(_("Close"), self._notes.clear)

    @Slot()
    def _read(self) -> None:
        domain = self._domain
        if domain is None:
            return
        if not self._fresh:
            if self._shown is None:
                self._fail(_("The XML cannot be read now"), _("Its host is not live. It is read as soon as it is."))
            return
        self._wanted = False
        self._number += 1
        number, key, inactive = self._number, domain.key, self.which.current() == "next" and domain.persistent
        look, both = self._ctx.services.look, inactive and domain.state.active

        def work() -> tuple[XmlText, tuple[Change, ...]]:
            text = look.xml(key, inactive)
            return prepare(text), changes.waiting(look.xml(key), text) if both else ()

        def done(found: tuple[XmlText, tuple[Change, ...]]) -> None:
            if isValid(self) and number == self._number:
                self._show(key, inactive, found[0])
                self._say_waiting(found[1])

        def failed(error: FleetError) -> None:
            if isValid(self) and number == self._number:
                said = errors.sentence(error.problem, domain.name, "vm.xml")
                self._fail(said.what, f"{said.why} {said.next}")

        self._ctx.bridge.run(work, done, failed)

    def _show(self, key: VmKey, inactive: bool, xml: XmlText) -> None:
        keep = self._shown == (key, inactive)
        self._shown = (key, inactive)
        self._body.setCurrentWidget(self.view)
        self.view.show_xml(xml, keep=keep)
        lines = len(xml.lines)
        count = ngettext("{n} line", "{n} lines", lines).format(n=units.count(lines))
        self._say(_("{lines}, read {time}").format(lines=count, time=units.clock(time.time())))

    def _fail(self, what: str, why: str) -> None:
        self._shown = None
        self._none.say(what, why)
        self._body.setCurrentWidget(self._none)
        self._say("")

    def _say(self, text: str) -> None:
        self._said.set_text(text)
