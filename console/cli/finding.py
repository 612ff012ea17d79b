"""`splendid host test`, `trust` and `import`: getting hosts to work, and getting them from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from console.cli import asking, completing, output, probing
from console.cli.base import Exit, option, with_session
from console.cli.hosts import group, spec_of, way_option
from console.cli.output import Cell, Head
from console.cli.session import Session, Tried, trying
from console.fleet.errors import FleetError, Problem, Reason
from console.fleet.hosts import HostSpec
from console.words import N_, _, ngettext


@group.command("test", help=N_("Try a host step by step. HOST: of the fleet, an address or a URI."))
@click.argument("host", shell_complete=completing.hosts)
@way_option
@with_session
def test(session: Session, host: str, way: str) -> int:
    return probing.test(session, _known_or_typed(session, host, way))


def _known_or_typed(session: Session, host: str, way: str) -> HostSpec:
    """A host of the fleet by its name, else what was typed as an address."""
    try:
        return session.host(host)
    except Tried:
        return spec_of(host, way, "HOST")


@group.command("trust", help=N_("Store the host key of a host that is reached by ssh, after comparing it."))
@click.argument("host", shell_complete=completing.hosts)
@option("--fingerprint", metavar="SHA256:…", help=N_("Trust it if this is its fingerprint; asks nobody."))
@with_session
def trust(session: Session, host: str, fingerprint: str | None) -> int:
    spec = _known_or_typed(session, host, "ssh")
    line = next(
        (line for line in probing.findings(session, spec) if str(line.step) == "host-key" or line.ok is False), None
    )
    if line is None:
        raise click.UsageError(_("{name} is not reached by ssh: it has no host key.").format(name=spec.name))
    values = line.values
    if str(line.step) != "host-key":
        problem = line.problem or Problem(Reason.OTHER)
        raise Tried(FleetError(problem, spec.name), "host.trust", Exit.UNREACHABLE)
    if line.ok:
        return _trusted(session, spec, values, _("{name} is trusted already.").format(name=spec.name))
    if values.get("state") == "changed" or not values.get("line"):
        raise Tried(FleetError(line.problem or Problem(Reason.OTHER), spec.name), "host.trust", Exit.UNREACHABLE)
    shown = str(values.get("fingerprint", ""))
    if fingerprint is not None:
        if fingerprint != shown:
            raise click.BadParameter(
                _("{name} shows {fingerprint}, which is another one.").format(name=spec.name, fingerprint=shown),
                param_hint="--fingerprint",
            )
    elif not session.interactive:
        raise click.UsageError(
            _(
                "Nobody can be asked here. Compare {fingerprint} with the host's own, then give it with --fingerprint."
            ).format(fingerprint=shown)
        )
    else:
        probing.show(line)
        if not asking.confirmed(_("Trust it?")):
            raise click.Abort
    with trying("host.trust"):
        session.services.hosts.trust_host_key(spec, str(values["line"]))
    return _trusted(session, spec, values, _("{name} is trusted from now on.").format(name=spec.name))


def _trusted(session: Session, spec: HostSpec, values: dict[str, str | int | float], said: str) -> int:
    if session.json:
        output.document({"host": spec.name, "kind": values.get("kind"), "fingerprint": values.get("fingerprint")})
    else:
        output.line(said)
    return Exit.DONE


@group.command("import", help=N_("List hosts that other programs know, and add the ones named."))
@click.argument("name", nargs=-1)
@option("--all", "everything", is_flag=True, help=N_("Add all that are not in the fleet yet."))
@option("--from", "source", type=click.Choice(["virt-manager", "ssh", "local"]), help=N_("Only from there."))
@option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help=N_("From a colleague's fleet file instead."),
)
@with_session
def import_hosts(session: Session, name: Sequence[str], everything: bool, source: str | None, file: Path | None) -> int:
    session.begins_fleet = True
    offered = _from_file(session, file) if file is not None else _from_programs(session, source)
    known = {spec.uri for spec in session.services.hosts.specs()}
    unknown = [word for word in name if word not in {spec.name for _where, spec in offered}]
    if unknown:
        raise click.BadParameter(_("{name} is not among them.").format(name=unknown[0]), param_hint="NAME")
    chosen = [spec for _where, spec in offered if spec.uri not in known and (everything or spec.name in name)]
    added: Sequence[HostSpec] = ()
    if chosen:
        with trying("host.add"):
            added = session.services.hosts.add_all(chosen)
    if session.json:
        found = [
            {"name": spec.name, "uri": spec.uri, "from": where, "in_fleet": spec.uri in known}
            for where, spec in offered
        ]
        output.document(
            {"found": found, "added": [{"name": spec.name, "id": spec.id, "uri": spec.uri} for spec in added]}
        )
    elif name or everything:
        count = len(added)
        output.line(ngettext("{count} host added.", "{count} hosts added.", count).format(count=count))
    elif offered:
        heads = [Head(_("Name")), Head(_("URI")), Head(_("From")), Head(_("In the fleet"))]
        output.table(heads, [_row(where, spec, spec.uri in known) for where, spec in offered])
    return Exit.DONE


def _row(where: str, spec: HostSpec, known: bool) -> list[Cell | str]:
    return [spec.name, spec.uri, where, Cell(_("yes"), dim=True) if known else _("no")]


def _from_file(session: Session, file: Path) -> list[tuple[str, HostSpec]]:
    try:
        return [(file.name, spec) for spec in session.services.hosts.read_file(file)]
    except (OSError, UnicodeDecodeError) as error:
        problem = Problem(Reason.OTHER, getattr(error, "strerror", None) or str(error))
        raise Tried(FleetError(problem, str(file)), "file.read", Exit.FAILED) from None


def _from_programs(session: Session, source: str | None) -> list[tuple[str, HostSpec]]:
    """What virt-manager, ~/.ssh/config and this computer offer, each name once."""
    imports = session.services.hosts.found_imports()
    offered = [("virt-manager", HostSpec("", found.name, found.uri)) for found in imports.virt_manager]
    offered += [("ssh", HostSpec("", found.name, found.uri)) for found in imports.ssh]
    if imports.local is not None:
        offered.append(("local", imports.local))
    return [(where, spec) for where, spec in offered if source in (None, where)]
