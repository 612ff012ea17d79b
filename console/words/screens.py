"""What is said where no window can be shown."""

from __future__ import annotations

from collections.abc import Mapping

from console.words.translation import _


def none(environment: Mapping[str, str]) -> str:
    """No display answers: which, and what to do."""
    named = ", ".join(f"{name}={environment[name]}" for name in ("WAYLAND_DISPLAY", "DISPLAY") if environment.get(name))
    what = (
        _("The window cannot be opened: no display answers at {where}.").format(where=named)
        if named
        else _("The window cannot be opened: there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set).")
    )
    do = _("Start it within a desktop session, or over ssh -X. Without a display the commands work: splendid --help.")
    return f"{what} {do}"
