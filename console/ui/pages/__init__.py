"""Pages: what the middle of the window shows. Each is loaded when it is first shown, since the window's start waits for none."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from console.ui.pages.alerts import AlertsPage as AlertsPage
    from console.ui.pages.first_run import FirstRunPage as FirstRunPage
    from console.ui.pages.fleet import FleetPage as FleetPage
    from console.ui.pages.fleet_storage import FleetStoragePage as FleetStoragePage
    from console.ui.pages.host import HostPage as HostPage
    from console.ui.pages.hosts import HostsPage as HostsPage
    from console.ui.pages.tasks import TasksPage as TasksPage
    from console.ui.pages.top import TopPage as TopPage
    from console.ui.pages.vm import VmPage as VmPage

_ROOMS = {
    "AlertsPage": "alerts",
    "FirstRunPage": "first_run",
    "FleetPage": "fleet",
    "FleetStoragePage": "fleet_storage",
    "HostPage": "host",
    "HostsPage": "hosts",
    "TasksPage": "tasks",
    "TopPage": "top",
    "VmPage": "vm",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
