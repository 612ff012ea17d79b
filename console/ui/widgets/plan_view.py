"""A plan on snapshots as it is read: what it means at a glance, the files before and after, the steps, and what else there is
to say. In the page's panel, and in dialogs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from console.fleet.domains import State
from console.fleet.snapshots.plans import Op, SnapshotPlan, Step, Stops
from console.fleet.snapshots.values import SnapshotFacts
from console.fleet.storing import Say, Weight
from console.ui.theme import theme
from console.ui.widgets.chain_picture import ChainPicture
from console.ui.widgets.flow_row import FlowRow
from console.ui.widgets.labels import GlyphLabel
from console.ui.widgets.notes import Note
from console.ui.widgets.plan_steps import PlanSteps, StepRow
from console.words import ngettext, snapshot_says, snapshots, units

NOTES = 5  # of one weight; those after them are counted
MARGIN = 12
_TONES = {Weight.STOP: "error", Weight.WARNING: "warning", Weight.FACT: "info"}


class GlanceFact(QWidget):
    """A glyph or icon and a few words."""

    def __init__(self, shape: str, role: str, parent: QWidget | None = None, *, drawn: bool = True) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, theme.px(10), 0)
        row.setSpacing(theme.px(7))
        self.glyph = GlyphLabel(shape, role, 14, drawn=drawn)
        self.text = QLabel()
        self.text.setTextFormat(Qt.TextFormat.RichText)
        row.addWidget(self.glyph)
        row.addWidget(self.text)
        self.glyph.setVisible(bool(shape))

    def say(self, rich: str) -> None:
        if self.text.text() != rich:
            self.text.setText(rich)
            self.updateGeometry()
        self.setVisible(bool(rich))


class Glance(FlowRow):
    """Whether the VM stops, what becomes free, how long it takes, what it needs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stops = GlanceFact("disc-check", "good")
        self._frees = GlanceFact("disk", "text2", drawn=False)
        self._time = GlanceFact("clock", "text2", drawn=False)
        self._needs = GlanceFact("", "text2")
        self._memory = GlanceFact("memory", "text2", drawn=False)
        for fact in (self._stops, self._frees, self._time, self._needs, self._memory):
            self.add_left(fact)

    def show_plan(self, plan: SnapshotPlan, state: State, facts: SnapshotFacts | None = None) -> None:
        calm = plan.stops is Stops.NO or not state.active
        shape = ("disc-check", "good") if calm else ("triangle-bang", "warning-glyph")
        self._stops.glyph.show_glyph(*shape)
        self._stops.say(escape(snapshots.stops(plan, state, facts)))
        self._frees.say(_bold(snapshots.frees(plan), units.size(plan.frees)))
        self._time.say(escape(snapshots.takes_time(plan)))
        mono = f"<span style='font-family:\"{theme.font('mono').family()}\"'>{escape(plan.pool)}</span>"
        needs = escape(snapshots.needs(plan))
        pale = needs.replace(escape(plan.pool), mono) if plan.pool and needs.endswith(escape(plan.pool)) else needs
        self._needs.say(f"<span style='color:{theme.hex('text2')}'>{pale}</span>" if pale else "")
        self._memory.say(escape(snapshots.memory(plan)))


def _bold(text: str, figure: str) -> str:
    return escape(text).replace(escape(figure), f"<b>{escape(figure)}</b>") if text else ""


class PlanView(QWidget):
    """All of a plan but its buttons. flat: without the table of steps reaching to the edges."""

    def __init__(self, parent: QWidget | None = None, *, margin: int = MARGIN) -> None:
        super().__init__(parent)
        self._margin = margin
        self.glance = Glance()
        self.picture = ChainPicture()
        self.steps = PlanSteps()
        self._notes = QVBoxLayout()
        self._notes.setSpacing(theme.px(6))
        self.notes: list[Note] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.px(10), 0, theme.px(8))
        column.setSpacing(theme.px(8))
        for part in (self.glance, self.picture):
            column.addLayout(self._inset(part))
        column.addWidget(self.steps)
        notes = QHBoxLayout()
        notes.setContentsMargins(theme.px(margin), 0, theme.px(margin), 0)
        notes.addLayout(self._notes)
        column.addLayout(notes)
        column.addStretch(1)
        self.show_only([])

    def _inset(self, part: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(theme.px(self._margin), 0, theme.px(self._margin), 0)
        row.addWidget(part)
        return row

    def show_plan(
        self,
        plan: SnapshotPlan,
        facts: SnapshotFacts | None,
        state: State,
        now: float,
        rows: list[StepRow] | None = None,
    ) -> None:
        """state: of the VM now. rows: its `step_rows`, where a worker made them: of thousands of steps they take a while."""
        refused = bool(plan.refused)
        self.glance.show_plan(plan, state, facts)
        self.glance.setVisible(not refused)
        drawn = not refused and plan.before != plan.after  # else no file changes
        self.picture.show_chains(plan.before if drawn else (), plan.after if drawn else ())
        self.steps.show_rows([] if refused else step_rows(plan, facts, state, now) if rows is None else rows)
        self.show_says(snapshot_says.told(plan), now)

    def show_says(self, says: Iterable[Say], now: float) -> None:
        every = list(says)
        said: list[tuple[str, str, str]] = []
        for weight in (Weight.STOP, Weight.WARNING):
            some = [snapshot_says.say(say, now) for say in every if say.weight is weight]
            said += [(_TONES[weight], one.cause, one.sentence) for one in some[:NOTES]]
            if len(some) > NOTES:
                rest = len(some) - NOTES
                more = ngettext("{n} more of the kind", "{n} more of the kind", rest).format(n=units.count(rest))
                said.append((_TONES[weight], "", more))
        facts = [snapshot_says.say(say, now).line for say in every if say.weight is Weight.FACT]
        if facts:
            said.append(("info", "", " ".join(facts)))
        self.show_notes(said)

    def show_notes(self, said: list[tuple[str, str, str]]) -> None:
        """(tone, cause, sentence) of each."""
        while len(self.notes) > len(said):
            note = self.notes.pop()
            self._notes.removeWidget(note)
            note.hide()
            note.deleteLater()
        for number, (tone, cause, sentence) in enumerate(said):
            if number == len(self.notes):
                self.notes.append(Note(tone))
                self._notes.addWidget(self.notes[number])
            self.notes[number].say(cause, sentence, tone)
            self.notes[number].show()

    def show_only(self, said: list[tuple[str, str, str]]) -> None:
        """Notes and nothing else: while the host is asked, or where it cannot be."""
        self.glance.hide()
        self.picture.show_chains((), ())
        self.steps.show_rows([])
        self.show_notes(said)


def step_rows(plan: SnapshotPlan, facts: SnapshotFacts | None, state: State, now: float) -> list[StepRow]:
    """The steps in words; the line without return stands over the first that loses something."""
    rows, lost, short = [], False, snapshots.labels(plan)
    for step in plan.steps:
        line = snapshots.no_way_back(plan, facts, now) if step.loses and not lost else ""
        lost = lost or step.loses
        rows.append(
            StepRow(
                snapshots.step(step, plan, state, short),
                snapshots.step_files(step, plan, short),
                snapshots.step_size(step),
                snapshots.if_stops(step),
                _tip(step),
                step.op is Op.REMOVE and step.gain > 0,
                line,
            )
        )
    return rows


def _tip(step: Step) -> str:
    """Whole paths, where names stand for them."""
    paths = [path for path in (step.file, step.onto) if path and posixpath.isabs(path)]
    return "\n".join([*paths, *((", ".join(step.names),) if step.names and not paths else ())])
