"""One run of the command line: the services, opened when first needed, and the hosts a command needs, connected."""

from __future__ import annotations

import contextlib
import queue
import shlex
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from console.cli import asking, output, records
from console.cli.base import Exit, Options, Program
from console.fleet.domains import Domain, State, VmKey
from console.fleet.errors import AuthFailed, FleetError, NotFound, Problem, Reason, Unreachable, UsageError
from console.fleet.hosts import HostSpec, Phase
from console.fleet.updates import AddressesLooked, FactsRead, LoadsRead, NetworksRead, PoolsRead
from console.services.resolve import find_host, find_vms, find_zone
from console.words import _, errors, files, ngettext

if TYPE_CHECKING:
    from console.services.credentials import Pending
    from console.services.services import Services
    from console.settings.fleetfile import FileProblem

STEP = 0.05  # seconds between two looks at what is awaited
ADDRESS_LIMIT = 1.0  # seconds that addresses may come after the VMs
MOST_PROBLEMS = 10  # of a fleet file that are said; the rest is counted
LOAD_LIMIT = 10.0  # seconds for two rounds of statistics

Unreached = dict[str, Problem]


class Session:
    """Attributes.

    json: print JSON. begins_fleet: the command may make the fleet file that was named. unreached: by host id, why a host that
    the command asked could not be read.
    """

    def __init__(self, program: Program, options: Options) -> None:
        self.program = program
        self.options = options
        self.json = False
        self.unreached: Unreached = {}
        self.begins_fleet = False
        self._services: Services | None = None
        self._open: set[str] = set()
        self._incomplete = False
        self._stack = contextlib.ExitStack()
        self._questions: queue.SimpleQueue[Pending] = queue.SimpleQueue()

    @property
    def services(self) -> Services:
        if self._services is None:
            if not self.begins_fleet:
                must_have_fleet(self.options)
            self._services = self._stack.enter_context(self.program.services(self.options))
            if self.interactive:
                self._services.credentials.handler = self._questions.put
            self._say_file_problems(self._services.hosts.file_problems())
        return self._services

    @property
    def interactive(self) -> bool:
        """A person sits there and can be asked."""
        return output.is_terminal(sys.stdin) and output.is_terminal(sys.stderr)

    def close(self) -> None:
        """Ends the services, and says what did not work of the program's own files."""
        if self._services is not None:
            for name, problem in self._services.troubles().items():
                output.note(files.trouble(name, problem))
        self._stack.close()

    def _say_file_problems(self, problems: Sequence[FileProblem]) -> None:
        path = self.services.hosts.file
        for problem in problems[:MOST_PROBLEMS]:
            output.note(f"{path}: {files.sentence(problem)}")
        rest = len(problems) - MOST_PROBLEMS
        if rest > 0:
            more = ngettext("{count} more problem in that file.", "{count} more problems in that file.", rest)
            output.note(f"{path}: {more.format(count=rest)}")

    # hosts

    def host(self, word: str) -> HostSpec:
        with trying("host.find"):
            return find_host(self.services.inventory, word)

    def hosts(self, words: Iterable[str], zones: Collection[str] = ()) -> list[HostSpec]:
        """The hosts of these words, or all that connect by themselves; of these zones, if any are given."""
        chosen = [self.host(word) for word in words]
        with trying("zone.find"):
            zones = [find_zone(self.services.inventory, zone) for zone in zones]
        if not chosen:
            specs = self.services.inventory.specs()
            chosen = [spec for spec in specs if spec.autoconnect]
            problems = self.services.hosts.file_problems()
            self._incomplete = any(problem.left_out or not specs for problem in problems)
            if not specs and not problems:
                said = _("The fleet has no hosts yet: there are none in {path}. Add one with splendid host add.")
                output.note(said.format(path=self.services.hosts.file))
        return [spec for spec in dict.fromkeys(chosen) if not zones or spec.zone in zones]

    def reach(self, specs: Collection[HostSpec]) -> None:
        """Connects these hosts and waits until each is read or cannot be; `unreached` then says why not."""
        wanted = {spec.id for spec in specs} - self._open
        if not wanted:
            return
        self._open |= wanted
        self.services.hosts.open_only(self._open)
        self.wait(lambda: all(self._settled(host) for host in wanted), self.options.timeout)
        for host in [spec.id for spec in specs if spec.id in wanted]:
            status = self.services.inventory.status(host)
            if status.phase is not Phase.LIVE:
                self.unreached[host] = status.problem or Problem(Reason.SILENT)

    def must_reach(self, spec: HostSpec) -> None:
        """Connects a host without which the command has no sense. Errors: the FleetError that says why not."""
        self.reach([spec])
        if spec.id in self.unreached:
            raise Tried(FleetError(self.unreached[spec.id], spec.name), "host.connect", Exit.UNREACHABLE)

    def read(self, specs: Iterable[HostSpec], *kinds: type) -> None:
        """Waits until the connected ones of these hosts told updates of these kinds."""
        hosts = [spec.id for spec in specs if spec.id not in self.unreached]
        inventory = self.services.inventory

        def done() -> bool:
            return all(self._gone(host) or all(inventory.told(host, kind) for kind in kinds) for host in hosts)

        self.wait(done, self.options.timeout)

    def read_facts(self, specs: Iterable[HostSpec]) -> None:
        self.read(specs, FactsRead)

    def read_whole(self, specs: Iterable[HostSpec]) -> None:
        self.read(specs, FactsRead, NetworksRead, PoolsRead)

    def read_addresses(self, domains: Callable[[], Iterable[Domain]]) -> None:
        """Waits, but not long, until the hosts of those that run and have no address yet have looked for them."""
        inventory = self.services.inventory
        hosts = {
            domain.key.host
            for domain in domains()
            if domain.state is State.RUNNING and domain.nics and not domain.addresses and self.live(domain.key.host)
        }
        self.services.hosts.look_for_addresses(hosts)
        self.wait(
            lambda: all(inventory.told(host, AddressesLooked) or not self.live(host) for host in hosts), ADDRESS_LIMIT
        )

    def read_loads(self, specs: Iterable[HostSpec], domains: Callable[[], Iterable[Domain]]) -> None:
        """Waits for two rounds of statistics: only then there are rates."""
        inventory = self.services.inventory
        self.read(specs, LoadsRead)

        demo = {spec.id for spec in inventory.specs() if spec.demo}

        def wanted(domain: Domain) -> bool:
            told = domain.kind != "test" or domain.key.host in demo  # libvirt's test driver has no load
            return told and domain.state is State.RUNNING and self.live(domain.key.host)

        def known(key: VmKey) -> bool:
            load = inventory.load(key)
            return load is not None and load.cpu is not None

        def done() -> bool:
            return all(known(domain.key) for domain in domains() if wanted(domain))

        self.wait(done, LOAD_LIMIT)

    def live(self, host: str) -> bool:
        return self.services.inventory.fresh(host)

    def _settled(self, host: str) -> bool:
        return self.services.inventory.status(host).phase in (Phase.LIVE, Phase.UNREACHABLE, Phase.REFUSED)

    def _gone(self, host: str) -> bool:
        return self.services.inventory.status(host).phase in (Phase.UNREACHABLE, Phase.REFUSED)

    def wait(self, done: Callable[[], bool], limit: float | None) -> bool:
        """Waits (seconds) until `done`, answering hosts' questions meanwhile; their time does not count."""
        end = time.monotonic() + limit if limit is not None else None
        while not done():
            if end is not None and time.monotonic() >= end:
                return False
            try:
                pending = self._questions.get(timeout=STEP)
            except queue.Empty:
                continue
            began = time.monotonic()
            asking.answer(pending, self.services.credentials.secrets.why_no_keyring is None)
            if end is not None:
                end += time.monotonic() - began
        return True

    # VMs

    def vm(self, word: str) -> VmKey:
        return self.vms([word])[0]

    def vms(self, words: Sequence[str]) -> list[VmKey]:
        """The VMs of these words, none twice, read from their hosts. Connects only the hosts that are known to have them,
        all of them only where a word is not known."""
        inventory = self.services.inventory
        near = [spec for spec in inventory.specs() if any(self._may_have(spec, word) for word in words)]
        self.reach(near)
        try:
            keys = self.find(words)
        except Tried as error:
            if error.error.problem.reason is not Reason.GONE:
                raise
            self.reach(self.hosts(()))
            keys = self.find(words)
        for key in keys:
            spec = inventory.spec(key.host)
            if spec is not None:
                self.must_reach(spec)
        return keys

    def find(self, words: Sequence[str]) -> list[VmKey]:
        """The VMs of these words, from what is known now; connects nothing."""
        try:
            with trying("vm.find"):
                return find_vms(self.services.inventory, words)
        except Tried as tried:
            if isinstance(tried.error, NotFound) and self.unreached:
                tried.code = Exit.UNREACHABLE
            raise

    def _may_have(self, spec: HostSpec, word: str) -> bool:
        host, slash, _name = word.partition("/")
        if slash and host in (spec.id, spec.name):
            return True
        return any(word in (domain.name, domain.key.uuid) for domain in self.services.inventory.domains_of(spec.id))

    # the end

    def say_unreached(self) -> int:
        """Says on stderr which hosts could not be read, and why; returns the exit code that follows.

        FAILED where all hosts were meant and the fleet file does not say them all.
        """
        for host, problem in self.unreached.items():
            spec = self.services.inventory.spec(host)
            output.note(explained(problem, spec.name if spec else host, "host.connect"))
        if self.unreached:
            return Exit.UNREACHABLE
        return Exit.FAILED if self._incomplete else Exit.DONE

    def unreached_records(self) -> list[records.Record]:
        names = {spec.id: spec.name for spec in self.services.inventory.specs()}
        return [
            {"host_id": host, **(records.problem(problem, names.get(host, host)) or {})}
            for host, problem in self.unreached.items()
        ]


def must_have_fleet(options: Options) -> None:
    """Errors: BadParameter of click where another fleet file was named that is not there."""
    if options.fleet is not None and not options.fleet.exists():
        said = _("There is no file {path}. To begin a fleet there, add a host: {command}")
        command = shlex.join(["splendid", "--fleet", str(options.fleet), "host", "add"]) + " ADDRESS"
        raise click.BadParameter(said.format(path=options.fleet, command=command), param_hint="--fleet")


class Tried(click.ClickException):
    """A FleetError with what was tried, on its way out; `code` is the exit code."""

    def __init__(self, error: FleetError, tried: str, code: int) -> None:
        super().__init__(str(error))
        self.error = error
        self.tried = tried
        self.code = code


@contextlib.contextmanager
def trying(tried: str) -> Iterator[None]:
    """Says of a FleetError what was tried (a key of words.errors.TRIED) and with which exit code it ends the program."""
    try:
        yield
    except FleetError as error:
        raise Tried(error, tried, exit_code(error)) from error


def exit_code(error: FleetError) -> int:
    if isinstance(error, UsageError):
        return Exit.USAGE
    if isinstance(error, Unreachable | AuthFailed) or unreachable(error.problem):
        return Exit.UNREACHABLE
    return Exit.FAILED


UNREACHABLE = frozenset(
    {
        Reason.NAME_UNKNOWN,
        Reason.CONN_REFUSED,
        Reason.SILENT,
        Reason.NO_ROUTE,
        Reason.LOST,
        Reason.NO_SOCKET,
        Reason.HOST_KEY_UNKNOWN,
        Reason.HOST_KEY_CHANGED,
        Reason.TLS_NAME,
        Reason.TLS_UNTRUSTED,
        Reason.TLS_SETUP,
        Reason.PASSWORD,
        Reason.PASSPHRASE,
        Reason.KEY_REJECTED,
        Reason.BAD_URI,
        Reason.NO_FILE,
        Reason.BAD_FILE,
        Reason.NO_DRIVER,
        Reason.NO_TOOL,
    }
)
"""Problems of getting at a host at all."""


def unreachable(problem: Problem | None) -> bool:
    return problem is not None and problem.reason in UNREACHABLE


def explained(problem: Problem, what: str, tried: str = "") -> str:
    """What was tried, why it failed, what to do, and libvirt's own words, as one line."""
    said = errors.sentence(problem, what, tried)
    parts = [said.full]
    if problem.reason in (Reason.PASSWORD, Reason.PASSPHRASE, Reason.HOST_KEY_UNKNOWN) and not output.is_terminal(
        sys.stdin
    ):
        parts.append(_("Nobody could be asked: this is not a terminal."))
    if said.words:
        parts.append(_("(It says: {words})").format(words=said.words))
    return " ".join(parts)
