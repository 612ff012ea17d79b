"""Preferences: each takes effect at once, so there is nothing to apply."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QGridLayout, QWidget

from console.settings.paths import Profile
from console.settings.preferences import RANGES, Leaving, Mode
from console.ui.dialogs.base import Dialog, mono
from console.ui.dialogs.credentials import why_no_keyring
from console.ui.theme import theme
from console.ui.widgets.buttons import Button
from console.ui.widgets.labels import Heading, label
from console.ui.widgets.tabs import Segment, Segmented
from console.words import _, available, pgettext

if TYPE_CHECKING:
    from console.ui.context import Context

_LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español"}


class PreferencesDialog(Dialog):
    """Two columns: looks and reading left, what asks and tells right; where things are kept below."""

    def __init__(self, ctx: Context, profile: Profile, parent: QWidget | None = None) -> None:
        super().__init__(_("Preferences"), parent, width=760)
        self._store = ctx.preferences
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.px(16))
        self._grid.setVerticalSpacing(theme.px(10))
        self._grid.setColumnMinimumWidth(0, theme.px(190))
        self._grid.setColumnStretch(1, 1)
        self.body.addLayout(self._grid)
        self.body.addStretch(1)
        self._looks()
        self._reading()
        self._asking()
        self._keeping(ctx, profile)
        self.add_close(_("Close")).setDefault(True)

    def _section(self, title: str) -> None:
        self._grid.addWidget(Heading(title), self._grid.rowCount(), 0, 1, 2)

    def _row(self, name: str, widget: QWidget, hint: str = "") -> None:
        row = self._grid.rowCount()
        said = label(name, tone="text2")
        said.setBuddy(widget)
        if not widget.accessibleName():
            widget.setAccessibleName(name)
        self._grid.addWidget(said, row, 0)
        cell = QGridLayout()
        cell.setHorizontalSpacing(theme.px(12))
        cell.addWidget(widget, 0, 0)
        cell.addWidget(label(hint, "secondary", tone="text3", wrap=True), 0, 1)
        cell.setColumnStretch(1, 1)
        self._grid.addLayout(cell, row, 1)

    def _number(self, key: str, unit: str, step: float, digits: int = 0) -> QDoubleSpinBox:
        box = QDoubleSpinBox()
        box.setDecimals(digits)
        box.setRange(*RANGES[key])
        box.setSingleStep(step)
        box.setSuffix(unit)
        box.setKeyboardTracking(False)
        box.setMinimumWidth(theme.px(110))
        box.lineEdit().setTextMargins(theme.px(6), 0, 0, 0)
        box.setValue(getattr(self._store.value, key))
        whole = isinstance(getattr(self._store.value, key), int)
        box.valueChanged.connect(lambda value: self._store.set(**{key: int(value) if whole else value}))
        return box

    def _tick(self, key: str, text: str) -> QCheckBox:
        box = QCheckBox(text)
        box.setChecked(getattr(self._store.value, key))
        box.toggled.connect(lambda on: self._store.set(**{key: on}))
        return box

    def _looks(self) -> None:
        value = self._store.value
        self._section(_("Looks"))
        self.mode = Segmented(
            [
                Segment(Mode.SYSTEM, _("As the desktop")),
                Segment(Mode.LIGHT, pgettext("look", "Light")),
                Segment(Mode.DARK, pgettext("look", "Dark")),
            ],
            _("Colours"),
        )
        self.mode.set_current(value.theme)
        self.mode.chosen.connect(lambda mode: self._store.set(theme=Mode(mode)))
        self._row(_("Colours"), self.mode)
        self.scale = self._number("font_scale", "×", 0.05, 2)
        self._row(_("Text size"), self.scale, _("times the desktop's, from the next start on"))
        self.compact = self._tick("compact", _("More rows: tables stand closer"))
        self._row(_("Tables"), self.compact)
        columns = Button(_("As they come"))
        columns.setAccessibleName(_("Reset the columns of the VM table"))
        columns.clicked.connect(lambda: self._store.set(columns=(), widths={}))
        self._row(_("Columns of the VM table"), columns)
        self.language = QComboBox()
        self.language.addItem(_("As the desktop"), None)
        for code in available():
            self.language.addItem(_LANGUAGES.get(code, code), code)
        self.language.setCurrentIndex(max(0, self.language.findData(value.language)))
        self.language.currentIndexChanged.connect(lambda _i: self._store.set(language=self.language.currentData()))
        self._row(_("Language"), self.language, _("from the next start on"))

    def _reading(self) -> None:
        self._section(_("Reading the hosts"))
        self.interval = self._number("interval", " s", 1.0)
        self._row(
            _("Load is read every"), self.interval, _("from the next start on; states come by themselves, at once")
        )

    def _asking(self) -> None:
        self._section(_("Asking and telling"))
        self.confirm = self._tick("confirm_loss", _("Ask before force off and force reset"))
        self._row(_("Forced acts"), self.confirm)
        self.preview = self._number("preview_from", "", 1.0)
        self._row(_("Show what will happen from"), self.preview, _("VMs on, before it does"))
        self.at_once = self._number("bulk_limit", "", 1.0)
        self._row(_("At once on a host"), self.at_once, _("of an act on many VMs"))
        self.notify = self._tick("notifications", _("Tell the desktop when a long task ends"))
        self._row(_("Notifications"), self.notify)
        self.after = self._number("notify_after", " s", 5.0)
        self._row(_("A task is long after"), self.after)
        self.leaving = QComboBox()
        choices: dict[Leaving, Callable[[], str]] = {
            Leaving.ASK: lambda: _("Ask"),
            Leaving.WAIT: lambda: _("Close when they have ended"),
            Leaving.CANCEL: lambda: _("Cancel them"),
        }
        for leaving, text in choices.items():
            self.leaving.addItem(text(), leaving)
        self.leaving.setCurrentIndex(self.leaving.findData(self._store.value.leaving))
        self.leaving.currentIndexChanged.connect(
            lambda _i: self._store.set(leaving=Leaving(self.leaving.currentData()))
        )
        self._row(_("Leaving while tasks run"), self.leaving)

    def _keeping(self, ctx: Context, profile: Profile) -> None:
        self._section(_("Where things are kept"))
        for name, path in (
            (_("Hosts"), profile.fleet_file),
            (_("Preferences"), profile.preferences_file),
            (_("Last seen, tasks"), profile.database.parent),
        ):
            row = self._grid.rowCount()
            self._grid.addWidget(label(name, tone="text2"), row, 0)
            self._grid.addWidget(mono(str(path)), row, 1)
        row = self._grid.rowCount()
        self._grid.addWidget(label(_("Passwords"), tone="text2"), row, 0)
        self._keyring = label(_("Asking the keyring…"), tone="text2", wrap=True)
        self._grid.addWidget(self._keyring, row, 1)
        self.read(ctx.bridge, ctx.services.credentials.secrets.check, self._show_keyring)

    def _show_keyring(self, code: str | None) -> None:
        self._keyring.setText(why_no_keyring(code) or _("in the desktop's keyring, which answers"))
