"""Names of clones and of their files, from patterns."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from console.fleet.errors import Reason, UsageError
from console.fleet.storing import checked_volume_name, sayable

MOST = 500  # clones made at once
LONGEST = 200  # characters of a VM's name
FILES = "{name}-{target}"
_NUMBER = re.compile(r"\{n(?::(0?)(\d{0,2}))?\}")
_WORDS = re.compile(r"\{(?:name|target)\}")


def numbered(pattern: str) -> bool:
    """The pattern holds a number: "qa-{n}", "qa-{n:02}"."""
    return _NUMBER.search(pattern) is not None


def names(pattern: str, count: int = 1, taken: Collection[str] = (), first: int = 1) -> tuple[str, ...]:
    """`count` names that are free, from `first` on: "qa-{n:02}" gives qa-01, qa-02…; those `taken` are passed over.

    A pattern without a number is the name itself for one clone, and gets "-{n}" for several. Errors: UsageError, detail
    "vm-name" for what is no name, "clone-count" for less than one or more than MOST.
    """
    if not 1 <= count <= MOST:
        raise UsageError(Reason.OTHER, str(count), detail="clone-count")
    checked(_NUMBER.sub("1", pattern))
    if not numbered(pattern):
        if count == 1:
            return (pattern.strip(),)
        pattern = f"{pattern.strip()}-{{n}}"
    found = []
    for name in _all(pattern.strip(), first):
        if name not in taken:
            found.append(checked(name))
        if len(found) == count:
            return tuple(found)
    raise UsageError(Reason.OTHER, pattern, detail="vm-name")


def _all(pattern: str, first: int) -> Iterator[str]:
    for number in range(first, first + 100_000):

        def put(hit: re.Match[str], number: int = number) -> str:
            width = int(hit[2] or 0)
            return f"{number:0{width}d}" if hit[1] else f"{number:{width}d}".replace(" ", "0")

        yield _NUMBER.sub(put, pattern)


def free_name(source: str, taken: Collection[str]) -> str:
    """A name to begin with for one clone: "web-clone", "web-clone-2"…"""
    base = f"{source}-clone"
    return base if base not in taken else names(f"{base}-{{n}}", 1, taken, 2)[0]


def checked(name: str) -> str:
    """A name a VM can have. UsageError (detail "vm-name"): empty, with a slash or a control character, too long."""
    name = name.strip()
    if not name or "/" in name or not sayable(name) or len(name) > LONGEST or name in (".", ".."):
        raise UsageError(Reason.OTHER, name, detail="vm-name")
    return name


def file_name(pattern: str, name: str, target: str, format_: str) -> str:
    """The name of a clone's volume. pattern: with {name} and {target}; "" = "{name}-{target}" and the format's ending.

    Errors: UsageError, detail "volume-name".
    """
    ending = {"": "", "raw": ".img"}.get(format_, f".{format_}")
    text = pattern or f"{FILES}{ending}"

    def put(hit: re.Match[str]) -> str:
        return name if hit[0] == "{name}" else target

    return checked_volume_name(_WORDS.sub(put, text))


def host_name(name: str) -> str:
    """A VM's name as its guest's host name: letters, digits and dashes, 63 at most; "" where nothing is left."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:63].rstrip("-")


def beside(path: str, old: str, name: str) -> str:
    """A path like `path` for another VM: its name in place of the old one, or before the ending."""
    folder, slash, file = path.rpartition("/")
    if old and old in file:
        return f"{folder}{slash}{file.replace(old, name)}"
    stem, dot, ending = file.rpartition(".")
    return f"{folder}{slash}{stem}-{name}.{ending}" if dot and stem else f"{folder}{slash}{file}-{name}"
