"""Where this workstation keeps what is the user's: fleet file, preferences, last-seen inventory, jobs."""

from __future__ import annotations

from pathlib import Path

import msgspec
import platformdirs

APP = "splendid"


class Profile(msgspec.Struct, frozen=True):
    """The folders of one user's console; none need exist. Two consoles may use one profile at once."""

    config: Path
    state: Path
    cache: Path

    @classmethod
    def default(cls) -> Profile:
        """The user's own, where the desktop keeps such things (XDG)."""
        return cls(
            platformdirs.user_config_path(APP, appauthor=False),
            platformdirs.user_state_path(APP, appauthor=False),
            platformdirs.user_cache_path(APP, appauthor=False),
        )

    @classmethod
    def at(cls, folder: Path | str) -> Profile:
        """Everything under one folder."""
        root = Path(folder).expanduser().absolute()
        return cls(root, root / "state", root / "cache")

    @property
    def fleet_file(self) -> Path:
        return self.config / "fleet.toml"

    @property
    def preferences_file(self) -> Path:
        return self.config / "preferences.toml"

    @property
    def database(self) -> Path:
        """The last-seen inventory; losing it costs nothing but time."""
        return self.cache / "inventory.sqlite"

    @property
    def versions_database(self) -> Path:
        """How VMs were configured earlier."""
        return self.state / "versions.sqlite"

    @property
    def thumbnails_database(self) -> Path:
        """Screens of VMs at the time of their snapshots."""
        return self.state / "thumbnails.sqlite"

    @property
    def load_database(self) -> Path:
        """What VMs and hosts took over time, and what happened to them."""
        return self.state / "load.sqlite"

    @property
    def jobs_database(self) -> Path:
        """History and journal of jobs."""
        return self.state / "jobs.sqlite"
