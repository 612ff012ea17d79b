"""The page of the clone wizard that asks how: addresses, what the guest forgets, what comes afterwards, words about them."""

from __future__ import annotations

import time
from collections.abc import Callable

from msgspec.structs import replace
from PySide6.QtWidgets import QCheckBox, QLineEdit

from console.fleet.clones.values import Macs, Reset
from console.ui.dialogs.clone_pages import Page, row
from console.ui.models import clone_draft
from console.ui.models.clone_draft import Draft
from console.ui.widgets.goes_when import GoesWhen
from console.ui.widgets.host_form import field
from console.ui.widgets.labels import label
from console.ui.widgets.tabs import Segment, Segmented
from console.words import _, clones


class HowPage(Page):
    """Addresses, what the guest forgets, what comes afterwards, and words about them."""

    def __init__(self, draft: Draft, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.macs = Segmented([Segment(one, clones.macs(one)) for one in Macs], _("MAC addresses"))
        self.about_macs = label("", "secondary", wrap=True)
        self.reset = Segmented([Segment(one, clones.reset(one)) for one in Reset], _("Reset of the guest"))
        self.about_reset = label("", "secondary", wrap=True)
        self.hostname, self.start = QCheckBox(), QCheckBox()
        self.goes = GoesWhen(clock=clock)
        self.build, self.note = QLineEdit(draft.build), QLineEdit(draft.note)
        self.tags = QLineEdit(", ".join(draft.tags))
        self.tags.setPlaceholderText(_("apart by commas"))
        self._build()
        for segmented in (self.macs, self.reset):
            segmented.chosen.connect(lambda _id: self._on_change())
        for box in (self.hostname, self.start):
            box.toggled.connect(lambda _on: self._on_change())
        self.goes.changed.connect(self.changed)
        for edit in (self.build, self.note, self.tags):
            edit.textChanged.connect(lambda _text: self.changed.emit())
        self.say_many(draft.count * len(draft.sources) > 1)
        self.show_draft(draft)

    def _build(self) -> None:
        self.section(_("MAC addresses"), first=True)
        self.column.addLayout(row(self.macs))
        self.column.addWidget(self.about_macs)
        self.section(_("Reset of the guest"))
        self.column.addLayout(row(self.reset))
        self.column.addWidget(self.about_reset)
        self.column.addWidget(self.hostname)
        self.section(_("Afterwards"))
        self.column.addWidget(self.start)
        self.column.addWidget(self.goes)
        self.section(_("Words that stay with the clones"))
        self.column.addLayout(
            row(
                field(_("Build"), self.build, optional=True),
                field(_("Note"), self.note, optional=True),
                field(_("Tags"), self.tags, optional=True),
                stretch=1,
            )
        )
        self.column.addStretch(1)

    def say_many(self, many: bool) -> None:
        """There will be several clones, or one."""
        self.start.setText(_("Start them when they are ready") if many else _("Start it when it is ready"))
        self.hostname.setText(
            _("Their host names become the VMs’ names") if many else _("Its host name becomes the VM’s name")
        )
        self.goes.say_many(many)

    def show_draft(self, draft: Draft) -> None:
        """Puts what it holds into the fields; `changed` follows."""
        self.macs.set_current(draft.macs)
        self.reset.set_current(draft.reset)
        self.hostname.setChecked(draft.hostname)
        self.start.setChecked(draft.start)
        self.goes.put(draft.throw_away, draft.expires)
        self._on_change()

    def _on_change(self) -> None:
        self.about_macs.setText(clones.about_macs(Macs(self.macs.current())))
        self.about_reset.setText(clones.about_reset(Reset(self.reset.current())))
        self.hostname.setVisible(self.reset.current() != Reset.NONE)
        self.changed.emit()

    def why_not(self) -> str:
        return self.goes.why_not()

    def put(self, draft: Draft) -> Draft:
        draft = clone_draft.with_tags(draft, self.tags.text())
        return replace(
            draft,
            macs=Macs(self.macs.current()),
            reset=Reset(self.reset.current()),
            hostname=self.hostname.isChecked(),
            start=self.start.isChecked(),
            throw_away=self.goes.throw_away.isChecked(),
            expires=self.goes.expires(),
            build=self.build.text().strip(),
            note=self.note.text().strip(),
        )
