"""A host's question, put to a person once: user name, password, passphrase, or whether its key is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from console.fleet.credentials import Wanted
from console.services.credentials import Pending
from console.ui.dialogs.base import Dialog, mono
from console.ui.widgets.host_form import field
from console.ui.widgets.labels import label
from console.words import N_, _, questions

if TYPE_CHECKING:
    from console.ui.context import Context

LOOK_EVERY = 500  # ms between two looks whether the question was given up

_NO_KEYRING = {
    "no-backend": N_("No keyring was found on this desktop: it is kept until Splendid closes."),
    "locked": N_("The keyring is locked: it is kept until Splendid closes."),
    "silent": N_("The keyring does not answer: it is kept until Splendid closes."),
    "broken": N_("The keyring answers with an error: it is kept until Splendid closes."),
}


def why_no_keyring(code: str | None) -> str:
    """Why nothing can be kept in the keyring, a sentence; "" where it can."""
    return _(_NO_KEYRING.get(code, _NO_KEYRING["broken"])) if code else ""


class CredentialDialog(Dialog):
    """Closing it, however, is an answer: none. It closes itself when the host gives up waiting."""

    def __init__(self, ctx: Context, pending: Pending, parent: QWidget | None = None) -> None:
        asked = questions.ask(pending.question)
        super().__init__(asked.title, parent, width=480)
        self._pending = pending
        is_key = pending.question.wanted is Wanted.HOST_KEY
        text = asked.text.removesuffix(pending.question.detail).rstrip() if is_key else asked.text
        if asked.wrong:
            self.tell("error", asked.wrong)
        self.body.addWidget(label(text, wrap=True))
        self.field = QLineEdit()
        self.keep = QCheckBox(_("Keep in the keyring"))
        if is_key:
            self.body.addWidget(mono(pending.question.detail))
        else:
            if asked.secret:
                self.field.setEchoMode(QLineEdit.EchoMode.Password)
            elif pending.question.detail:
                self.field.setText(pending.question.detail)
            self.body.addLayout(field(asked.label, self.field))
        self._hint = label("", "secondary", wrap=True)
        if asked.keepable:
            self.body.addWidget(self.keep)
            self.body.addWidget(self._hint)
            secrets = ctx.services.credentials.secrets
            self._show_keyring(secrets.why_no_keyring)
            self.read(ctx.bridge, secrets.check, self._show_keyring)
        self.body.addStretch(1)
        self.add_close(_("Don't connect"))
        self.add_main(asked.accept, self._go)
        self._watch = QTimer(self)
        self._watch.timeout.connect(self._look)
        self._watch.start(LOOK_EVERY)
        self.finished.connect(self._ended)
        self.field.setFocus()

    def _show_keyring(self, code: str | None) -> None:
        why = why_no_keyring(code)
        self.keep.setEnabled(not why)
        if why:
            self.keep.setChecked(False)
        self._hint.setText(why or _("Otherwise it is kept until Splendid closes. It is never written to a file."))

    def _look(self) -> None:
        if self._pending.answered:
            self.reject()

    def _go(self) -> None:
        trusted = self._pending.question.wanted is Wanted.HOST_KEY
        self._pending.answer("yes" if trusted else self.field.text(), self.keep.isChecked())
        self.field.clear()
        self.accept()

    def _ended(self, _result: int) -> None:
        self._watch.stop()
        self._pending.answer(None)
