"""The language in use: gettext over the compiled catalogs in i18n/."""

from __future__ import annotations

import gettext
import os
from pathlib import Path

from console.settings import resources

DOMAIN = "splendid"
SOURCE = "en"  # the language the texts are written in

_translation: gettext.NullTranslations = gettext.NullTranslations()
_language = SOURCE


def available(catalogs: Path | None = None) -> tuple[str, ...]:
    """Languages that can be installed, English first."""
    compiled = sorted((catalogs or resources.folder("i18n")).glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))
    return (SOURCE, *(path.parents[1].name for path in compiled))


def install(language: str | None = None, catalogs: Path | None = None) -> str:
    """Makes `language` the one in use; None or "" takes it from the environment, as gettext does. Returns what is in use.

    A language without a catalog, or with a broken one, leaves English.
    """
    global _translation, _language
    folder = catalogs or resources.folder("i18n")
    wanted = _expanded([language] if language else _from_environment())
    before_english = wanted[: wanted.index(SOURCE)] if SOURCE in wanted else wanted
    for name in before_english:
        try:
            with (folder / name / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
                _translation = gettext.GNUTranslations(file)
        except (OSError, UnicodeDecodeError):
            continue
        _language = name
        return name
    _translation, _language = gettext.NullTranslations(), SOURCE
    return SOURCE


def language() -> str:
    """The language in use, for example "de"."""
    return _language


def _from_environment() -> list[str]:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return value.split(":")
    return []


def _expanded(names: list[str]) -> list[str]:
    """Each name without encoding, then without its country: de_AT.UTF-8 gives de_AT, de."""
    found: list[str] = []
    for name in names:
        plain = name.partition(".")[0].partition("@")[0].replace("-", "_")
        for candidate in (plain, plain.partition("_")[0]):
            if candidate in ("C", "POSIX"):
                candidate = SOURCE
            if candidate and candidate not in found:
                found.append(candidate)
    return found


def N_(message: str) -> str:
    """Marks a text for translation and leaves it as it is."""
    return message


def _(message: str) -> str:
    return _translation.gettext(message) if message else ""


def ngettext(singular: str, plural: str, n: int) -> str:
    return _translation.ngettext(singular, plural, n)


def pgettext(context: str, message: str) -> str:
    """Translates a text that means different things in different places."""
    return _translation.pgettext(context, message)
