"""What is wrong with a text, a line each; a click leads to the place."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from console.fleet.edits import Finding, Severity
from console.ui.theme import theme
from console.ui.widgets.labels import ElidedLabel, GlyphLabel, label
from console.ui.widgets.link import Link
from console.words import _, edits, ngettext

MOST = 3  # that are shown; the rest is counted


class FindingList(QFrame):
    """Hidden while nothing is wrong.

    Signals:
        chosen(object): the Finding whose place was clicked.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("line", "top")
        self.setProperty("ground", "window")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(theme.px(12), theme.px(6), theme.px(12), theme.px(6))
        self._grid.setHorizontalSpacing(theme.px(8))
        self._grid.setVerticalSpacing(theme.px(4))
        self._grid.setColumnStretch(2, 1)
        self._shown: list[QWidget] = []
        self._findings: tuple[Finding, ...] = ()
        self.hide()

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Errors first, then what the schema doubts."""
        if tuple(findings) == self._findings:
            return
        self._findings = tuple(findings)
        for old in self._shown:
            self._grid.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._shown.clear()
        ordered = sorted(findings, key=lambda finding: finding.severity is not Severity.ERROR)
        for row, finding in enumerate(ordered[:MOST]):
            bad = finding.severity is Severity.ERROR
            self._put(
                GlyphLabel(*(("octagon-cross", "error") if bad else ("triangle-bang", "warning-glyph")), 14), row, 0
            )
            if finding.line:
                place = Link(_("Line {line}, column {column}").format(line=finding.line, column=finding.column))
                place.clicked.connect(lambda _on=False, one=finding: self.chosen.emit(one))
                self._put(place, row, 1)
            self._put(ElidedLabel(edits.flaw(finding)), row, 2)
        rest = len(ordered) - MOST
        if rest > 0:
            said = ngettext("{count} more", "{count} more", rest).format(count=rest)
            self._put(label(said, "secondary", tone="text2"), MOST, 2)
        self.setVisible(bool(findings))

    def _put(self, widget: QWidget, row: int, column: int) -> None:
        self._grid.addWidget(widget, row, column, Qt.AlignmentFlag.AlignVCenter)
        self._shown.append(widget)
