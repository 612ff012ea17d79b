"""The questions of one attempt to open a host: libvirt's, and those that ssh asks through our helper."""

from __future__ import annotations

import base64
import re
import threading
import time
from typing import Any

import libvirt

from console.fleet.credentials import Ask, Question, Wanted
from console.fleet.hosts import HostSpec
from console.fleet.uris import address_of
from console.gateway import ssh
from console.gateway.uri import take_apart

ASKS = 3  # how often one thing is asked for, the first time included

_KEY = re.compile(r"Enter passphrase for key '(.+)': ?\Z")
_OWN_PASSWORD = re.compile(r"(?P<user>[^@\n]*)@(?P<host>\S+)'s password: ?\Z")
_OF_HOST = re.compile(r"\((?P<user>[^@\n]*)@(?P<host>[^)\n]*)\) (?P<text>.*)\Z", re.DOTALL)
_PASSWORD = re.compile(
    r"(password|passwort|kennwort|mot de passe|contraseña|senha)( for [^:]*)?\s*:?\s*\Z", re.IGNORECASE
)
_UNKNOWN_KEY = re.compile(
    r"The authenticity of host '(?P<host>\S+).*?\s(?P<kind>\S+) key fingerprint is (?P<print>\S+?)\.?\s", re.DOTALL
)
"""What ssh itself asks begins like this; what a host makes it ask begins with "(user@host) "."""


def place_of(address: str) -> str:
    """What a person calls that whose secret is meant: a key's path, user@host."""
    return address.partition(":")[2].removeprefix("//")


def _without_port(host: str) -> str:
    """The host in [host]:port."""
    return host[1:].partition("]")[0] if host.startswith("[") else host


def fingerprint(hash_: str) -> str:
    """A host key's hash as ssh writes it (SHA256:…), where libssh writes 32 bytes as aa:bb:…; another is left as it is."""
    try:
        digest = bytes.fromhex(hash_.replace(":", ""))
    except ValueError:
        return hash_
    return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}" if len(digest) == 32 else hash_


class Asking:
    """Answers libvirt's and ssh's questions for one attempt to open, and knows whether somebody is being asked right now.

    again: what was answered before was wrong. declined: the question that got no answer. shown: the fingerprint of an
    unknown host key that was asked about. trusted: a fingerprint that a person has agreed to already.
    """

    def __init__(self, spec: HostSpec, ask: Ask, trusted: str = "") -> None:
        self._spec = spec
        self._ask = ask
        self._trusted = trusted
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._answers: dict[tuple[Wanted, str, str, str], list[str]] = {}
        self._answered: set[Wanted] = set()
        self._busy = 0
        self.again = False
        self.declined: Question | None = None
        self.shown = ""

    @property
    def busy(self) -> bool:
        """A person, or the keyring, is being asked."""
        return self._busy > 0

    def question(
        self,
        wanted: Wanted,
        prompt: str = "",
        detail: str = "",
        *,
        address: str = "",
        once: bool = False,
        name: str = "",
        asker: str = "",
    ) -> str | None:
        """Puts one question and returns the answer. address: whose secret it is, if not the host's. once: never kept.
        name: of another host, on the way to this one, that the question is about. asker: who asks for the same again only if
        the answer was wrong."""
        address = address or address_of(self._spec.uri)
        key = (wanted, address, prompt if once else "", asker)
        given = self._answers.setdefault(key, [])
        secret = wanted in (Wanted.PASSWORD, Wanted.PASSPHRASE)
        asked = Question(
            *(self._spec.id, name or self._spec.name, wanted, prompt, detail),
            again=self.again or (secret and bool(given)),
            address=address,
            once=once,
            began=self._began,
            tried=given[-1] if given and secret else "",
        )
        if secret and len(given) >= ASKS:
            self.declined = asked
            return None
        with self._lock:
            self._busy += 1
        try:
            answer = self._ask(asked)
        finally:
            with self._lock:
                self._busy -= 1
        if answer is None:
            self.declined = asked
        else:
            given.append(answer)
            self._answered.add(wanted)
        return answer

    @property
    def answered(self) -> bool:
        """A secret was given, so a refusal means that it was wrong."""
        return bool(self._answered & {Wanted.PASSWORD, Wanted.PASSPHRASE})

    def gave(self, wanted: Wanted) -> str | None:
        """For what (a key's path, a user) this was answered last; None = it was not."""
        keys = [key for key, given in self._answers.items() if key[0] is wanted and given]
        return place_of(keys[-1][1]) if keys else None

    def host_key(self, fingerprint: str, prompt: str = "", kind: str = "", host: str = "") -> bool:
        """Whether a person trusts a key that the host shows, or another `host` on the way to it."""
        self.shown = fingerprint
        if fingerprint == self._trusted:
            return True
        name = "" if not host or self._is_target(_without_port(host)) else host
        answer = self.question(Wanted.HOST_KEY, prompt, f"{kind} {fingerprint}".strip(), name=name)
        trusts = answer is not None and answer.lower() in ("y", "yes")
        if not trusts and self.declined is None:
            self.declined = Question(self._spec.id, self._spec.name, Wanted.HOST_KEY, prompt, fingerprint)
        return trusts

    # ssh's own

    def for_ssh(self, prompt: str, hint: str, asker: str = "") -> str | None:
        """What ssh gets for one of its prompts. "" for a passphrase: it goes on to the next key. None: it is to end."""
        if hint == "confirm":
            return "no"  # to add the key to the agent, or to use one of a forwarded agent: not ours to decide
        if found := _UNKNOWN_KEY.match(prompt):
            trusts = self.host_key(found["print"], prompt, found["kind"], found["host"].rstrip("'"))
            return found["print"] if trusts else "no"  # to its fingerprint ssh agrees only if it is the one
        if found := _KEY.match(prompt):
            if self.declined is not None:
                return ""
            return self.question(Wanted.PASSPHRASE, prompt, found[1], address=f"key:{found[1]}", asker=asker) or ""
        if self.declined is not None or self._is_spent(prompt, asker):
            return None
        if found := _OWN_PASSWORD.match(prompt):
            return self._password(prompt, found["user"], found["host"], asker)
        if found := _OF_HOST.match(prompt):
            if _PASSWORD.match(found["text"]):
                return self._password(prompt, found["user"], found["host"], asker)
            return self.question(
                Wanted.PASSWORD, found["text"], address=self._of(found["user"], found["host"]), once=True
            )
        return self.question(Wanted.PASSWORD, prompt, once=True)

    def _is_spent(self, prompt: str, asker: str) -> bool:
        """A passphrase was asked for as often as it may be, and ssh would go on with a password."""
        for (wanted, address, _once, who), given in self._answers.items():
            if wanted is Wanted.PASSPHRASE and who == asker and len(given) >= ASKS:
                self.declined = Question(self._spec.id, self._spec.name, wanted, prompt, place_of(address))
        return self.declined is not None

    def _password(self, prompt: str, user: str, host: str, asker: str) -> str | None:
        here = self._is_target(host)
        return self.question(
            Wanted.PASSWORD, prompt, user if here else f"{user}@{host}", address=self._of(user, host), asker=asker
        )

    def _of(self, user: str, host: str) -> str:
        """Whose password it is: this host's, or that of another on the way to it."""
        return address_of(self._spec.uri) if self._is_target(host) else f"ssh://{user}@{host.lower()}"

    def _is_target(self, host: str) -> bool:
        target = take_apart(self._spec.uri)
        return host.lower() in (target.host.lower(), ssh.way_to(target).host.lower())

    # libvirt's

    def for_libvirt(self, credentials: list[list[Any]], _opaque: object) -> int:
        """The callback of openAuth: fills in result (index 4) of each [type, prompt, challenge, default, result]."""
        for credential in credentials:
            kind, prompt, challenge, default = credential[:4]
            answer = self._one(int(kind), str(prompt or ""), str(challenge or ""), str(default or ""))
            if answer is None:
                return -1
            credential[4] = answer
        return 0

    def _one(self, kind: int, prompt: str, challenge: str, default: str) -> str | None:
        if kind in (libvirt.VIR_CRED_AUTHNAME, libvirt.VIR_CRED_USERNAME):
            user = take_apart(self._spec.uri).user or default
            return user or self.question(Wanted.USERNAME, prompt, default)
        if kind == libvirt.VIR_CRED_ECHOPROMPT:
            if "host key" in prompt.lower():
                found = fingerprint(prompt.partition("hash '")[2].partition("'")[0] or challenge)
                return "y" if self.host_key(found, prompt) else "n"
            return self.question(Wanted.USERNAME, prompt, default)
        if kind == libvirt.VIR_CRED_REALM:
            return default
        words = prompt.lower()
        if "passphrase" in words and "key" in words:
            key = prompt.partition("'")[2].rpartition("'")[0]
            return self.question(Wanted.PASSPHRASE, prompt, key or challenge, address=f"key:{key}" if key else "")
        return self.question(Wanted.PASSWORD, prompt, challenge)
