"""A host's questions before it lets us in: for a dialog, and for a prompt in a terminal."""

from __future__ import annotations

import msgspec

from console.fleet.credentials import Question, Wanted
from console.words.translation import N_, _


class Asked(msgspec.Struct, frozen=True):
    """title: what it is about; text: the explanation; label: of the field; accept: of the button; secret: don't echo;
    wrong: that the last answer was not right, "" for the first."""

    title: str
    text: str
    label: str
    accept: str
    secret: bool
    keepable: bool
    wrong: str = ""


_TITLES = {
    Wanted.USERNAME: N_("User name for {host}"),
    Wanted.PASSWORD: N_("Password for {host}"),
    Wanted.PASSPHRASE: N_("Passphrase for {host}"),
    Wanted.HOST_KEY: N_("Is this {host}?"),
}
_LABELS = {
    Wanted.USERNAME: N_("User name"),
    Wanted.PASSWORD: N_("Password"),
    Wanted.PASSPHRASE: N_("Passphrase of the key"),
    Wanted.HOST_KEY: N_("Fingerprint"),
}


def ask(question: Question) -> Asked:
    secret = question.wanted in (Wanted.PASSWORD, Wanted.PASSPHRASE)
    if question.wanted is Wanted.HOST_KEY:
        text = _(
            "{host} was not seen from here before. Compare this fingerprint with the host's own "
            "before you trust it: {fingerprint}"
        ).format(host=question.host_name, fingerprint=question.detail)
    elif question.wanted is Wanted.PASSPHRASE and question.detail:
        text = _("The key {key} is locked. {host} waits for it, and so may others.").format(
            key=question.detail, host=question.host_name
        )
    elif question.wanted is Wanted.PASSWORD and question.detail:
        text = _("{host} asks for the password of {user}.").format(host=question.host_name, user=question.detail)
    else:
        text = _("{host} asks: {prompt}").format(host=question.host_name, prompt=question.prompt.strip() or "?")
    wrong = _("That was not right. Try again.") if question.again and question.wanted is not Wanted.HOST_KEY else ""
    return Asked(
        title=_(_TITLES[question.wanted]).format(host=question.host_name),
        text=text,
        label=_(_LABELS[question.wanted]),
        accept=_("Trust and connect") if question.wanted is Wanted.HOST_KEY else _("Connect"),
        secret=secret,
        keepable=secret and not question.once,
        wrong=wrong,
    )
