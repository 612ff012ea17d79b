"""The lines of a host's check, one under the other as they come."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from console.fleet.errors import Problem, Reason
from console.gateway.probe import CheckLine
from console.ui.theme import theme
from console.ui.widgets.buttons import Button
from console.ui.widgets.labels import GlyphLabel, label
from console.words import _, checks, errors

_GLYPHS = {True: ("disc-check", "good"), None: ("triangle-bang", "warning-glyph"), False: ("octagon-cross", "error")}


class _Row(QWidget):
    """One fact: glyph, what was found, a detail behind it; for a failure the reason and the way out below."""

    def __init__(self, line: CheckLine) -> None:
        super().__init__()
        said = checks.finding(line)
        self.grid = grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px(8))
        grid.setVerticalSpacing(theme.px(3))
        grid.setColumnStretch(2, 1)
        grid.addWidget(GlyphLabel(*_GLYPHS[line.ok]), 0, 0, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(label(said.title), 0, 1)
        note = label(said.note, "secondary", wrap=True)
        note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(note, 0, 2)
        remedy = _remedy(line, said)
        if remedy:
            grid.addWidget(label(remedy, "secondary", wrap=True), 1, 1, 1, 2)
        self.setAccessibleName(" ".join(part for part in (said.title, said.note, remedy) if part))


def _remedy(line: CheckLine, said: checks.Finding) -> str:
    """What to do next; a changed key is explained, since the next step may be to do nothing at all."""
    problem = line.problem
    if problem is None:
        return said.remedy
    if problem.reason is Reason.HOST_KEY_CHANGED:
        return f"{errors.why(Problem(problem.reason))} {said.remedy}"
    if problem.reason is Reason.HOST_KEY_UNKNOWN:
        return _("Compare it with what the host itself says, then trust it.")
    return said.remedy


class CheckList(QWidget):
    """Six rows of room, so that lines come without moving what is below.

    Signals:
        trust_wanted(str): the key of this known_hosts line is to be trusted.
    """

    trust_wanted = Signal(str)
    ROOM = 138  # px

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(7))
        self._hint = label("", "hint", wrap=True)
        self._column.addWidget(self._hint)
        self._column.addStretch(1)
        self._rows: list[QWidget] = []
        self.setMinimumHeight(theme.px(self.ROOM))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.MinimumExpanding)
        self.setAccessibleName(_("What the check found"))

    def say(self, hint: str) -> None:
        """A sentence below the lines, "" for none."""
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))

    def clear(self) -> None:
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = []

    def add(self, line: CheckLine) -> None:
        row = _Row(line)
        key = str(line.values.get("line", ""))
        if key and line.problem is not None and line.problem.reason is Reason.HOST_KEY_UNKNOWN:
            button = Button(_("Trust this key"), small=True)
            button.clicked.connect(lambda: self.trust_wanted.emit(key))
            row.grid.addWidget(button, 2, 1, 1, 2, Qt.AlignmentFlag.AlignLeft)
        self._column.insertWidget(len(self._rows), row)
        self._rows.append(row)

    def add_problem(self, problem: Problem, name: str) -> None:
        """The check itself broke."""
        self.say(errors.sentence(problem, name, "host.check").full)

    @property
    def texts(self) -> tuple[str, ...]:
        """What the lines say, for tests and screen readers."""
        return tuple(row.accessibleName() for row in self._rows)
