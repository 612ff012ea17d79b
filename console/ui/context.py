"""What every part of the window is handed. Built once, in `console.app`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.settings.paths import Profile
from console.ui.actions import Acting
from console.ui.host_actions import HostActing

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
    """The core's parts, the way in (bridge), the way around (nav), the look, and who does what is asked (acting for
    VMs, host_acting for hosts)."""

    inventory: Inventory
    services: Services
    jobs: JobRunner
    bridge: Bridge
    preferences: PreferencesStore
    nav: Navigation
    theme: Theme
    profile: Profile = field(default_factory=Profile.default)
    acting: Acting = field(init=False)
    host_acting: HostActing = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "acting", Acting(self.inventory, self.services.power))
        object.__setattr__(self, "host_acting", HostActing(self.inventory, self.services.hosts))
