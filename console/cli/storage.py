"""`splendid storage …`: pools and volumes, who uses what, and moving them to and from hosts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from console.cli import asking, completing, output, storage_show
from console.cli.base import Exit, Group, option, with_session
from console.cli.following import follow, waiting
from console.cli.session import Session, trying
from console.fleet.hosts import HostSpec
from console.fleet.storage import PoolUse, Survey, VolumeUse
from console.fleet.storing import POOL_KINDS, NewPool, Plan, PoolAct, Prealloc, parse_size, rounded
from console.fleet.updates import DomainsRead, PoolsRead
from console.jobs.runner import JobHandle
from console.services.find_storage import find_pool, find_volume
from console.words import N_, _

CLEAN_LIMIT = 10.0  # seconds that taking back what an earlier run left may hold up a command

group = Group("storage", help=N_("Pools and volumes: who uses them, and what can be done to them."))
pools_group = Group("pool", help=N_("Define, start, stop and remove pools."))
group.add_command(pools_group)

plan_option = option("--plan", "only_plan", is_flag=True, help=N_("Only print what would happen."))
yes_option = option("--yes", "-y", is_flag=True, help=N_("Don't ask."))
hosts_argument = click.argument("host", nargs=-1, shell_complete=completing.hosts)


# reading


def _read(session: Session, specs: Sequence[HostSpec]) -> Survey:
    """Connects these hosts, reads their VMs and storage, and takes back there what an earlier run left half-made."""
    session.reach(specs)
    session.read(specs, PoolsRead, DomainsRead)
    handles = session.services.half_made.clean(frozenset(spec.id for spec in specs))
    session.wait(lambda: all(handle.view.state.ended for handle in handles), CLEAN_LIMIT)
    if handles:
        session.read(specs, PoolsRead)
    return session.services.storage.survey()


def _hosts_of(session: Session, words: Sequence[str]) -> list[HostSpec]:
    """The hosts that words such as host/pool/volume begin with; all, where one begins with none."""
    specs = session.services.inventory.specs()
    found = []
    for word in words:
        first = word.partition("/")[0]
        mine = [spec for spec in specs if first and first in (spec.id, spec.name)]
        if not mine:
            return session.hosts(())
        found += mine
    return list(dict.fromkeys(found))


def _pool(session: Session, word: str) -> PoolUse:
    known = _read(session, _hosts_of(session, [word]))
    with trying("pool.find"):
        use = find_pool(session.services.inventory, known, word)
    _must_reach(session, use.host)
    return use


def _volumes(session: Session, words: Sequence[str], *, everywhere: bool = False) -> list[VolumeUse]:
    """everywhere: all hosts are read, since any of them may use these."""
    known = _read(session, session.hosts(()) if everywhere else _hosts_of(session, words))
    with trying("volume.find"):
        uses = [find_volume(session.services.inventory, known, word) for word in words]
    for use in uses:
        _must_reach(session, use.key.host)
    return list(dict.fromkeys(uses))


def _must_reach(session: Session, host: str) -> None:
    spec = session.services.inventory.spec(host)
    if spec is not None:
        session.must_reach(spec)


def _place(session: Session, word: str) -> tuple[str, str, str]:
    """Host id, pool and name of a volume that is to be: host/pool/name, or pool/name where only one host has the pool."""
    where, slash, name = word.rpartition("/")
    if not slash or not where:
        raise click.BadParameter(
            _("{word} names no place: write host/pool/name.").format(word=word), param_hint="VOLUME"
        )
    use = _pool(session, where)
    return use.host, use.pool.name, name


# plans


def _go(session: Session, plan: Plan, run: Callable[[], JobHandle], *, only_plan: bool, yes: bool) -> int:
    """Prints a plan, asks unless told not to, and follows the task. A plan that is refused is not tried."""
    if only_plan:
        if session.json:
            output.document({"plan": storage_show.plan_record(session, plan)})
        else:
            for text in storage_show.plan(session, plan):
                output.line(text)
        return Exit.FAILED if plan.refused else Exit.DONE
    if plan.refused:
        if session.json:
            output.document({"plan": storage_show.plan_record(session, plan)})
        for text in storage_show.plan(session, plan):
            output.note(text)
        return Exit.FAILED
    if not yes:
        if not session.interactive:
            raise click.UsageError(_("Nobody can be asked here. Look at it with --plan, then say --yes."))
        for text in storage_show.plan(session, plan):
            output.note(text)
        if not asking.confirmed(_("Go on?")):
            raise click.Abort
    with trying(plan.kind):
        return follow(session, run())


# commands that look


@group.command("list", help=N_("How full the storage of each host is, and how much of it is promised."))
@hosts_argument
@with_session
def list_hosts(session: Session, host: Sequence[str]) -> int:
    specs = session.hosts(host)
    survey = _read(session, specs)
    if session.json:
        rows = [
            {"host": spec.name, "host_id": spec.id} | storage_show.sum_record(survey.total(frozenset({spec.id})))
            for spec in specs
        ]
        total = storage_show.sum_record(survey.total(frozenset(spec.id for spec in specs)))
        output.document({"hosts": rows, "total": total, "unreached": session.unreached_records()})
    else:
        storage_show.sums(survey, specs)
    return session.say_unreached()


@group.command("pools", help=N_("List pools."))
@hosts_argument
@with_session
def pools(session: Session, host: Sequence[str]) -> int:
    specs = session.hosts(host)
    wanted = {spec.id for spec in specs}
    uses = [use for use in _read(session, specs).pools if use.host in wanted]
    if session.json:
        rows = [storage_show.pool_record(session, use) for use in uses]
        output.document({"pools": rows, "unreached": session.unreached_records()})
    elif uses:
        storage_show.pools(session, uses)
    return session.say_unreached()


@group.command("volumes", help=N_("List volumes with who uses them."))
@hosts_argument
@option("--pool", "in_pool", metavar="NAME", help=N_("Only of pools of this name."))
@option("--orphans", is_flag=True, help=N_("Only those that nobody is known to use."))
@with_session
def volumes(session: Session, host: Sequence[str], in_pool: str | None, orphans: bool) -> int:
    specs = session.hosts(host)
    wanted = {spec.id for spec in specs}
    uses = [
        use
        for use in _read(session, specs).volumes()
        if use.key.host in wanted and (in_pool is None or use.key.pool == in_pool) and (use.orphan or not orphans)
    ]
    if session.json:
        rows = [storage_show.volume_record(session, use) for use in uses]
        output.document({"volumes": rows, "unreached": session.unreached_records()})
    elif uses:
        storage_show.volumes(session, uses)
    return session.say_unreached()


@group.command("who", help=N_("Who needs these volumes: VMs of any host, and volumes built on them."))
@click.argument("volume", nargs=-1, required=True)
@with_session
def who(session: Session, volume: Sequence[str]) -> int:
    uses = _volumes(session, volume, everywhere=True)
    if session.json:
        output.document({"volumes": [storage_show.volume_record(session, use) for use in uses]})
    else:
        for number, use in enumerate(uses):
            if number:
                output.line("")
            storage_show.who(session, use)
    return session.say_unreached()


# commands that do


@group.command("create", help=N_("Create a volume: host/pool/name."))
@click.argument("volume")
@option("--size", "-s", required=True, metavar="SIZE", help=N_("What it can grow to, for example 20G."))
@option("--format", "-f", "format_", metavar="FORMAT", help=N_("qcow2 (which pools of files take by default) or raw."))
@option(
    "--prealloc",
    type=click.Choice([str(item) for item in Prealloc]),
    default=str(Prealloc.OFF),
    show_default=True,
    help=N_("What is taken from the pool at once."),
)
@option("--backing", metavar="PATH", help=N_("The volume that it is built on."))
@plan_option
@with_session
def create(
    session: Session, volume: str, size: str, format_: str | None, prealloc: str, backing: str | None, only_plan: bool
) -> int:
    with trying("volume.create"):
        capacity = rounded(parse_size(size))
    host, pool, name = _place(session, volume)
    with trying("volume.create"):
        new = session.services.storage.new_volume(
            host, pool, name, capacity, format_ or "", Prealloc(prealloc), backing
        )
        plan = session.services.storage.plan_create(host, pool, new)
    return _go(
        session, plan, lambda: session.services.storage.run_create(host, pool, new), only_plan=only_plan, yes=True
    )


@group.command("clone", help=N_("Copy a volume, whole, on its host."))
@click.argument("volume")
@click.argument("name")
@option("--pool", "-p", "into", metavar="NAME", help=N_("Into this pool of the same host."))
@plan_option
@with_session
def clone(session: Session, volume: str, name: str, into: str | None, only_plan: bool) -> int:
    (use,) = _volumes(session, [volume])
    service, pool = session.services.storage, into or use.key.pool
    with trying("volume.clone"):
        plan = service.plan_clone(use.key, pool, name)
    return _go(session, plan, lambda: service.run_clone(use.key, pool, name), only_plan=only_plan, yes=True)


@group.command("resize", help=N_("Give a volume another capacity; it grows under a VM that runs."))
@click.argument("volume")
@click.argument("size")
@option("--shrink", is_flag=True, help=N_("Allow a smaller one: what lies beyond it is lost."))
@plan_option
@yes_option
@with_session
def resize(session: Session, volume: str, size: str, shrink: bool, only_plan: bool, yes: bool) -> int:
    with trying("volume.resize"):
        wanted = parse_size(size.removeprefix("+"))
    (use,) = _volumes(session, [volume])
    capacity = wanted + (use.volume.capacity if size.startswith("+") else 0)
    service = session.services.storage
    with trying("volume.resize"):
        plan = service.plan_resize(use.key, capacity, shrink=shrink)
    sure = yes or not plan.warnings
    return _go(
        session, plan, lambda: service.run_resize(use.key, capacity, shrink=shrink), only_plan=only_plan, yes=sure
    )


@group.command("delete", help=N_("Delete volumes that nobody needs. Prints what will happen, and asks."))
@click.argument("volume", nargs=-1, required=True)
@option("--not-shared", is_flag=True, help=N_("VMs of other hosts that name the same path mean another file."))
@plan_option
@yes_option
@with_session
def delete(session: Session, volume: Sequence[str], not_shared: bool, only_plan: bool, yes: bool) -> int:
    keys = [use.key for use in _volumes(session, volume, everywhere=True)]
    service = session.services.storage
    with trying("volume.delete"), waiting(_("Asking what would go")):
        plan = service.plan_delete(keys, not_shared=not_shared)
    return _go(session, plan, lambda: service.run_delete(keys, not_shared=not_shared), only_plan=only_plan, yes=yes)


@group.command("upload", help=N_("Send a file of this computer to a pool: host/pool or host/pool/name."))
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("volume")
@plan_option
@yes_option
@with_session
def upload(session: Session, file: Path, volume: str, only_plan: bool, yes: bool) -> int:
    where = volume.rstrip("/")  # a pool with a slash behind it is the pool, as a folder is for cp
    host, pool, name = _place(session, where if where == volume and where.count("/") > 1 else f"{where}/{file.name}")
    service, file = session.services.transfer, file.absolute()
    with trying("volume.upload"):
        plan = service.plan_upload(file, host, pool, name)
    sure = yes or not plan.warnings
    return _go(session, plan, lambda: service.run_upload(file, host, pool, name), only_plan=only_plan, yes=sure)


@group.command("download", help=N_("Fetch a volume into a file of this computer."))
@click.argument("volume")
@click.argument("file", type=click.Path(path_type=Path))
@option("--overwrite", is_flag=True, help=N_("Replace a file that is there, once the new one is whole."))
@plan_option
@yes_option
@with_session
def download(session: Session, volume: str, file: Path, overwrite: bool, only_plan: bool, yes: bool) -> int:
    (use,) = _volumes(session, [volume])
    service = session.services.transfer
    there = (file / use.key.name if file.is_dir() else file).absolute()
    with trying("volume.download"):
        plan = service.plan_download(use.key, there, overwrite=overwrite)
    sure = yes or not plan.warnings
    return _go(
        session, plan, lambda: service.run_download(use.key, there, overwrite=overwrite), only_plan=only_plan, yes=sure
    )


# pools

_POOL_HELP = {
    PoolAct.START: N_("Start a pool."),
    PoolAct.STOP: N_("Stop a pool that no VM uses; its volumes stay."),
    PoolAct.REFRESH: N_("Have the host look anew what a pool holds."),
    PoolAct.BUILD: N_("Make what a pool stands on: its folder, file system or volume group."),
    PoolAct.DELETE: N_("Remove a pool that no VM uses from its host; its volumes stay where they are."),
}
_ASKED = (PoolAct.STOP, PoolAct.BUILD, PoolAct.DELETE)


def _act(act: PoolAct) -> Callable[..., int]:
    @with_session
    def run(session: Session, pool: str, only_plan: bool, yes: bool = True) -> int:
        return _do(session, act, pool, only_plan=only_plan, yes=yes)

    run.__name__ = act.value
    return run


def _do(session: Session, act: PoolAct, word: str, *, only_plan: bool, yes: bool) -> int:
    use = _pool(session, word)
    service, host, name = session.services.pools, use.host, use.pool.name
    with trying(f"pool.{act}"):
        plan = service.plan_pool(act, host, name)
    return _go(session, plan, lambda: service.run_pool(act, host, name), only_plan=only_plan, yes=yes)


for _one, _help in _POOL_HELP.items():
    _command = plan_option(_act(_one))
    if _one in _ASKED:
        _command = yes_option(_command)
    pools_group.command(_one.value, help=_help)(click.argument("pool")(_command))


@pools_group.command("autostart", help=N_("Start a pool with its host, or no longer."))
@click.argument("pool")
@option("--on/--off", "on", default=True, help=N_("Turn it on, which is what happens without this option, or off."))
@plan_option
@with_session
def autostart(session: Session, pool: str, on: bool, only_plan: bool) -> int:
    act = PoolAct.AUTOSTART_ON if on else PoolAct.AUTOSTART_OFF
    return _do(session, act, pool, only_plan=only_plan, yes=True)


@pools_group.command("define", help=N_("Make a pool known to a host: host/name."))
@click.argument("pool")
@option("--kind", type=click.Choice(POOL_KINDS), default="dir", show_default=True, help=N_("What it stands on."))
@option("--path", default="", metavar="FOLDER", help=N_("Where its volumes appear on the host."))
@option("--source", default="", metavar="SOURCE", help=N_("The device (fs, logical) or the exported folder (netfs)."))
@option("--server", default="", metavar="NAME", help=N_("The server of netfs."))
@option(
    "--group", "group_", default="", metavar="NAME", help=N_("The volume group, where it isn't called as the pool.")
)
@option("--build", is_flag=True, help=N_("Make what it stands on, where it is missing."))
@option("--start/--no-start", default=True, help=N_("Start it."))
@option("--autostart/--no-autostart", "with_host", default=True, help=N_("Start it with its host."))
@plan_option
@with_session
def define(
    session: Session,
    pool: str,
    kind: str,
    path: str,
    source: str,
    server: str,
    group_: str,
    build: bool,
    start: bool,
    with_host: bool,
    only_plan: bool,
) -> int:
    host, slash, name = pool.partition("/")
    if not slash:
        raise click.BadParameter(_("{word} names no place: write host/name.").format(word=pool), param_hint="POOL")
    spec = session.host(host)
    _read(session, [spec])
    session.must_reach(spec)
    new, service = NewPool(name, kind, path, source, server, group_), session.services.pools
    how = {"build": build, "start": start, "autostart": with_host}
    with trying("pool.define"):
        plan = service.plan_define(spec.id, new, **how)
    return _go(session, plan, lambda: service.run_define(spec.id, new, **how), only_plan=only_plan, yes=True)
