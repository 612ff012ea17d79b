"""The bar over a text being edited."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS
from console.ui.widgets.buttons import Button, IconButton
from console.ui.widgets.find_bar import FindBar
from console.ui.widgets.labels import label
from console.ui.widgets.xml_editor import XmlEditor
from console.words import _


class EditBar(QWidget):
    """Finding at the left; how it stands, undo and redo, discard and review at the right."""

    def __init__(self, editor: XmlEditor) -> None:
        super().__init__()
        self.setFixedHeight(theme.px(HEIGHTS["search"]))
        self.finder = FindBar(_("Find in the XML"), editor.find_text, editor.setFocus, 280)
        editor.found.connect(self.finder.on_found)
        self.said = label("", "secondary")
        self.secrets = QCheckBox(_("Passwords"))
        self.discard = Button(_("Discard"))
        self.review = Button(_("Review changes…"), kind="primary")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(12), 0, theme.px(12), 0)
        row.setSpacing(theme.px(8))
        row.addWidget(self.finder, 2)
        row.addStretch(1)
        row.addWidget(self.said)
        row.addWidget(self.secrets)
        for icon, name, act, able in (
            ("undo", _("Undo"), editor.undo, editor.undoAvailable),
            ("redo", _("Redo"), editor.redo, editor.redoAvailable),
        ):
            step = IconButton(icon, name)
            step.setEnabled(False)
            step.clicked.connect(act)
            able.connect(step.setEnabled)
            row.addWidget(step)
        row.addWidget(self.discard)
        row.addWidget(self.review)
