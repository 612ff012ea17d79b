"""Click's own words, in the language in use: they stand in our catalog, since click brings no translations.

Click looks them up with the `gettext` of Python's library, which knows one domain a process and takes the language from the
environment alone. Here its modules get ours instead.
"""

from __future__ import annotations

import sys

import click

from console.words import N_, _, ngettext

MODULES = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types")

TEXTS = (
    N_("(dynamic)"),
    N_("Arguments"),
    N_("Choose from:\n\t{choices}"),
    N_("Commands"),
    N_("Could not open file {filename!r}: {message}"),
    N_("Error: {message}"),
    N_("Invalid value for {param_hint}: {message}"),
    N_("Invalid value: {message}"),
    N_("Missing argument"),
    N_("Missing command."),
    N_("Missing option"),
    N_("Missing parameter"),
    N_("Missing parameter: {param_name}"),
    N_("Missing {param_type}"),
    N_("No such command {name!r}."),
    N_("No such option {name!r}."),
    N_("No such option: {name}"),
    N_("Option {name!r} does not take a value."),
    N_("Argument {name!r} takes {nargs} values."),
    N_("Options"),
    N_("Positional arguments"),
    N_("Show the version and exit."),
    N_("Show this message and exit."),
    N_("Try '{command} {option}' for help."),
    N_("Usage:"),
    N_("default: {default}"),
    N_("directory"),
    N_("env var: {var}"),
    N_("file"),
    N_("path"),
    N_("required"),
    N_("unknown error"),
    N_("{name} {filename!r} does not exist."),
    N_("{name} {filename!r} is a directory."),
    N_("{name} {filename!r} is a file."),
    N_("{name} {filename!r} is not executable."),
    N_("{name} {filename!r} is not readable."),
    N_("{name} {filename!r} is not writable."),
    N_("{value!r} is not a valid {number_type}."),
    N_("{value!r} is not a valid boolean. Recognized values: {states}"),
    N_("{value} is not in the range {range}."),
)
"""What a person can meet, of all versions of click that may be installed."""


def counted(n: int) -> tuple[str, ...]:
    """The same for texts that count something, for `n` of it."""
    return (
        ngettext("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", n),
        ngettext("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})", n),
        ngettext("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments.", n),
        ngettext("Takes {nargs} values but 1 was given.", "Takes {nargs} values but {len} were given.", n),
        ngettext("{value!r} is not {choice}.", "{value!r} is not one of {choices}.", n),
        ngettext("{value!r} does not match the format {format}.", "{value!r} does not match the formats {formats}.", n),
        ngettext(
            "{len_type} values are required, but {len_value} was given.",
            "{len_type} values are required, but {len_value} were given.",
            n,
        ),
    )


def lend() -> None:
    """From now on click speaks from our catalog."""
    for name in MODULES:
        module = sys.modules[f"{click.__name__}.{name}"]
        for word, ours in (("_", _), ("ngettext", ngettext)):
            if hasattr(module, word):
                setattr(module, word, ours)


def pieces(found: list[str]) -> list[str]:
    """What a usage line is made of, with click's placeholders in the language in use."""
    known = {
        "[OPTIONS]": _("[OPTIONS]"),
        "COMMAND [ARGS]...": _("COMMAND [ARGS]..."),
        "[COMMAND] [ARGS]...": _("[COMMAND] [ARGS]..."),
    }
    return [known.get(piece, piece) for piece in found]
