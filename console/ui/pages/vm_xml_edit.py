"""The XML of a VM being edited: typed, checked as it is typed, looked at as a plan, applied."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace
from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from console.fleet.domains import Domain, VmKey
from console.fleet.edits import Change, Finding, FlawedText, Severity
from console.fleet.errors import Failed, FleetError, Reason
from console.jobs.job import JobState, JobView
from console.jobs.runner import JobHandle
from console.libvirtxml import changes
from console.libvirtxml.merging import Merge
from console.services.edit import Applied, Begun, Draft, EditPlan
from console.ui.context import Context
from console.ui.dialogs.xml_changes import XmlChangesDialog
from console.ui.dialogs.xml_merge import XmlMergeDialog
from console.ui.widgets.edit_bar import EditBar
from console.ui.widgets.finding_list import FindingList
from console.ui.widgets.note_place import NotePlace
from console.ui.widgets.notes import Note
from console.ui.widgets.xml_editor import XmlEditor
from console.words import _, edits, errors, ngettext, units

CHECK_MS = 300  # after the last key before the text is checked
LOOK_MS = 700  # after the VM changed before what is stored is compared with what the edit began from
COMPARE_EVERY = 10.0  # seconds between two looks at what is stored while nothing else is heard
BAD_SCHEMA = 92  # VIR_ERR_XML_INVALID_SCHEMA

Both = tuple[Merge, tuple[Sequence[Change], Sequence[Change]]]  # merged, and what each changed


@dataclass
class _Work:
    """One VM's edit, while another VM is looked at too."""

    draft: Draft
    text: str
    place: int = 0
    handle: JobHandle | None = None


class VmXmlEdit(QWidget):
    """The editor with its bar. Edits of several VMs can be open; each is kept until it is applied or discarded.

    Signals:
        left(object): editing has ended: Applied, or None where it was discarded.
    """

    left = Signal(object)

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self._works: dict[VmKey, _Work] = {}
        self._key: VmKey | None = None
        self._number = self._turn = 0
        self._findings: tuple[Finding, ...] = ()
        self._fresh = True
        self._compared = 0.0
        self.editor = XmlEditor()
        self.findings = FindingList()
        self.findings.chosen.connect(self._go_to)
        self._bar = EditBar(self.editor)
        self.search, self._hits, self._said = self._bar.finder.field, self._bar.finder.hits, self._bar.said
        self.secrets, self.discard, self.review = self._bar.secrets, self._bar.discard, self._bar.review
        self.secrets.clicked.connect(self._on_secrets)
        self.discard.clicked.connect(self._on_discard)
        self.review.clicked.connect(lambda: self.look())
        self._notes = NotePlace()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addWidget(self._notes)
        column.addWidget(self.editor, 1)
        column.addWidget(self.findings)
        self._soon = QTimer(self, interval=CHECK_MS, singleShot=True)
        self._soon.timeout.connect(self._check)
        self._later = QTimer(self, interval=LOOK_MS, singleShot=True)
        self._later.timeout.connect(self._compare)
        self.editor.textChanged.connect(self._on_typed)
        ctx.bridge.jobs_changed.connect(self._on_jobs)

    # which VM

    def editing(self, key: VmKey) -> bool:
        """An edit of this VM is open."""
        return key in self._works

    def begin(
        self,
        domain: Domain,
        failed: Callable[[FleetError], object],
        ready: Callable[[], object] = lambda: None,
        secrets: bool = False,
    ) -> None:
        """Reads the configuration on a worker and begins, then calls `ready`; `failed` where it cannot be read. Neither where
        another VM was turned to meanwhile."""
        edit, key, turn = self._ctx.services.edit, domain.key, self._turn

        def work() -> tuple[Draft, Begun | None]:
            draft = edit.begin(key, secrets)
            with contextlib.suppress(Failed):  # what is kept is only a help
                return draft, edit.begun(key)
            return draft, None

        def done(found: tuple[Draft, Begun | None]) -> None:
            if isValid(self) and turn == self._turn:
                draft, begun = found
                self._works[key] = _Work(draft, draft.text)
                self._key = None
                self.show_vm(key)
                ready()
                if begun is not None and begun.text.strip() != draft.text.strip() and not secrets:
                    self._offer(begun)

        def refused(error: FleetError) -> None:
            if isValid(self) and turn == self._turn:
                failed(error)

        self._ctx.bridge.run(work, done, refused)

    def _offer(self, begun: Begun) -> None:
        """An edit of this VM was begun earlier, and neither applied nor discarded."""
        assert self._key is not None
        key = self._key
        cause = _("You began to change this VM: {time}.").format(time=units.moment(begun.at, time.time()))
        note = self._notes.tell("info", cause, _("It was neither applied nor discarded."))

        def take_up() -> None:
            self._notes.clear()
            self._work.draft = replace(self._work.draft, text=begun.base)
            self.editor.replace_text(begun.text)

        def forget() -> None:
            self._notes.clear()
            self._drop(key)

        note.add_button(_("Take it up again"), take_up)
        note.add_button(_("Discard it"), forget)

    def _drop(self, key: VmKey) -> None:
        edit = self._ctx.services.edit
        self._ctx.bridge.run(lambda: edit.drop_text(key), failed=lambda _error: None)

    def show_vm(self, key: VmKey) -> None:
        """Shows this VM's edit; the one that was shown is kept as it is."""
        if self._key == key and self._works[key].text == self.text():
            return
        self.leave()
        self._key = key
        work = self._works[key]
        self.editor.show_text(work.draft.text)
        if work.text.strip() != work.draft.text.strip():
            self.editor.replace_text(work.text)
        self.editor.verticalScrollBar().setValue(work.place)
        self.secrets.setChecked(work.draft.secrets)
        self._notes.clear()
        self._check()
        self.editor.setFocus()

    def leave(self) -> None:
        """Keeps what was typed, to be shown again."""
        work = self._works.get(self._key) if self._key is not None else None
        if work is not None:
            work.text, work.place = self.text(), self.editor.verticalScrollBar().value()
        self._key = None
        self._turn += 1

    def vm_changed(self, fresh: bool, changed: bool = True) -> None:
        """Something was heard of the VM or its host. changed: the VM is different. Somebody else may have changed its
        configuration: looked for then, and else now and then, since not all of it shows."""
        if fresh is not self._fresh:
            self._fresh = fresh
            self._judge()
        due = changed or time.monotonic() - self._compared > COMPARE_EVERY
        if fresh and due and self._key is not None and self._works[self._key].handle is None:
            self._compared = time.monotonic()
            self._later.start()

    def text(self) -> str:
        return self.editor.toPlainText()

    @property
    def _work(self) -> _Work:
        assert self._key is not None
        return self._works[self._key]

    # typing

    @Slot()
    def _on_typed(self) -> None:
        self._soon.start()

    @Slot()
    def _check(self) -> None:
        """On a worker: what is wrong, and how much is different."""
        if self._key is None:
            return
        self._soon.stop()
        self._number += 1
        number, draft, text, edit = self._number, self._work.draft, self.text(), self._ctx.services.edit
        at = time.time()

        def work() -> tuple[tuple[Finding, ...], int]:
            if text.strip() != draft.text.strip():
                with contextlib.suppress(Failed):
                    edit.keep_text(draft, text, at)
            findings = edit.check(draft, text)
            wrong = any(finding.severity is Severity.ERROR for finding in findings)
            return findings, 0 if wrong else len(changes.compare(draft.text, text))

        def done(found: tuple[tuple[Finding, ...], int]) -> None:
            if isValid(self) and number == self._number:
                self._findings = found[0]
                self.editor.show_findings(found[0])
                self.findings.show_findings(found[0])
                self._judge(found[1])

        self._ctx.bridge.run(work, done)

    def _judge(self, count: int | None = None) -> None:
        """What can be done now, and why not."""
        if self._key is None:
            return
        wrong = sum(finding.severity is Severity.ERROR for finding in self._findings)
        applying = self._work.handle is not None
        if applying:
            why = _("It is being applied.")
        elif not self._fresh:
            why = _("Its host is not live. What you write stays here.")
        elif wrong:
            why = ngettext("{count} error", "{count} errors", wrong).format(count=wrong)
        else:
            why = ""
        if why or count is not None:
            self._said.setText(why or (edits.counted(count) if count else _("No changes")))
        self.review.setEnabled(not why and count != 0)
        self.review.setToolTip(why)
        self.editor.setReadOnly(applying)
        self.discard.setEnabled(not applying)
        modified = self.text().strip() != self._work.draft.text.strip()
        self.secrets.setEnabled(not modified and not applying)
        tip = (
            _("Apply or discard your changes first.")
            if modified
            else _("Show passwords too; else they stay as they are.")
        )
        self.secrets.setToolTip(tip)

    @Slot(object)
    def _go_to(self, finding: Finding) -> None:
        self.editor.go_to(finding.line, finding.column)
        self.editor.setFocus()

    @Slot()
    def _on_secrets(self) -> None:
        domain = self._ctx.inventory.domain(self._key) if self._key is not None else None
        if domain is not None:
            self.begin(domain, self._failed, secrets=self.secrets.isChecked())

    @Slot()
    def _on_discard(self) -> None:
        if self._key is not None:
            self._drop(self._key)
            del self._works[self._key]
        self._key = None
        self.left.emit(None)

    # somebody else

    @Slot()
    def _compare(self) -> None:
        """On a worker: is what is stored still what the edit began from."""
        if self._key is None:
            return
        key, draft, look = self._key, self._work.draft, self._ctx.services.look
        if draft.secrets or self._work.handle is not None:
            return  # it is compared when the changes are looked at

        def done(same: bool) -> None:
            still = isValid(self) and key == self._key and self._work.draft is draft and self._work.handle is None
            if still and not same:
                cause = _("Somebody else changed this VM meanwhile.")
                said = _("Nothing of theirs is overwritten: look at both changes.")
                self._notes.tell("warning", cause, said).add_button(_("Look…"), lambda: self.look())

        self._ctx.bridge.run(lambda: changes.same(look.xml(key, inactive=True), draft.text), done)

    # looking and applying

    def look(self, validate: bool = True) -> None:
        """Plans on a worker, then shows the changes; or both changes, where somebody else was quicker."""
        if self._key is None:
            return
        draft, text, edit = self._work.draft, self.text(), self._ctx.services.edit
        self.review.setEnabled(False)

        def work() -> tuple[EditPlan, Both | None]:
            plan = edit.plan(draft, text, validate=validate)
            if not plan.theirs:
                return plan, None
            return plan, (edit.merge(plan), (changes.compare(plan.base, plan.theirs), plan.changes))

        def done(found: tuple[EditPlan, Both | None]) -> None:
            if isValid(self) and self._key == found[0].key:
                self._judge()
                self._show(*found)

        def failed(error: FleetError) -> None:
            if isValid(self) and self._key == draft.key:
                self._judge()
                self._failed(error)

        self._ctx.bridge.run(work, done, failed)

    def _show(self, plan: EditPlan, both: Both | None) -> None:
        self._notes.clear()
        if both is not None:
            merged: Callable[[str], None] = lambda text: self._merged(plan, text)  # noqa: E731
            XmlMergeDialog(self._ctx, plan, *both, merged, self._on_discard, self.window()).show_at()
        else:
            XmlChangesDialog(self._ctx, plan, self.apply, self.window()).show_at()

    def _merged(self, plan: EditPlan, text: str) -> None:
        """Both changes are in the editor now, as an edit of what the other stored."""
        draft, _text = self._ctx.services.edit.rebased(plan, text)
        work = self._works.get(plan.key)
        if work is None:
            return
        work.draft = draft
        if self._key == plan.key:
            self.editor.replace_text(text)
            said = _("Look through it, then review the changes again.")
            self._notes.tell("info", _("Their change and yours are both in the text."), said)
        else:
            work.text = text

    def apply(self, plan: EditPlan) -> None:
        """Begins the task; what is typed stays until it has succeeded."""
        work = self._works.get(plan.key)
        handle = self._ctx.services.edit.run(plan)
        if work is None:
            return
        work.handle = handle
        self._judge()
        self._ended(handle.view)  # it may be over already

    @Slot(object)
    def _on_jobs(self, views: tuple[JobView, ...]) -> None:
        for view in views:
            self._ended(view)

    def _ended(self, view: JobView) -> None:
        if not view.state.ended:
            return
        for key, work in tuple(self._works.items()):
            if work.handle is None or work.handle.id != view.id:
                continue
            result, work.handle = work.handle.result, None
            if view.state is JobState.SUCCEEDED:
                del self._works[key]
                self._drop(key)
                if self._key == key:
                    self._key = None
                    self.left.emit(result if isinstance(result, Applied) else None)
            elif self._key == key:
                self._judge()
                if view.problem is not None:
                    self._refused(view)

    def _refused(self, view: JobView) -> None:
        """Why it was not applied, and what to do about it."""
        assert view.problem is not None
        note = self._failed(FleetError(view.problem, view.what or view.target))
        if view.problem.reason is Reason.CHANGED:
            note.add_button(_("Look at both…"), lambda: self.look())
        elif view.problem.code == BAD_SCHEMA:
            note.add_button(_("Apply without that check…"), lambda: self.look(validate=False))

    # saying

    def _failed(self, error: FleetError) -> Note:
        if isinstance(error, FlawedText):
            return self._notes.tell("error", edits.finding(error.finding))
        said = errors.explain(error, "vm.edit")
        words = _("“{words}”").format(words=said.words) if said.words else ""
        return self._notes.tell("error", said.what, " ".join(part for part in (said.why, words, said.next) if part))
