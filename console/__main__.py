"""Where the program begins: the command line, or the window where no command is given."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

from console import words
from console.app import App, Options
from console.cli import base
from console.cli.main import run
from console.services.services import Services
from console.settings.paths import Profile


def _options(given: base.Options) -> Options:
    profile = Profile.at(given.profile) if given.profile is not None else Profile.default()
    return Options(profile, given.fleet, given.demo)


@contextlib.contextmanager
def _services(given: base.Options) -> Iterator[Services]:
    app = App(_options(given))
    words.install(app.preferences.value.language)
    app.start(connect=False, watch=False)
    try:
        yield app.services
    finally:
        app.close()


def _window(given: base.Options) -> int:
    from console import desktop  # noqa: PLC0415 - the command line never loads Qt

    return desktop.run(_options(given))


def main() -> int:
    """Runs the program; what hangs in a library at the end does not keep the process."""
    words.install(None)
    code = run(sys.argv[1:], base.Program(services=_services, window=_window))
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):  # broken pipe, full disk, closed
            stream.flush()
    os._exit(code)  # a thread that hangs in a call to a dead host must not hold up the end


if __name__ == "__main__":
    main()
