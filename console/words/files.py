"""What is wrong in the fleet file, and with the program's own files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.fleet.errors import Problem, Reason
from console.fleet.uris import Flaw
from console.words import errors
from console.words.addresses import flaw
from console.words.translation import N_, _

if TYPE_CHECKING:
    from console.settings.fleetread import FileProblem

_FAULTS = {
    "syntax": N_("This is not TOML: {text}."),
    "wrong-type": N_("“{key}” must be {wanted}."),
    "no-uri": N_("The host has no “uri”."),
    "password": N_(
        "The URI holds a password. Write {suggestion}; the password is asked for, and kept in the keyring only."
    ),
    "bad-name": N_("“name” is empty or has control characters."),
    "name-taken": N_("The host in line {line} has the same name."),
    "id-taken": N_("The host in line {line} has the same id, {id}; another one is used."),
    "not-hosts": N_("“host” must be tables: begin each host with [[host]]."),
    "not-utf8": N_("The file is not UTF-8 from here on, so nothing new was read. Save it as UTF-8."),
    "unreadable": N_("The file cannot be read: {text}."),
}
_OF_NO_HOST = ("syntax", "not-hosts", "not-utf8", "unreadable")
_WANTED = {
    "text": N_("a text in quotes"),
    "texts": N_('a list of texts, as in ["web", "prod"]'),
    "switch": N_("true or false"),
}


def sentence(problem: FileProblem) -> str:
    """Where, which host, what is wrong, and what that costs, as one line."""
    said = [what(problem)]
    if problem.left_out and (problem.host or str(problem.code) not in _OF_NO_HOST):
        said.append(_("The host is left out."))
    place = where(problem)
    return f"{place}: {' '.join(said)}" if place else " ".join(said)


def where(problem: FileProblem) -> str:
    """The place, as "Line 3, column 8, kvm-n11"; "" where it is of no one place."""
    parts = []
    if problem.line:
        parts.append(_("line {line}, column {column}").format(line=problem.line, column=problem.column))
    if problem.host.strip():
        parts.append(errors.one_line(problem.host))
    place = ", ".join(parts)
    return place[:1].upper() + place[1:] if problem.line else place


def what(problem: FileProblem) -> str:
    """What is wrong, a sentence or two."""
    values = dict(problem.values)
    code = str(problem.code)
    if code == "bad-uri":
        said = flaw(Flaw(str(values["flaw"])))
        hint = str(values.get("suggestion") or "")
        return " ".join(part for part in (said, _("Did you mean {uri}?").format(uri=hint) if hint else "") if part)
    if code == "wrong-type":
        values["wanted"] = _(_WANTED[str(values["wanted"])])
    return _(_FAULTS[code]).format_map({name: errors.one_line(str(value)) for name, value in values.items()})


_OWN = {  # what does not work now, and what a damaged file took with it
    "cache": (N_("What was last seen is not being kept."), N_("What was last seen is lost.")),
    "history": (N_("The history of tasks is not being kept."), N_("The history of tasks is lost.")),
    "load": (N_("The load of VMs and hosts is not being recorded."), N_("The recorded load of VMs and hosts is lost.")),
    "versions": (N_("Earlier versions of VMs are not being kept."), N_("Earlier versions of VMs are lost.")),
    "preferences": (N_("The preferences cannot be read or written."), N_("The preferences are lost.")),
}


def trouble(name: str, problem: Problem) -> str:
    """One of Services.troubles, as a line."""
    kept, lost = _OWN[name]
    return own_file(problem, _(lost if problem.reason is Reason.DAMAGED else kept))


def own_file(problem: Problem, what_is_lost: str) -> str:
    """A file of the program's own that does not work: what that costs, and why. what_is_lost: a sentence."""
    if problem.reason is Reason.NO_SPACE:
        return f"{what_is_lost} {errors.why(problem)} {errors.next_step(problem)}"
    return f"{what_is_lost} {errors.why(problem)}"
