"""What people say of a VM: its name, title, description and tags. All of it lives with the VM, at its host."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from console.fleet.acts import Act
from console.fleet.domains import Domain, VmKey
from console.fleet.errors import Reason, UsageError
from console.gateway import domains
from console.gateway.connection import Link
from console.gateway.gateway import Gateway
from console.inventory.inventory import Inventory
from console.jobs.job import Job, JobSpec, Later
from console.jobs.runner import JobHandle, JobRunner
from console.services.commands import vm_line
from console.services.keeping import Keeping
from console.services.running import SETTLE_LIMIT, checked, run
from console.services.settling import Settler


class DescribeService:
    """Renames, describes and tags VMs as jobs. Never blocks."""

    def __init__(
        self, gateway: Gateway, inventory: Inventory, jobs: JobRunner, settler: Settler, keeping: Keeping
    ) -> None:
        self._gateway = gateway
        self._inventory = inventory
        self._jobs = jobs
        self._settler = settler
        self._keeping = keeping

    def rename(self, key: VmKey, name: str) -> JobHandle:
        """Gives an inactive VM another name. UsageError at once for a name that cannot be."""
        known = self._inventory.domain(key)
        name = checked_name(name, known.name if known else key.uuid)
        line = vm_line(self._inventory, "rename", [key], words=[name])
        member = self._member(
            Act.RENAME, key, lambda link, uuid: domains.rename(link, uuid, name), lambda now: now.name == name
        )
        return run(self._jobs, [member], line)

    def describe(self, keys: Sequence[VmKey], title: str | None, description: str | None) -> JobHandle:
        """Sets title and description (None = leave as it is, "" = take away)."""
        members = [self.describing(key, title, description) for key in keys]
        return run(
            self._jobs, members, vm_line(self._inventory, "describe", keys, *description_words(title, description))
        )

    def describing(self, key: VmKey, title: str | None, description: str | None) -> JobSpec:
        """The same for one VM, to be run with others."""

        def arrived(now: Domain) -> bool:
            return now.title == (now.title if title is None else title) and now.description == (
                now.description if description is None else description
            )

        return self._member(
            Act.DESCRIBE, key, lambda link, uuid: domains.describe(link, uuid, title, description), arrived
        )

    def tag(self, keys: Sequence[VmKey], add: Sequence[str] = (), remove: Sequence[str] = ()) -> JobHandle:
        """Adds and takes away tags. What others wrote beside them in our metadata stays."""
        add, remove = checked_tags(add, remove)
        members = [self.tagging(key, add, remove) for key in keys]
        return run(self._jobs, members, vm_line(self._inventory, "tag", keys, *tag_words(add, remove)))

    def tagging(self, key: VmKey, add: Sequence[str], remove: Sequence[str]) -> JobSpec:
        """The same for one VM, to be run with others."""

        def arrived(now: Domain) -> bool:
            return {*add} <= {*now.tags} and not {*remove} & {*now.tags}

        return self._member(
            Act.TAG, key, lambda link, uuid: domains.change_tags(link, uuid, tuple(add), tuple(remove)), arrived
        )

    def _member(
        self, act: Act, key: VmKey, call: Callable[[Link, str], None], arrived: Callable[[Domain], bool]
    ) -> JobSpec:
        domain = self._inventory.domain(key)
        name = domain.name if domain else key.uuid

        def body(job: Job) -> Later:
            job.check()
            _, spec = checked(self._inventory, act, key, name)
            job.step("asking", host=spec.name)
            with self._keeping.around(key, f"vm.{act}"):
                call(self._gateway.link(key.host), key.uuid)
            return self._settler.settle(job, key, name, lambda now: now is not None and arrived(now), SETTLE_LIMIT)

        return JobSpec(
            kind=f"vm.{act}",
            target=name,
            body=body,
            vms=(key,),
            hosts=(key.host,),
            via=self._gateway.run_in_lane(key.host),
        )


def tag_words(add: Sequence[str], remove: Sequence[str]) -> list[str]:
    """As the command line has it."""
    return [word for tag in add for word in ("--add", tag)] + [word for tag in remove for word in ("--remove", tag)]


def description_words(title: str | None, description: str | None) -> list[str]:
    return [
        *(["--title", title] if title is not None else []),
        *(["--text", description] if description is not None else []),
    ]


def checked_name(name: str, what: str = "") -> str:
    """A domain name libvirt can hold, stripped.

    UsageError, about `what`: empty, "." or "..", a slash, a newline or a control character.
    """
    name = name.strip()
    if not name or name in (".", "..") or "/" in name or any(ord(char) < 32 or ord(char) == 127 for char in name):
        raise UsageError(Reason.OTHER, what or name, detail="name")
    return name


def checked_tags(add: Sequence[str], remove: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tags to add and to take away; what is taken away may be one that others wrote. UsageError for none at all."""
    for tag in remove:
        if not tag.strip():
            raise UsageError(Reason.OTHER, tag, detail="tag")
    return tuple(checked_tag(tag) for tag in add), tuple(remove)


def checked_tag(tag: str) -> str:
    """A tag: one word without spaces, commas or control characters. UsageError otherwise."""
    tag = tag.strip()
    if not tag or any(char.isspace() or char == "," or ord(char) < 32 for char in tag):
        raise UsageError(Reason.OTHER, tag, detail="tag")
    return tag
