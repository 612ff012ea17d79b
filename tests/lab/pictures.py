"""The window on the lab's hosts with no screen: `python -m tests.lab --guests 3 -- pictures FOLDER [SECONDS]`.

It watches the guests for a while, so that there is a load to be seen, and writes pictures of their pages. On the workstation.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

WATCHED = 150.0  # seconds


def shoot(profile: Path, folder: Path, watched: float) -> None:
    """Opens the window on a profile, waits until all hosts are live and `watched` seconds more, and takes the pictures."""
    from console import words  # noqa: PLC0415 - after the platform was chosen
    from console.app import App, Options  # noqa: PLC0415
    from console.desktop import Desktop, application  # noqa: PLC0415
    from console.fleet.hosts import Phase  # noqa: PLC0415
    from console.settings.paths import Profile  # noqa: PLC0415
    from console.settings.preferences import Mode  # noqa: PLC0415
    from console.ui.places import Place  # noqa: PLC0415
    from tests.tour.camera import Camera  # noqa: PLC0415
    from tests.tour.waiting import settle, until  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    words.install("en")
    application()
    app = App(Options(Profile.at(profile)))
    desktop = Desktop(app)
    desktop.start()
    desktop.window.resize(1440, 900)
    desktop.window.show()
    hosts = app.inventory.specs()
    until(lambda: all(app.inventory.status(spec.id).phase is Phase.LIVE for spec in hosts), "the hosts are live", 60)
    end = time.monotonic() + watched
    while time.monotonic() < end:
        settle(1.0)
    vms = sorted(app.inventory.domains(), key=lambda vm: vm.name)
    places = {
        "fleet": Place.fleet("overview"),
        "vms": Place.fleet("vms"),
        "top": Place.fleet("top"),
        "host": Place.host(hosts[0].id, "summary"),
        "host-graphs": Place.host(hosts[0].id, "graphs"),
    }
    for vm in vms[:3]:
        places[f"vm-{vm.name}"] = Place.vm(vm.key, "summary")
        places[f"vm-{vm.name}-graphs"] = Place.vm(vm.key, "graphs")
        places[f"vm-{vm.name}-snapshots"] = Place.vm(vm.key, "snapshots")
    for look in (Mode.LIGHT, Mode.DARK):
        app.preferences.set(theme=look)
        camera = Camera(folder, look.value)
        for name, place in places.items():
            desktop.context.nav.open(place)
            settle(1.5)
            camera.shoot(desktop.window, name)
        print(f"{len(camera.taken)} pictures in {folder}, {look.value}", flush=True)
    desktop.close()


def main(argv: Sequence[str]) -> None:
    profile, folder, *seconds = argv
    shoot(Path(profile), Path(folder).absolute(), float(seconds[0]) if seconds else WATCHED)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
