"""`splendid host …`: the fleet file, and what its hosts say of themselves."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from console.cli import completing, output, probing, records
from console.cli.base import Exit, Group, option, with_session
from console.cli.host_choice import meant, some_hosts
from console.cli.output import Cell, Head
from console.cli.session import Session, trying
from console.fleet.domains import State
from console.fleet.hosts import HostSpec, Phase
from console.fleet.updates import HostView
from console.fleet.uris import Way, looks_like_uri, read
from console.words import N_, _, addresses, states, units

group = Group("host", help=N_("Hosts of the fleet: list, add, test, connect."))

_COLORS = {Phase.LIVE: "green", Phase.STALE: "yellow", Phase.UNREACHABLE: "red", Phase.REFUSED: "red"}

host_argument = click.argument("host", shell_complete=completing.hosts)
hosts_argument = click.argument("host", nargs=-1, required=True, shell_complete=completing.hosts)
cached_option = option("--cached", is_flag=True, help=N_("As last seen, without connecting to any host."))


def record(session: Session, spec: HostSpec) -> records.Record:
    inventory = session.services.inventory
    domains = inventory.domains_of(spec.id)
    running = sum(domain.state is State.RUNNING for domain in domains)
    return records.host(spec, inventory.view(spec.id), len(domains), running)


@group.command("list", help=N_("List hosts with their state."))
@click.argument("host", nargs=-1, shell_complete=completing.hosts)
@option("--zone", "-z", multiple=True, shell_complete=completing.zones, help=N_("Only hosts of this zone."))
@cached_option
@with_session
def list_hosts(session: Session, host: Sequence[str], zone: Sequence[str], cached: bool) -> int:
    asked = session.hosts(host, zone)
    if not cached:
        session.reach(asked)
        session.read_facts(asked)
    specs = asked if host else [spec for spec in session.services.inventory.specs() if not zone or spec.zone in zone]
    if session.json:
        hosts = [record(session, spec) for spec in specs]
        output.document({"hosts": hosts, "unreached": session.unreached_records()})
    elif specs:
        heads = [
            Head(_("Name")),
            Head(_("State")),
            Head(_("Running"), right=True),
            Head(_("VMs"), right=True),
            Head(_("CPUs"), right=True),
            Head(_("Memory GiB"), right=True),
            Head(_("Hypervisor")),
            Head(_("Zone")),
            Head(_("Rack")),
        ]
        output.table(heads, [_row(session, spec) for spec in specs])
    return session.say_unreached()


def _row(session: Session, spec: HostSpec) -> list[Cell | str]:
    inventory = session.services.inventory
    view, domains = inventory.view(spec.id), inventory.domains_of(spec.id)
    known = bool(domains) or view.status.phase is Phase.LIVE
    running = sum(domain.state is State.RUNNING for domain in domains)
    facts = view.facts
    return [
        spec.name,
        Cell(states.phase_words(spec, view.status, time.time()), _COLORS.get(view.status.phase, "")),
        str(running) if known else units.NONE,
        str(len(domains)) if known else units.NONE,
        str(facts.cpus) if facts else units.NONE,
        units.gib(facts.memory_kib if facts else None),
        f"{facts.hypervisor} {units.version(facts.hypervisor_version)}" if facts else units.NONE,
        spec.zone,
        spec.rack,
    ]


@group.command("show", help=N_("Show all that is known of a host."))
@host_argument
@cached_option
@with_session
def show(session: Session, host: str, cached: bool) -> int:
    spec = _read(session, host, cached)
    view = session.services.inventory.view(spec.id)
    if session.json:
        whole = record(session, spec)
        whole["networks"] = [records.network(network) for network in view.networks]
        whole["pools"] = [records.pool(pool, volumes=False) for pool in view.pools]
        output.document({"host": whole})
    else:
        output.facts(facts_of(session, spec, view))
    return Exit.DONE


def _read(session: Session, host: str, cached: bool) -> HostSpec:
    spec = session.host(host)
    if not cached:
        session.must_reach(spec)
        session.read_whole([spec])
    return spec


def facts_of(session: Session, spec: HostSpec, view: HostView) -> list[tuple[str, str]]:
    """A host's page, as labels and values."""
    domains = session.services.inventory.domains_of(spec.id)
    running = sum(domain.state is State.RUNNING for domain in domains)
    facts = view.facts
    rows = [
        (_("Name"), spec.name),
        (_("State"), states.phase_words(spec, view.status, time.time())),
        (_("URI"), spec.uri),
        (_("Zone"), spec.zone),
        (_("Rack"), spec.rack),
        (_("Tags"), ", ".join(spec.tags)),
        (_("Others reach it by"), spec.reach),
        (_("Rights"), _("only look, never change") if spec.read_only else _("look and change")),
        (_("VMs"), _("{running} running, {off} off").format(running=running, off=len(domains) - running)),
    ]
    if facts is not None:
        rows += [
            (_("Host name"), facts.hostname),
            (_("Hypervisor"), f"{facts.hypervisor} {units.version(facts.hypervisor_version)}"),
            (_("libvirt"), units.version(facts.libvirt_version)),
            (_("CPU"), f"{facts.cpus} × {facts.cpu_model or facts.arch}"),
            (_("Memory"), units.memory(facts.memory_kib)),
            (_("UUID"), facts.uuid),
        ]
    return [
        *rows,
        (_("Networks"), ", ".join(network.name for network in view.networks)),
        (_("Pools"), ", ".join(pool.name for pool in view.pools)),
    ]


@group.command("networks", help=N_("List the networks of a host."))
@host_argument
@cached_option
@with_session
def networks(session: Session, host: str, cached: bool) -> int:
    spec = _read(session, host, cached)
    found = session.services.inventory.view(spec.id).networks
    if session.json:
        output.document({"host": spec.name, "networks": [records.network(network) for network in found]})
        return Exit.DONE
    heads = [Head(_("Name")), Head(_("State")), Head(_("Forward")), Head(_("Bridge")), Head(_("Addresses"))]
    rows = [
        [
            item.name,
            _("active") if item.active else _("inactive"),
            item.forward or _("isolated"),
            item.bridge,
            ", ".join(item.addresses),
        ]
        for item in found
    ]
    output.table(heads, rows)
    return Exit.DONE


@group.command("pools", help=N_("List the storage pools of a host."))
@host_argument
@option("--volumes", is_flag=True, help=N_("With the volumes in each pool."))
@cached_option
@with_session
def pools(session: Session, host: str, volumes: bool, cached: bool) -> int:
    spec = _read(session, host, cached)
    found = session.services.inventory.view(spec.id).pools
    if session.json:
        output.document({"host": spec.name, "pools": [records.pool(pool, volumes=volumes) for pool in found]})
        return Exit.DONE
    heads = [
        Head(_("Name")),
        Head(_("State")),
        Head(_("Size"), right=True),
        Head(_("Free"), right=True),
        Head(_("Path")),
    ]
    rows: list[list[str]] = []
    for pool in found:
        state = _("active") if pool.active else _("inactive")
        rows.append([pool.name, state, units.size(pool.capacity), units.size(pool.available), pool.path])
        rows += [
            [f"  {volume.name}", volume.format, units.size(volume.capacity), "", volume.path]
            for volume in (pool.volumes if volumes else ())
        ]
    output.table(heads, rows)
    return Exit.DONE


# the fleet file


def spec_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say what the fleet file says of a host; None = not given."""
    for add in reversed(
        (
            option("--zone", shell_complete=completing.zones, help=N_("The zone it stands in.")),
            option("--rack", help=N_("The rack it stands in.")),
            option("--tag", "tags", multiple=True, help=N_("A tag of the host; more than once for several.")),
            option("--reach", help=N_("The address other hosts reach it by.")),
            option("--read-only/--read-write", "read_only", default=None, help=N_("Only look, never change; or both.")),
            option(
                "--autoconnect/--no-autoconnect",
                "autoconnect",
                default=None,
                help=N_("Connect by itself, or only on request."),
            ),
            option("--keyfile", metavar="FILE", help=N_("The ssh key to use.")),
            option("--pkipath", metavar="FOLDER", help=N_("The folder of the TLS certificates.")),
            option(
                "--verify/--no-verify",
                "verify",
                default=None,
                help=N_("Check its TLS certificate, or trust it blindly."),
            ),
        )
    ):
        function = add(function)
    return function


def edited(spec: HostSpec, changes: dict[str, Any]) -> HostSpec:
    """`spec` with the options that were given. Folders and files are made absolute."""
    given = {name: value for name, value in changes.items() if value is not None and value != ()}
    for name in ("keyfile", "pkipath"):
        if given.get(name):
            given[name] = str(Path(given[name]).expanduser().absolute())
    return replace(spec, **given)


def spec_of(address: str, way: str, hint: str = "ADDRESS") -> HostSpec:
    """What was typed, as a host. Errors: click's BadParameter, for the parameter `hint`."""
    typed = read(address, Way.URI if looks_like_uri(address) else Way(way))
    if typed.flaw is not None:
        raise click.BadParameter(addresses.flaw(typed.flaw), param_hint=hint)
    return HostSpec("", typed.name, typed.uri)


way_option = option(
    "--by",
    "way",
    type=click.Choice(["ssh", "tls", "tcp"]),
    default="ssh",
    help=N_("How to reach an address that is no URI."),
)


@group.command("add", help=N_("Add a host. ADDRESS: user@host:port, or a libvirt URI."))
@click.argument("address")
@way_option
@option("--name", help=N_("How it is called here."))
@spec_options
@option("--test", "tested", is_flag=True, help=N_("Try it first; add it only if it works."))
@with_session
def add(session: Session, address: str, way: str, name: str | None, tested: bool, **changes: Any) -> int:
    session.begins_fleet = True
    spec = edited(spec_of(address, way), changes)
    spec = replace(spec, name=name or spec.name)
    if name == "" or not spec.name:
        raise click.UsageError(_("Say with --name how it is called."))
    if tested and (code := probing.test(session, spec)) != Exit.DONE:
        return code
    with trying("host.add"):
        spec = session.services.hosts.add(spec)
    _tell(session, spec, _("{name} is in the fleet: {uri}").format(name=spec.name, uri=spec.uri))
    return Exit.DONE


@group.command("edit", help=N_("Change what the fleet file says of a host."))
@host_argument
@option("--name", help=N_("How it is called here."))
@option("--uri", help=N_("Its libvirt URI, or user@host for ssh."))
@spec_options
@with_session
def edit(session: Session, host: str, name: str | None, uri: str | None, **changes: Any) -> int:
    old = session.host(host)
    new = edited(old, {**changes, "name": name, "uri": spec_of(uri, "ssh", "--uri").uri if uri else None})
    if new == old:
        raise click.UsageError(_("Nothing to change was given."))
    return _save(session, new, _("{name} is changed.").format(name=new.name))


def _save(session: Session, spec: HostSpec, said: str) -> int:
    with trying("host.edit"):
        session.services.hosts.edit(spec.id, spec)
    _tell(session, spec, said)
    return Exit.DONE


def _tell(session: Session, spec: HostSpec, said: str) -> None:
    if session.json:
        output.document({"host": record(session, spec)})
    else:
        output.line(said)


@group.command("remove", help=N_("Take hosts out of the fleet file; nothing happens to the hosts."))
@hosts_argument
@with_session
def remove(session: Session, host: Sequence[str]) -> int:
    specs = list(dict.fromkeys(session.host(word) for word in host))
    with trying("host.remove"):
        for spec in specs:
            session.services.hosts.remove(spec.id)
    if session.json:
        output.document({"removed": [spec.name for spec in specs]})
    else:
        for spec in specs:
            output.line(_("{name} is no longer in the fleet.").format(name=spec.name))
    return Exit.DONE


@group.command("connect", help=N_("Connect to hosts, now and by themselves from now on."))
@some_hosts
@with_session
def connect(session: Session, host: Sequence[str], zone: Sequence[str], everything: bool) -> int:
    specs = _set_autoconnect(session, meant(session, host, zone, everything, off=True), True)
    session.reach(specs)
    session.read_facts(specs)
    if session.json:
        hosts = [record(session, spec) for spec in specs]
        output.document({"hosts": hosts, "unreached": session.unreached_records()})
    else:
        for spec in specs:
            if spec.id not in session.unreached:
                output.line(states.host_words(spec, session.services.inventory.status(spec.id), time.time()))
    return session.say_unreached()


@group.command("disconnect", help=N_("Let hosts stay disconnected until they are connected again."))
@some_hosts
@with_session
def disconnect(session: Session, host: Sequence[str], zone: Sequence[str], everything: bool) -> int:
    specs = _set_autoconnect(session, meant(session, host, zone, everything), False)
    if session.json:
        output.document({"hosts": [record(session, spec) for spec in specs]})
    else:
        for spec in specs:
            output.line(_("{name} stays disconnected.").format(name=spec.name))
    return Exit.DONE


def _set_autoconnect(session: Session, specs: Sequence[HostSpec], wanted: bool) -> list[HostSpec]:
    """Into the fleet file, which open windows follow; the hosts as they are then. Those beside the file stay as they are."""
    with trying("host.edit"):
        for spec in specs:
            if spec.autoconnect is not wanted and session.services.hosts.in_file(spec.id):
                session.services.hosts.edit(spec.id, replace(spec, autoconnect=wanted))
    return [session.host(spec.id) for spec in specs]
