"""Where the program begins: the command line, or the window where no command is given."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.app import Options
    from console.cli import base
    from console.services.services import Services

# the rest is imported where it is needed: help and completion need no libvirt, and Ctrl-C is heeded from the first moment


def _options(given: base.Options) -> Options:
    from console.app import Options  # noqa: PLC0415
    from console.settings.paths import Profile  # noqa: PLC0415

    profile = Profile.at(given.profile) if given.profile is not None else Profile.default()
    return Options(profile, given.fleet, given.demo)


@contextlib.contextmanager
def _services(given: base.Options) -> Iterator[Services]:
    from console import words  # noqa: PLC0415
    from console.app import App, calm_collector  # noqa: PLC0415

    calm_collector()
    app = App(_options(given))
    words.install(app.preferences.value.language)
    app.gateway.hurry()
    app.start(connect=False, watch=False)
    try:
        yield app.services
    finally:
        app.close()


def _window(given: base.Options) -> int:
    from console import desktop  # noqa: PLC0415

    return desktop.run(_options(given))


def _run() -> int:
    from console import words  # noqa: PLC0415
    from console.cli import base  # noqa: PLC0415
    from console.cli.main import run  # noqa: PLC0415

    words.install(None)
    return run(sys.argv[1:], base.Program(services=_services, window=_window))


def main() -> int:
    """Runs the program; what hangs in a library at the end does not keep the process."""
    try:
        code = _run()
    except KeyboardInterrupt:
        code = 1
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):  # broken pipe, full disk, closed
            stream.flush()
    os._exit(code)  # a thread that hangs in a call to a dead host must not hold up the end


if __name__ == "__main__":
    main()
