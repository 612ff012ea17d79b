"""What every part of the window is handed. Built once, in `console.app`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # pages only hold these; loading them is the composition root's affair
    from console.inventory.inventory import Inventory
    from console.jobs.runner import JobRunner
    from console.services.services import Services
    from console.settings.preferences import PreferencesStore
    from console.ui.bridge import Bridge
    from console.ui.places import Navigation
    from console.ui.theme import Theme


@dataclass(frozen=True, slots=True)
class Context:
    """The core's parts, the way in (bridge), the way around (nav) and the look."""

    inventory: Inventory
    services: Services
    jobs: JobRunner
    bridge: Bridge
    preferences: PreferencesStore
    nav: Navigation
    theme: Theme
