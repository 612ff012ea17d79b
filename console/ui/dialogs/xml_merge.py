"""Somebody else changed the VM while it was being edited: what they did, what I did, and what becomes of both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import dedent
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from console.fleet.edits import Change
from console.libvirtxml import changes
from console.libvirtxml.merging import Merge, Piece
from console.services.edit import EditPlan
from console.ui.dialogs.base import Dialog, mono, scrolled
from console.ui.theme import theme
from console.ui.widgets.labels import label, rule
from console.ui.widgets.notes import Note
from console.ui.widgets.tabs import Segment, Segmented
from console.words import _, edits, ngettext

if TYPE_CHECKING:
    from console.ui.context import Context

MOST = 12  # lines of a piece that are shown on each side


class XmlMergeDialog(Dialog):
    """Shows theirs, base and mine. sums: what they changed and what I did, by meaning.

    `merged` is called with the text in which both are, `discard` where mine is given up."""

    def __init__(
        self,
        ctx: Context,
        plan: EditPlan,
        merge: Merge,
        sums: tuple[Sequence[Change], Sequence[Change]],
        merged: Callable[[str], object],
        discard: Callable[[], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_("Two changes of {name}").format(name=plan.name), parent, width=1000)
        self._merge, self._merged, self._discard = merge, merged, discard
        clashes = merge.clashes
        if clashes:
            cause = ngettext(
                "Both changed the same lines in {count} place.",
                "Both changed the same lines in {count} places.",
                len(clashes),
            ).format(count=len(clashes))
            note = Note("warning", cause, _("Choose what is to hold there. Everything else fits together."))
        else:
            note = Note("good", _("Both changes fit together."), _("Nothing of either is lost."))
        self.body.addWidget(note)
        self.body.addLayout(self._sums(*sums))
        self.choices: list[Segmented] = []
        if clashes:
            inner = QWidget()
            inner.setProperty("ground", "base")
            column = QVBoxLayout(inner)
            column.setContentsMargins(0, 0, theme.px(8), 0)
            column.setSpacing(theme.px(16))
            for number, piece in enumerate(clashes, 1):
                column.addWidget(self._clash(piece, number, len(clashes)))
            column.addStretch(1)
            self.body.addWidget(scrolled(inner), 1)
        else:
            self.body.addStretch(1)
        self.add_left(_("Discard my change"), self._give_up)
        self.add_close(_("Go on editing"))
        self.add_main(_("Merge") if clashes else _("Take both"), self._go)

    def show_at(self, height: int = 0) -> None:
        super().show_at(height or min(620, 300 + 100 * len(self._merge.clashes)))

    def _sums(self, theirs: Sequence[Change], mine: Sequence[Change]) -> QHBoxLayout:
        """What each did, by meaning, beside each other."""
        row = QHBoxLayout()
        row.setSpacing(theme.px(24))
        for head, found in ((_("They changed"), theirs), (_("I changed"), mine)):
            column = QVBoxLayout()
            column.setSpacing(theme.px(4))
            column.addWidget(label(head, "strong"))
            column.addWidget(rule())
            for change in found[:MOST]:
                column.addWidget(label(edits.what(change), wrap=True))
            if len(found) > MOST:
                rest = len(found) - MOST
                column.addWidget(
                    label(ngettext("{count} more", "{count} more", rest).format(count=rest), "secondary", tone="text2")
                )
            column.addStretch(1)
            row.addLayout(column, 1)
        return row

    def _clash(self, piece: Piece, number: int, of: int) -> QWidget:
        """One place in three columns, and the choice over it."""
        part = QFrame()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        choice = Segmented(
            [Segment("theirs", _("Theirs")), Segment("mine", _("Mine"))], _("What holds in place {n}").format(n=number)
        )
        choice.set_current("mine")
        self.choices.append(choice)
        head = QHBoxLayout()
        head.addWidget(label(_("Place {number} of {all}").format(number=number, all=of), "strong"))
        head.addStretch(1)
        head.addWidget(choice)
        column.addLayout(head)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(8))
        grid.setVerticalSpacing(theme.px(4))
        sides = ((_("Theirs"), piece.theirs), (_("Before"), piece.base), (_("Mine"), piece.mine))
        for at, (name, lines) in enumerate(sides):
            grid.setColumnStretch(at, 1)
            grid.addWidget(label(name, "secondary", tone="text2"), 0, at)
            grid.addWidget(_pane(lines), 1, at)
        column.addLayout(grid)
        return part

    def text(self) -> str:
        """Both changes, with what was chosen where they clash."""
        return self._merge.text([choice.current() == "mine" for choice in self.choices])

    def _go(self) -> None:
        self._merged(self.text())
        self.accept()

    def _give_up(self) -> None:
        self._discard()
        self.reject()


def _pane(lines: Sequence[str]) -> QWidget:
    """A few lines as they stand."""
    shown = list(lines[:MOST])
    if len(lines) > MOST:
        shown.append("…")
    text = changes.redacted(dedent("\n".join(shown))) if shown else _("(nothing)")
    pane = QFrame()
    pane.setProperty("ground", "sunken")
    inner = QVBoxLayout(pane)
    inner.setContentsMargins(theme.px(8), theme.px(6), theme.px(8), theme.px(6))
    said = mono(text)
    inner.addWidget(said)
    inner.addStretch(1)
    return pane
