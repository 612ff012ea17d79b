"""What editing a VM's configuration means, as frozen values: changes and when they hold, findings, why it cannot be edited."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from console.fleet.domains import Domain, State
from console.fleet.errors import Problem, Reason, UsageError
from console.fleet.hosts import HostSpec, HostStatus, Phase


class Fate(StrEnum):
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


class When(StrEnum):
    """When a change holds. Of a VM that is off, everything holds from its next start."""

    NOW = "now"
    NEXT = "next"


class Way(StrEnum):
    """How a running VM is changed."""

    MEMORY = "memory"  # Step.number: KiB
    VCPUS = "vcpus"  # Step.number
    TITLE = "title"  # Step.xml: the text, "" = none
    DESCRIPTION = "description"
    METADATA = "metadata"  # Step.key: namespace, Step.prefix; Step.xml: the bare element, "" = none
    ATTACH = "attach"  # Step.xml: the device
    DETACH = "detach"
    UPDATE = "update"
    CPU_TUNE = "cpu-tune"  # Step.values: parameters as libvirt's call has them
    MEMORY_TUNE = "memory-tune"
    IO_TUNE = "io-tune"  # Step.key: the disk's target


class Hold(StrEnum):
    """Why a running VM is not changed at once."""

    NONE = ""
    CEILING = "ceiling"  # more than the running VM may ever have: Change.limit
    FIXED = "fixed"  # a running VM cannot change in this
    UNKNOWN_HERE = "unknown-here"  # the running VM has no such device
    NOT_WANTED = "not-wanted"  # only the next start was asked for


class Severity(StrEnum):
    ERROR = "error"
    DOUBT = "doubt"  # the host may know better


class Flaw(StrEnum):
    """What is wrong with a text."""

    SYNTAX = "syntax"  # Finding.text: the parser's words
    DOCTYPE = "doctype"
    TOO_BIG = "too-big"  # Finding.text: bytes
    ROOT = "root"  # Finding.text: what stands there instead of <domain>
    NAME = "name"  # Finding.text: the name it has
    UUID = "uuid"
    ELEMENT = "element"  # Finding.text: the element that does not belong there, or is not whole
    ATTRIBUTE = "attribute"  # Finding.text: attribute="value"
    VALUE = "value"  # Finding.text: the value
    SCHEMA = "schema"  # Finding.text: the validator's words
    HOST = "host"  # Finding.text: the host's words


class Finding(msgspec.Struct, frozen=True):
    """One thing wrong with a text. Lines and columns count from 1; 0 = not known."""

    flaw: Flaw
    line: int = 0
    column: int = 0
    text: str = ""
    severity: Severity = Severity.ERROR
    length: int = 1


class FlawedText(UsageError):
    """A text that cannot be a VM's configuration. finding: what is wrong and where."""

    def __init__(self, finding: Finding, what: str) -> None:
        super().__init__(Reason.OTHER, what, text=finding.text or str(finding.flaw))
        self.finding = finding


class Detail(msgspec.Struct, frozen=True):
    """One value within a changed part: path such as "driver@cache"; None = not there."""

    path: str
    before: str | None
    after: str | None


Value = int | str


@dataclass(frozen=True, slots=True)
class Step:
    """One call that changes the running VM. number: KiB or vCPUs."""

    way: Way
    xml: str = field(default="", repr=False)  # may hold a password
    number: int = 0
    key: str = ""
    prefix: str = ""
    values: tuple[tuple[str, Value], ...] = ()


class Change(msgspec.Struct, frozen=True):
    """One change by meaning.

    part: "memory", "memory-now", "memory-limit", "vcpus-now", "vcpus-limit" or an element's name. name: what tells it from
    its like ("vda", a MAC), "" if it is the only one. before, after: KiB, a number or a text, "" = not there.
    secret: the values are not to be shown. limit: for Hold.CEILING, KiB or vCPUs. said: the host's words, once it refused.
    """

    part: str
    name: str = ""
    fate: Fate = Fate.CHANGED
    before: str = ""
    after: str = ""
    details: tuple[Detail, ...] = ()
    when: When = When.NEXT
    hold: Hold = Hold.NONE
    limit: int = 0
    step: Step | None = None
    said: str = ""


class Version(msgspec.Struct, frozen=True):
    """How a VM was configured from `at` (epoch) on, as far as we know. xml has no passwords.

    reason: how it came about: "edit", "restore", "elsewhere" (somebody else changed it), "seen" (first looked at), or the kind
    of the job that did it. by: user@workstation, "" = not known.
    """

    id: int
    host: str
    uuid: str
    name: str
    at: float
    reason: str
    by: str
    digest: str
    xml: str = ""


def why_not(domain: Domain, spec: HostSpec, status: HostStatus) -> Problem | None:
    """None where the configuration can be edited now, else what stands in the way (as `fleet.acts.why_not` has it)."""
    if spec.read_only:
        return Problem(Reason.READ_ONLY, detail=spec.name)
    if status.phase not in (Phase.LIVE, Phase.STALE):
        return Problem(Reason.LOST, detail=status.phase.value)
    if domain.state is State.MIGRATING:
        return Problem(Reason.WRONG_STATE, detail=domain.state.value)
    if not domain.persistent:
        return Problem(Reason.WRONG_STATE, detail="transient")
    return None
