"""Dialogs in steps: what, where, how, check, go. The subject stands left, the matter in the middle, the choices right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from console.ui.dialogs.base import OF_SCREEN, Dialog
from console.ui.theme import theme
from console.ui.theme.tokens import LOW, NARROW
from console.ui.widgets.labels import GlyphLabel
from console.ui.widgets.step_bar import Step, StepBar
from console.words import _

LEFT, RIGHT = 236, 300
LEFT_NARROW, RIGHT_NARROW = 212, 268
AROUND = 84  # px of the window that stay visible around a wizard


class Wizard(Dialog):
    """Subclasses fill `left` and `right`, add a page for each step but the last by `add_page`, and answer `said`, `why_not`
    and `act`. The last step is the act itself: its button stands on the page before it.

    Going back loses nothing: pages stay as they are.
    """

    def __init__(self, title: str, steps: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        """steps: (id, title)."""
        super().__init__(title, parent, width=1200)
        self._steps = tuple(Step(*step) for step in steps)
        self._here, self._reached = 0, 0
        self._narrow = False
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self.bar = StepBar(self._steps, _("Steps"))
        self.bar.chosen.connect(self.go_to)
        self.body.addWidget(self.bar)
        self.pages = QStackedWidget()
        self.left, self._left_side = self._side("right", LEFT)
        self.right, self._right_side = self._side("left", RIGHT)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self._left_side)
        row.addWidget(self.pages, 1)
        row.addWidget(self._right_side)
        self.body.addLayout(row, 1)
        self._mark = GlyphLabel("octagon-cross", "error")
        self._mark.hide()

    def _side(self, line: str, width: int) -> tuple[QVBoxLayout, QFrame]:
        side = QFrame()
        side.setProperty("ground", "sunken")
        side.setProperty("line", line)
        side.setFixedWidth(theme.px(width))
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        return column, side

    def add_page(self, page: QWidget, *, scrolls: bool = True) -> None:
        """In the order of the steps."""
        page.setProperty("ground", "base")
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        if not scrolls:
            self.pages.addWidget(page)
            return
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        self.pages.addWidget(area)

    def finish(self) -> None:
        """Call when all pages are there: adds the buttons and shows the first step."""
        self._bar.insertWidget(self._bar.indexOf(self._why), self._mark, 0, Qt.AlignmentFlag.AlignVCenter)
        self._bar.insertStretch(self._left, 1)
        self._bar.setStretchFactor(self._why, 0)
        self.add_close()
        self.back_button = self.add_right(_("Back"), self.back)
        self.add_main(_("Next"), self._on_main)
        self.go_to(self._steps[0].id)

    # for subclasses

    def said(self, step: str) -> str:
        """What was chosen in a step, short."""
        return ""

    def why_not(self, step: str) -> str:
        """What keeps one from leaving a step; of the last page: from acting. "" = nothing."""
        return ""

    def act(self) -> str:
        """The last button's text, with act and count."""
        raise NotImplementedError

    def entered(self, step: str) -> None:
        """A step is seen now."""

    def go(self) -> None:
        """The last button."""
        raise NotImplementedError

    # steps

    @property
    def step(self) -> str:
        """The one that is seen."""
        return self._steps[self._here].id

    @property
    def at_last(self) -> bool:
        return self._here == self.pages.count() - 1

    def go_to(self, id: str) -> None:
        """To a step, as far as those before it are answered."""
        wanted = min([step.id for step in self._steps].index(id), self.pages.count() - 1)
        while self._here < wanted and not self.why_not(self.step):
            self._here += 1
        if wanted < self._here:
            self._here = wanted
        self._reached = max(self._reached, self._here)
        self.pages.setCurrentIndex(self._here)
        self.entered(self.step)
        self.judge()

    def back(self) -> None:
        self.go_to(self._steps[max(0, self._here - 1)].id)

    def _on_main(self) -> None:
        if self.at_last:
            self.go()
        else:
            self.go_to(self._steps[self._here + 1].id)

    def judge(self) -> None:
        """Says anew what was chosen, and what keeps one from going on."""
        steps = [Step(step.id, step.title, self.said(step.id)) for step in self._steps]
        self.bar.show_steps(steps, self._here, self._reached + 1)
        self.back_button.setEnabled(self._here > 0)
        assert self.main is not None
        self.main.setText(self.act() if self.at_last else _("Next"))
        self.main.updateGeometry()
        self.hold(self.why_not(self.step))

    def hold(self, why: str, glyph: tuple[str, str] = ("octagon-cross", "error")) -> None:
        super().hold(why)
        self._mark.show_glyph(*glyph)
        self._mark.setVisible(bool(why))
        tone = "error" if glyph[1] == "error" else "text2"
        if self._why.property("tone") != tone:
            self._why.setProperty("tone", tone)
            self._why.style().unpolish(self._why)
            self._why.style().polish(self._why)

    def wait(self, why: str) -> None:
        """Keeps the main button from acting for a moment; nothing is wrong."""
        self.hold(why, ("ring-dots", "accent"))

    # size

    @property
    def narrow(self) -> bool:
        """The window is so small that the wizard fills it."""
        return self._narrow

    def show_at(self, height: int = 0) -> None:
        """Over its window, with some of it around; where that is small, over all of it."""
        parent: QWidget | None = self.parentWidget()
        window = parent.window() if parent is not None else None
        room = self.screen().availableGeometry().size() * OF_SCREEN
        over = window.size() if window is not None else room
        self._narrow = over.width() < theme.px(NARROW) or over.height() < theme.px(LOW)
        if not self._narrow:
            around = theme.px(AROUND)
            over = QSize(min(theme.px(self._width), over.width() - around), over.height() - around)
            over.setHeight(min(over.height(), theme.px(height or 720)))
        self._left_side.setFixedWidth(theme.px(LEFT_NARROW if self._narrow else LEFT))
        self._right_side.setFixedWidth(theme.px(RIGHT_NARROW if self._narrow else RIGHT))
        self.resize(over.boundedTo(room) if window is None or not self._narrow else over)
        self.judge()
        self.open()
