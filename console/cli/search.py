"""`splendid search`: VMs and hosts by a query, and queries kept under a name."""

from __future__ import annotations

from collections.abc import Sequence

import click

from console.cli import completing, output, vms
from console.cli.base import Command, Exit, option, with_session
from console.cli.output import Cell, Head
from console.cli.session import Session, trying
from console.cli.where import find, hosts_for, parsed, read_for, wrong
from console.fleet.saved import named
from console.fleet.search import QueryError
from console.words import N_, _

HELP = N_(
    "Find VMs. QUERY: words that stand anywhere in a VM's row, and fields.\n\n"
    "name: host: zone: rack: state: tag: group: owner: ip: mac: os: build: from: note: net: pool: file: uuid: "
    "autostart: agent:, cpu> mem> disk> net> read> write> iops> vcpus> ram> size> snapshots> disks> nics>, "
    'idle> off> uptime> age>. Several terms are "and"; or, ! and brackets join them; '
    '"quotes" keep words together, * stands for anything, re: takes a pattern.\n\n'
    "For example: splendid search 'zone:north (cpu>60 or snapshots>2) !tag:lab'. Keep it with --save; \"@NAME\" finds it again."
)


@click.command("search", cls=Command, help=HELP)
@click.argument("query", nargs=-1, shell_complete=completing.queries)
@option(
    "--columns",
    "-c",
    callback=vms.chosen_columns,
    shell_complete=completing.parts_of(vms.COLUMNS),
    help=N_("Columns, apart by commas: {columns}."),
    fill={"columns": ", ".join(vms.COLUMNS)},
)
@option("--sort", type=click.Choice(list(vms.COLUMNS)), default="name", help=N_("Column to sort by."))
@option("--reverse", "-r", is_flag=True, help=N_("Largest or last first."))
@option("--cached", is_flag=True, help=N_("As last seen, without connecting to any host."))
@option("--quick", is_flag=True, help=N_("Don't wait for addresses."))
@option("--save", metavar="NAME", help=N_("Keep QUERY under this name, and look for nothing now."))
@option("--saved", is_flag=True, help=N_("List the kept searches."))
@option("--remove", metavar="NAME", help=N_("Forget a kept search."))
@option("--rename", nargs=2, metavar="NAME NEW", help=N_("Give a kept search another name."))
@option("--move", nargs=2, metavar="NAME PLACES", help=N_("Move a kept search that many places down, or up: -1."))
@with_session
def command(
    session: Session,
    query: Sequence[str],
    columns: Sequence[str],
    sort: str,
    reverse: bool,
    cached: bool,
    quick: bool,
    save: str | None,
    saved: bool,
    remove: str | None,
    rename: tuple[str, str] | None,
    move: tuple[str, str] | None,
) -> int:
    text = " ".join(query)
    keeping = [given for given in (save, remove, rename, move) if given is not None]
    if len(keeping) + saved > 1:
        raise click.UsageError(_("Say one of {options}.").format(options="--save, --saved, --remove, --rename, --move"))
    if keeping:
        return _keep(session, text, save, remove, rename, move)
    if saved:
        return _list(session)
    if not text:
        raise click.UsageError(_("Say what to look for, or --saved to see what is kept."))
    return _find(session, text, columns, sort, reverse=reverse, cached=cached, quick=quick)


def _find(
    session: Session, text: str, columns: Sequence[str], sort: str, *, reverse: bool, cached: bool, quick: bool
) -> int:
    asked = parsed(session, text, "QUERY")
    shown = list(columns or (vms.WITH_LOAD if asked.measures else vms.USUAL))
    if cached and "age" not in shown:
        shown.append("age")
    specs = hosts_for(session, asked)
    if not cached:
        session.reach(specs)
        ids = [spec.id for spec in specs]
        if not asked.measures and any(vms.COLUMNS[name].load for name in (*shown, sort)):
            session.read_loads(specs, lambda: [row.domain for row in vms.rows_of(session, ids)])
        read_for(session, asked, specs, quick=quick)
        if not quick and (session.json or "ip" in shown):
            found = set(find(session, asked))
            session.read_addresses(lambda: [row.domain for row in vms.rows_of(session, ids) if row.domain.key in found])
    keys = find(session, asked)
    found = set(keys)
    rows = [row for row in vms.rows_of(session, {key.host for key in keys}) if row.domain.key in found]
    rows = vms.in_order(rows, sort, reverse=reverse)
    vms.show_rows(session, rows, shown, cached=cached)
    if not rows and not session.json and session.services.inventory.specs():
        output.note(_nothing(session, asked.text))
    return session.say_unreached()


def _nothing(session: Session, text: str) -> str:
    try:
        part = session.services.search.excluding(text)
    except QueryError as error:
        raise wrong(error, "QUERY") from error
    if part:
        return _("No VM matches {text}").format(text=part)
    return _("Each part is found, but no VM has all of them.")


def _keep(
    session: Session,
    text: str,
    save: str | None,
    remove: str | None,
    rename: tuple[str, str] | None,
    move: tuple[str, str] | None,
) -> int:
    search = session.services.search
    if save is not None and not text:
        raise click.UsageError(_("Say which query to keep as {name}.").format(name=save))
    if save is None and text:
        raise click.UsageError(_("A query goes with --save alone."))
    for name in (save, remove, rename[1] if rename else None):
        if name is not None and not name.strip():
            raise click.UsageError(_("A search wants a name."))
    with trying("search.keep"):
        said = ""
        if save is not None:
            parsed(session, text, "QUERY")
            form = _("{name} is changed: {query}") if named(search.searches(), save) else _("{name} is kept: {query}")
            search.save(save, text)
            said = form.format(name=save.strip(), query=text)
        elif remove is not None:
            search.remove(remove)
            said = _("{name} is no longer kept.").format(name=remove)
        elif rename is not None:
            search.rename(*rename)
            said = _("{name} is called {new} now.").format(name=rename[0], new=rename[1].strip())
        elif move is not None:
            try:
                places = int(move[1])
            except ValueError as error:
                raise click.BadParameter(_("That is not a number."), param_hint="--move") from error
            search.move(move[0], places)
            said = _("{name} is moved.").format(name=move[0])
        search.written()
    if session.json:
        return _list(session)
    output.line(said)
    return Exit.DONE


def _list(session: Session) -> int:
    searches = session.services.search.searches()
    if session.json:
        output.document({"searches": [{"name": each.name, "query": each.query} for each in searches]})
    elif not searches:
        output.note(_("No search is kept yet. Keep one with splendid search QUERY --save NAME."))
    else:
        rows: list[list[Cell | str]] = [[each.name, each.query] for each in searches]
        output.table([Head(_("Name")), Head(_("Query"))], rows)
    return Exit.DONE
