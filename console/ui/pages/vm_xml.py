"""The XML of a VM to read: as it runs, or as of its next start."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from console.fleet.domains import Domain, VmKey
from console.fleet.errors import FleetError
from console.ui.context import Context
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS
from console.ui.widgets.buttons import Button, IconButton
from console.ui.widgets.fields import SearchField
from console.ui.widgets.labels import label
from console.ui.widgets.notes import EmptyState
from console.ui.widgets.tabs import Segment, Segmented
from console.ui.widgets.xml_text import XmlText, prepare
from console.ui.widgets.xml_view import XmlView
from console.words import _, errors, ngettext, units

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
        self.search = SearchField(_("Find in the XML"))
        self.search.changed.connect(lambda text: self.view.find_text(text))
        self.search.returnPressed.connect(lambda: self._next(False))
        self.search.down_pressed.connect(lambda: self._next(False))
        self.search.left.connect(self.view.setFocus)
        self.which = Segmented([Segment("now", _("Now")), Segment("next", _("Next start"))], _("State of the XML"))
        self.which.chosen.connect(lambda _id: self._read())
        self._hits = label("", "hint")
        self._said = label("", "secondary")
        self.view.found.connect(self._on_found)
        self._none = EmptyState("file", "")
        body = QWidget()
        self._body = QStackedLayout(body)
        self._body.addWidget(self.view)
        self._body.addWidget(self._none)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar())
        column.addWidget(body, 1)
        self._soon = QTimer(self, interval=SOON_MS, singleShot=True)
        self._soon.timeout.connect(self._read)

    def _bar(self) -> QWidget:
        bar = QWidget()
        bar.setFixedHeight(theme.px(HEIGHTS["search"]))
        row = QHBoxLayout(bar)
        row.setContentsMargins(theme.px(12), 0, theme.px(12), 0)
        row.setSpacing(theme.px(8))
        self.search.setMaximumWidth(theme.px(320))
        row.addWidget(self.search, 2)
        for icon, name, backward in (("chevron-up", _("Previous hit"), True), ("chevron-down", _("Next hit"), False)):
            button = IconButton(icon, name)
            button.clicked.connect(lambda _on=False, back=backward: self._next(back))
            row.addWidget(button)
        row.addWidget(self._hits)
        row.addStretch(1)
        row.addWidget(self._said)
        row.addWidget(self.which)
        for text, act in ((_("Unfold all"), self.view.expand_all), (_("Fold all"), self.view.collapse_all)):
            fold = Button(text)
            fold.clicked.connect(act)
            row.addWidget(fold)
        copy = Button(_("Copy"), icon="copy")
        copy.clicked.connect(self.copy)
        row.addWidget(copy)
        return bar

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
        look = self._ctx.services.look

        def work() -> XmlText:
            return prepare(look.xml(key, inactive))

        def done(xml: XmlText) -> None:
            if isValid(self) and number == self._number:
                self._show(key, inactive, xml)

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
        self._said.setText(text)

    # finding

    def _next(self, backward: bool) -> None:
        if self.search.text():
            self.view.find_text(self.search.text(), backward=backward, onward=True)

    @Slot(int, int)
    def _on_found(self, number: int, of: int) -> None:
        if not self.search.text():
            self._hits.setText("")
        elif not of:
            self._hits.setText(_("not found"))
        else:
            self._hits.setText(_("{number} of {all}").format(number=units.count(number), all=units.count(of)))
