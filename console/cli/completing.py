"""Names for the shell to complete, from the fleet file, the last-seen inventory and the snapshots that were listed last. Asks no
host."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from console.cli.base import Options

if TYPE_CHECKING:
    from console.fleet.domains import Domain
    from console.fleet.hosts import HostSpec
    from console.settings.paths import Profile

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _options(ctx: click.Context) -> Options:
    """The options before the command; while completing, no command has run and made a session of them."""
    given = ctx.find_root().params
    return Options(profile=given.get("profile"), fleet=given.get("fleet"), demo=bool(given.get("demo")))


def _specs(options: Options) -> tuple[HostSpec, ...]:
    """The hosts of the fleet file; none where it cannot be read: completion is no place for errors."""
    from console.settings.fleetfile import read  # noqa: PLC0415 - the shell waits, and most commands need none of this
    from console.settings.paths import Profile  # noqa: PLC0415

    profile = Profile.at(options.profile) if options.profile else Profile.default()
    try:
        return read((options.fleet or profile.fleet_file).read_text("utf-8")).specs
    except (OSError, UnicodeDecodeError):
        return ()


def _domains(options: Options) -> tuple[tuple[str, Domain], ...]:
    """Host name and VM for all VMs last seen on hosts of the fleet file."""
    from console.inventory.cache import Cache  # noqa: PLC0415
    from console.settings.paths import Profile  # noqa: PLC0415

    profile = Profile.at(options.profile) if options.profile else Profile.default()
    if not profile.database.exists():
        return ()
    names = {spec.id: spec.name for spec in _specs(options)}
    cache = Cache(profile.database)
    try:
        return tuple(
            (names[view.id], domain) for view, domains in cache.load() if view.id in names for domain in domains
        )
    finally:
        cache.close(0.1)


def _items(words: Iterable[str], incomplete: str) -> list[CompletionItem]:
    start = incomplete.casefold()
    return [CompletionItem(word) for word in sorted(set(words)) if word and word.casefold().startswith(start)]


def hosts(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return _items((spec.name for spec in _specs(_options(ctx))), incomplete)


def zones(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return _items((spec.zone for spec in _specs(_options(ctx))), incomplete)


def tags(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return _items((tag for _host, domain in _domains(_options(ctx)) for tag in domain.tags), incomplete)


def vms(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of VMs; host/name once a host is typed, and where several VMs have one name."""
    known = _domains(_options(ctx))
    if "/" in incomplete:
        return _items((f"{host}/{domain.name}" for host, domain in known), incomplete)
    names = Counter(domain.name for _host, domain in known)
    found = [
        f"{host}/{domain.name}" if names[domain.name] > 1 else domain.name
        for host, domain in known
        if domain.name.casefold().startswith(incomplete.casefold())
    ]
    return _items(found, "")


def pools(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of pools: of the host that is named by then, else of all."""
    from console.inventory.cache import Cache  # noqa: PLC0415 - as above

    options, wanted = _options(ctx), ctx.params.get("host")
    profile = _profile(options)
    if not profile.database.exists():
        return []
    names = {spec.id: spec.name for spec in _specs(options)}
    cache = Cache(profile.database)
    try:
        views = [view for view, _domains in cache.load() if view.id in names]
    finally:
        cache.close(0.1)
    return _items(
        (pool.name for view in views if wanted in (None, view.id, names[view.id]) for pool in view.pools), incomplete
    )


SNAPSHOTS = (
    "snapshots.json"  # in the profile's cache: names of snapshots by the VM's UUID, those looked at last at the end
)
MOST = 500  # VMs whose snapshots are remembered


def _profile(options: Options) -> Profile:
    from console.settings.paths import Profile  # noqa: PLC0415 - as above

    return Profile.at(options.profile) if options.profile else Profile.default()


def _remembered(options: Options) -> dict[str, list[str]]:
    try:
        found = json.loads((_profile(options).cache / SNAPSHOTS).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return (
        {str(uuid): [str(name) for name in names] for uuid, names in found.items()} if isinstance(found, dict) else {}
    )


def remember(options: Options, uuid: str, names: Iterable[str]) -> None:
    """Keeps the names of a VM's snapshots for the shell. What cannot be written is not missed."""
    from console.files.atomic import write_text  # noqa: PLC0415 - as above

    known, now = _remembered(options), list(names)
    if known.get(uuid, []) == now:
        return
    known.pop(uuid, None)
    known[uuid] = now
    folder = _profile(options).cache
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        write_text(folder / SNAPSHOTS, json.dumps(dict(list(known.items())[-MOST:]), ensure_ascii=False))


def snapshots(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of the snapshots of the VMs that are named by then; of all, where none is."""
    vm = ctx.params.get("vm") or tuple(ctx.args[:1])  # what an option without its value yet left unread
    return _snapshots(_options(ctx), {vm} if isinstance(vm, str) else set(vm), incomplete)


def vms_and_snapshot(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """For commands that take VMs and then a snapshot: once a VM is named, its snapshots before more VMs."""
    words = {*(ctx.params.get("vm") or ()), ctx.params.get("name")} - {
        None
    }  # what stands last is taken for the snapshot
    if ctx.params.get("where"):
        return _snapshots(_options(ctx), set(), incomplete)
    found = _snapshots(_options(ctx), words, incomplete) if words else []
    return found + [item for item in vms(ctx, param, incomplete) if item.value not in words]


def _snapshots(options: Options, words: set[str], incomplete: str) -> list[CompletionItem]:
    known = _remembered(options)
    uuids = {
        domain.key.uuid
        for host, domain in (_domains(options) if words else ())
        if words & {domain.name, f"{host}/{domain.name}", domain.key.uuid}
    }
    return _items((name for uuid, names in known.items() if not words or uuid in uuids for name in names), incomplete)


def parts_of(names: Iterable[str]) -> Complete:
    """Completes the last of several names that stand apart by commas."""
    names = tuple(names)

    def complete(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        before, comma, last = incomplete.rpartition(",")
        return [CompletionItem(f"{before}{comma}{name}") for name in names if name.startswith(last)]

    return complete


def queries(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The last term of a query, with the values that were last seen."""
    from console.fleet.completion import complete  # noqa: PLC0415 - as above
    from console.fleet.hosts import HostStatus  # noqa: PLC0415
    from console.fleet.query_fields import field_of  # noqa: PLC0415
    from console.fleet.subjects import Known, Seen  # noqa: PLC0415

    specs = {spec.name: spec for spec in _specs(_options(ctx))}

    def values(name: str) -> list[str]:
        field, found = field_of(name), Counter[str]()
        if field is None or field.texts is None:
            return []
        if name == "host":
            return sorted(specs)
        status, known = HostStatus(), Known(0.0)
        for host, domain in _domains(_options(ctx)):
            found.update(field.texts(Seen(domain, specs[host], status), known))
        return sorted(found.keys() - {""})

    completion = complete(incomplete, len(incomplete), values)
    return [CompletionItem(completion.applied(incomplete, each)[0].rstrip()) for each in completion.suggestions]


def alerts(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of alerts."""
    from console.settings.paths import Profile  # noqa: PLC0415 - as above
    from console.settings.preferences import read  # noqa: PLC0415

    options = _options(ctx)
    profile = Profile.at(options.profile) if options.profile else Profile.default()
    try:
        preferences = read(profile.preferences_file.read_text("utf-8"))[0]
    except (OSError, ValueError):
        return []
    return _items((rule.name for rule in preferences.alerts), incomplete)
