"""The hosts of the fleet: add, edit, test, remove, connect; and the demo fleet beside them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from console.fleet.credentials import Question
from console.fleet.errors import Conflict, NotFound, Reason
from console.fleet.hosts import HostSpec
from console.fleet.uris import address_of
from console.gateway.gateway import Gateway
from console.gateway.probe import CheckLine, Step, check, trust_for
from console.inventory.cache import Cache
from console.inventory.inventory import Inventory
from console.services.credentials import CredentialDesk
from console.settings import demo, importing
from console.settings.fleetfile import FileProblem, FleetStore, read


class Imports(msgspec.Struct, frozen=True):
    """Hosts other programs know. `known` are URIs the fleet has already."""

    virt_manager: tuple[importing.Found, ...]
    ssh: tuple[importing.Found, ...]
    local: HostSpec | None
    known: frozenset[str]


class HostService:
    """Keeps fleet file, inventory and gateway on the same hosts. Methods marked "blocks" read disk or network."""

    def __init__(
        self,
        gateway: Gateway,
        inventory: Inventory,
        store: FleetStore,
        desk: CredentialDesk,
        cache: Cache | None,
        demo_folder: Path,
    ) -> None:
        self._gateway = gateway
        self._inventory = inventory
        self._store = store
        self._desk = desk
        self._cache = cache
        self._demo_folder = demo_folder
        self._lock = threading.RLock()
        self._beside: tuple[HostSpec, ...] = ()
        self._connects = False
        self._undo: Callable[[], None] | None = None

    # the fleet

    def start(self) -> None:
        """Takes in the fleet file and follows its changes; hosts stay off until `open_all`. Blocks on the disk."""
        self._store.load()
        self._undo = self._store.subscribe(self._apply)
        self._apply()

    def open_all(self) -> None:
        """From now on hosts connect by themselves, unless the file says not to."""
        self._connects = True
        self._apply()

    def open_only(self, hosts: Collection[str]) -> None:
        """Connects these hosts and no others (a command that needs only them)."""
        self._gateway.set_hosts([replace(spec, autoconnect=True) for spec in self.specs() if spec.id in hosts])

    def close(self) -> None:
        if self._undo is not None:
            self._undo()

    def specs(self) -> tuple[HostSpec, ...]:
        """The hosts of the file, then those beside it (demo, this computer)."""
        mine = self._store.specs
        ids = {spec.id for spec in mine}
        return (*mine, *(spec for spec in self._beside if spec.id not in ids))

    @property
    def file(self) -> Path:
        """The fleet file; it need not exist."""
        return self._store.path

    def in_file(self, host: str) -> bool:
        """The host stands in the fleet file, so that it can be edited and removed."""
        return any(spec.id == host for spec in self._store.specs)

    def _apply(self) -> None:
        with self._lock:
            specs = self.specs()
            gone = {spec.id for spec in self._inventory.specs()} - {spec.id for spec in specs}
            self._inventory.set_hosts(specs)
            if self._connects:
                self._gateway.set_hosts(specs)
        if self._cache is not None and not self._store.problems:  # a slip of the pen is no removal
            for host in gone:
                self._cache.forget(host)

    def add(self, spec: HostSpec) -> HostSpec:
        """Writes a host into the fleet file; the host with the id it got. Conflict: its name is taken. Blocks on the disk."""
        if any(other.name == spec.name for other in self._store.specs):
            raise Conflict(Reason.EXISTS, spec.name)
        return self._store.add(spec)

    def edit(self, host: str, spec: HostSpec) -> None:
        """Replaces what the file says of a host. Blocks on the disk."""
        self._in_file(host)
        self._store.replace(host, replace(spec, id=host))

    def remove(self, host: str) -> None:
        """Takes a host out of the file, its last-seen data and kept secrets with it; nothing happens to the host itself."""
        self._in_file(host)
        address = next((address_of(spec.uri) for spec in self._store.specs if spec.id == host), "")
        self._store.remove(host)
        if all(address_of(spec.uri) != address for spec in self.specs()):
            self._desk.secrets.forget(address)

    def add_all(self, specs: Sequence[HostSpec]) -> tuple[HostSpec, ...]:
        """Adds several, leaving out those whose URI the fleet has already. Blocks on the disk."""
        known = {spec.uri for spec in self._store.specs}
        return tuple(self.add(spec) for spec in specs if spec.uri not in known)

    def file_problems(self) -> tuple[FileProblem, ...]:
        """What is wrong in the fleet file; the rest of it is in use."""
        return self._store.problems

    def _in_file(self, host: str) -> None:
        if not self.in_file(host):
            raise NotFound(Reason.GONE, host)

    # connections; none of these blocks

    def connect(self, host: str) -> None:
        self._gateway.connect(host)

    def disconnect(self, host: str) -> None:
        self._gateway.disconnect(host)

    def try_now(self, host: str) -> None:
        self._gateway.try_now(host)

    def refresh(self, host: str | None = None) -> None:
        """Reads a host, or all, anew."""
        for spec in self._inventory.specs():
            if host in (None, spec.id):
                self._gateway.refresh(spec.id)

    def look_for_addresses(self, hosts: Collection[str]) -> None:
        """Has the VMs' addresses on these hosts, which are open, looked for now."""
        for host in hosts:
            self._gateway.look_for_addresses(host)

    # testing and importing; all block

    def check(self, spec: HostSpec, asking: bool = True) -> Iterator[CheckLine]:
        """Tries a host that need not be in the fleet, step by step.

        asking: what only a person knows is asked. Else the check ends with a warning that says what would be (SIGN_IN, with
        `asks`: a `Wanted`): nobody who is still typing an address wants to be asked for a password.
        """
        return check(spec, self._desk.ask) if asking else self._unasked(spec)

    def _unasked(self, spec: HostSpec) -> Iterator[CheckLine]:
        missed: list[str] = []

        def known(question: Question) -> str | None:
            text = self._desk.known(question)
            if text is None:
                missed.append(question.wanted.value)
            return text

        for line in check(spec, known):
            if missed and line.step is Step.SIGN_IN and line.ok is False:
                yield CheckLine(Step.SIGN_IN, None, {**line.values, "asks": missed[0]})
            else:
                yield line

    def trust_host_key(self, spec: HostSpec, line: str) -> None:
        """Adds a host key that the person has seen (known_hosts form, from a CheckLine) to the known_hosts that this host is
        looked up in, and tries the host."""
        trust_for(spec, line)
        if self._inventory.spec(spec.id) is not None:
            self._gateway.try_now(spec.id)

    def trust_shown(self, host: str, fingerprint: str) -> None:
        """Tries a host that was refused for its unknown key, and trusts the key if it still has that fingerprint. Does not
        block."""
        self._gateway.try_now(host, fingerprint)

    def found_imports(self) -> Imports:
        """What virt-manager, ~/.ssh/config and this computer offer."""
        known = frozenset(spec.uri for spec in self.specs())
        return Imports(importing.virt_manager_uris(), importing.ssh_config_names(), demo.local_host(), known)

    def read_file(self, path: Path) -> tuple[HostSpec, ...]:
        """The hosts of a colleague's fleet file. Errors: OSError, UnicodeDecodeError."""
        return read(path.read_text("utf-8")).specs

    # the demo

    @property
    def demo_open(self) -> bool:
        return any(spec.demo for spec in self._beside)

    def open_demo(self, local: bool = False) -> None:
        """Shows the demo fleet beside one's own hosts; local: and this computer's libvirt, where there is one. Blocks."""
        hosts = demo.demo_hosts(self._demo_folder)
        here = demo.local_host() if local else None
        known = {spec.uri for spec in self._store.specs}
        self._beside = (*hosts, *((here,) if here is not None and here.uri not in known else ()))
        self._apply()

    def close_demo(self) -> None:
        """Takes the demo fleet away again."""
        self._beside = tuple(spec for spec in self._beside if not spec.demo)
        self._apply()
