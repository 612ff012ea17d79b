"""A context for tests of panes and dialogs: real inventory, jobs, bridge and places; services that note what they are asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

import shiboken6
from msgspec.structs import replace

from console.fleet.domains import Domain, State, VmKey
from console.fleet.hosts import HostSpec, HostStatus, Phase
from console.fleet.sums import Sum
from console.fleet.today import Today
from console.fleet.updates import DomainsRead, StatusChanged
from console.inventory.inventory import Inventory
from console.jobs.runner import JobRunner
from console.services.alerts import AlertService
from console.services.overview import Overview
from console.services.search import SearchService
from console.services.storage import StorageService
from console.settings.paths import Profile
from console.settings.preferences import Preferences
from console.ui.bridge import Bridge
from console.ui.context import Context
from console.ui.places import Navigation
from console.ui.theme import theme
from console.words.search import TEXTS
from tests.ui.fake_stats import FakeStats


class Noting:
    """Notes each call as (name, arguments); returns what `answers` has under the name, calling it if it can be called."""

    def __init__(self, **answers: Any) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.answers = answers

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)

        def call(*args: Any, **more: Any) -> Any:
            self.calls.append((name, *args, *more.items()) if more else (name, *args))
            answer = self.answers.get(name)
            return answer(*args, **more) if callable(answer) else answer

        return call


class Kept:
    """A preferences store that lives as long as the test."""

    def __init__(self, value: Any) -> None:
        self.value = value or Preferences()
        self.listeners: list[Any] = []

    def set(self, **changes: Any) -> None:
        self.value = replace(self.value, **changes)
        for listener in self.listeners:
            listener(self.value)

    def peek(self) -> None:
        return None

    def adopt(self, _shared: None) -> None:
        return None

    def subscribe(self, listener: Any) -> Any:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)


SPECS = (
    HostSpec("n1", "kvm-n1", "qemu+ssh://admin@kvm-n1/system", zone="north", rack="N1", tags=("ssd",)),
    HostSpec("n2", "kvm-n2", "qemu+tls://kvm-n2/system", zone="north", rack="N2"),
)


def key(name: str, host: str = "n1") -> VmKey:
    return VmKey(host, f"uuid-{name}")


def vm(name: str, state: State = State.RUNNING, host: str = "n1", **more: Any) -> Domain:
    return Domain(key(name, host), name, state, **more)


VMS = (
    vm("web-01", tags=("web", "prod"), description="Front of the shop"),
    vm("web-02", tags=("web",)),
    vm("db-01", State.OFF),
    vm("ldap-01", host="n2"),
)


@contextmanager
def room(*, preferences: Any = None, **services: Any) -> Iterator[Context]:
    """A context; keyword arguments replace services by name."""
    inventory = Inventory()
    inventory.set_hosts(SPECS)
    for spec in SPECS:
        inventory.apply(StatusChanged(spec.id, HostStatus(Phase.LIVE, 1.0, 1.0)))
        inventory.apply(DomainsRead(spec.id, tuple(d for d in VMS if d.key.host == spec.id)))
    jobs, bridge, kept = JobRunner(), Bridge(), Kept(preferences)
    search = SearchService(inventory, cast(Any, kept), TEXTS)
    parts: dict[str, Any] = {
        "hosts": Noting(in_file=True, specs=SPECS, file_problems=()),
        "power": Noting(),
        "describe": Noting(),
        "delete": Noting(),
        "bulk": Noting(members=[]),
        "look": Noting(),
        "clones": Noting(),
        "unfinished": Noting(found=[]),
        "credentials": SimpleNamespace(secrets=SimpleNamespace(why_no_keyring=None, check=lambda: None)),
        "history": Noting(history=[], lines=()),
        "search": search,
        "alerts": AlertService(inventory, cast(Any, kept), search),
        "storage": Noting(survey=StorageService(cast(Any, None), inventory, jobs).survey),
        "pools": Noting(),
        "overview": Noting(look=Overview(Sum(), (), (), (), 0.0), today=Today(0.0)),
        "transfer": Noting(),
        "stats": FakeStats(),
        "jobs": jobs,
        "inventory": inventory,
    } | services
    undo = (inventory.subscribe(bridge.on_change), jobs.subscribe(bridge.on_job))
    context = Context(
        inventory=inventory,
        services=cast(Any, SimpleNamespace(**parts)),
        jobs=jobs,
        bridge=bridge,
        preferences=cast(Any, kept),
        nav=Navigation(),
        theme=theme,
        profile=Profile.at("/nowhere/splendid"),
    )
    try:
        yield context
    finally:
        for each in undo:
            each()
        jobs.close(2.0)
        bridge.close()


def gone(qtbot: Any, widget: Any) -> None:
    """Waits until a widget that was closed is deleted."""
    qtbot.waitUntil(lambda: not shiboken6.isValid(widget))
