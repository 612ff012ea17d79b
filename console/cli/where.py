"""--where of the commands: VMs by the search language, read from their hosts as far as the query needs."""

from __future__ import annotations

import click

from console.cli import completing, output
from console.cli.base import option
from console.cli.session import Session
from console.fleet.domains import Domain, VmKey
from console.fleet.hosts import HostSpec
from console.fleet.saved import named
from console.fleet.search import Query, QueryError, parse
from console.words import N_, _, search

KEPT = "@"  # before the name of a kept search, where a query is wanted

where_option = option(
    "--where",
    metavar="QUERY",
    shell_complete=completing.queries,
    help=N_('VMs by a query such as "zone:north cpu>80 !tag:lab"; @NAME is a kept one. See splendid search.'),
)


def parsed(session: Session, text: str, hint: str = "--where") -> Query:
    """A query as it was typed, or the kept one of "@name". Errors: BadParameter of click that shows the place."""
    if text.startswith(KEPT):
        text = kept(session, text.removeprefix(KEPT), hint)
    try:
        return parse(text)
    except QueryError as error:
        raise wrong(error, hint) from error


def kept(session: Session, name: str, hint: str) -> str:
    """The query that is kept under a name. Errors: BadParameter of click."""
    searches = session.services.search.searches()
    found = named(searches, name)
    if found is None:
        said = _("No search is kept as {name}.").format(name=name or "“”")
        more = _("There are {names}.").format(names=", ".join(each.name for each in searches)) if searches else ""
        raise click.BadParameter(f"{said} {more}".rstrip(), param_hint=hint)
    return found.query


def wrong(error: QueryError, hint: str) -> click.BadParameter:
    """A query that cannot be meant, with marks under the place."""
    line, marks = search.marked(error)
    shown = output.clean(line)
    place = f"\n  {shown}\n  {marks}" if len(shown) == len(line) else ""  # else the marks would stand elsewhere
    return click.BadParameter(f"{search.sentence(error)}{place}", param_hint=hint)


def keys_where(session: Session, text: str) -> list[VmKey]:
    """The VMs that --where means, as their hosts tell now. Errors: BadParameter of click for a query that cannot be meant;
    hosts that could not be reached are in `session.unreached`."""
    query = parsed(session, text)
    specs = hosts_for(session, query)
    session.reach(specs)
    read_for(session, query, specs)
    return find(session, query)


def find(session: Session, query: Query) -> list[VmKey]:
    """What a query finds now. Errors: BadParameter of click where a pattern takes too long."""
    try:
        return session.services.search.find(query)
    except QueryError as error:
        raise wrong(error, "--where") from error


def hosts_for(session: Session, query: Query) -> list[HostSpec]:
    """The hosts that can have what a query asks for: those of its zones, racks and hosts, else all."""
    return [spec for spec in session.hosts(()) if query.may_be_on(spec)]


def read_for(session: Session, query: Query, specs: list[HostSpec], *, quick: bool = False) -> None:
    """Waits for what a query looks at and hosts tell late: load, addresses, pools. quick: not for addresses."""
    inventory = session.services.inventory
    hosts = {spec.id for spec in specs}

    def domains() -> list[Domain]:
        return [domain for host in hosts for domain in inventory.domains_of(host)]

    if query.measures:
        session.read_loads(specs, domains)
    if "pool" in query.fields:
        session.read_whole(specs)
    if not quick and (query.worded or "ip" in query.fields):
        session.read_addresses(domains)
