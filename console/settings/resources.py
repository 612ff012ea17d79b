"""Where the program's own read-only files are: inside the installed package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def folder(name: str) -> Path:
    """The folder `name` ("resources", "i18n") of an installed package or of the checkout it runs from."""
    installed = _PACKAGE / name
    return installed if installed.is_dir() else _PACKAGE.parent / name
