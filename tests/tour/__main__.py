"""python -m tests.tour FOLDER: walks through the window and writes its pictures. Exit code 1 if a step did not come about."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


RUNS = (("light", "1", False), ("dark", "1", False), ("light", "2", True), ("dark", "2", True))
"""Look, screen's scale, and whether only a few pages are shown. Each run is a program of its own."""


def parsed(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.tour", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the pictures go; made where missing")
    parser.add_argument("--look", choices=("light", "dark"), help="one run, in this look")
    parser.add_argument("--few", action="store_true", help="only a few pages")
    return parser.parse_args(argv)


def walk(folder: Path, look: str, few: bool, home: Path) -> int:
    """Makes the walk in this process. How many steps did not come about."""
    from PySide6.QtCore import QtMsgType, qInstallMessageHandler  # noqa: PLC0415 - after the platform was chosen

    from console import words  # noqa: PLC0415
    from console.app import App, Options  # noqa: PLC0415
    from console.desktop import Desktop, application  # noqa: PLC0415
    from console.settings.paths import Profile  # noqa: PLC0415
    from console.settings.preferences import Mode  # noqa: PLC0415
    from tests.tour.camera import Camera  # noqa: PLC0415
    from tests.tour.waiting import NotSo, settle  # noqa: PLC0415
    from tests.tour.walk import Walk  # noqa: PLC0415

    complaints: list[str] = []

    def heard(kind: QtMsgType, _context: object, text: str) -> None:
        if kind is not QtMsgType.QtDebugMsg and "This plugin does not support" not in text:
            complaints.append(text)

    qInstallMessageHandler(heard)
    words.install("en")
    application()
    app = App(Options(Profile.at(home)))
    app.preferences.set(theme=Mode(look))
    desktop = Desktop(app)
    desktop.start()
    desktop.window.resize(1440, 900)
    desktop.window.show()
    settle(0.5)
    ratio = desktop.window.devicePixelRatio()
    camera = Camera(folder, look if ratio == 1 else f"{look}@{ratio:g}x")
    trip = Walk(desktop, camera)
    failed = 0
    for number, (title, step) in enumerate(trip.few_steps() if few else trip.steps(), 1):
        begun = time.monotonic()
        try:
            seen = step()
        except NotSo as error:
            failed += 1
            print(f"{number:3} ✗ {title}: {error}", flush=True)
        except Exception:  # the walk goes on: what else does not come about is worth knowing
            failed += 1
            print(f"{number:3} ✗ {title}:\n{traceback.format_exc()}", flush=True)
        else:
            print(f"{number:3} ✓ {title}: {seen} ({time.monotonic() - begun:.1f} s)", flush=True)
    for text in complaints:
        failed += 1
        print(f"  ✗ Qt says: {text}")
    begun = time.monotonic()
    desktop.close()
    print(f"      closed in {time.monotonic() - begun:.1f} s, {len(camera.taken)} pictures in {folder}", flush=True)
    return failed


def main(argv: list[str]) -> int:
    given = parsed(argv)
    folder = given.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    if given.look:
        with tempfile.TemporaryDirectory(prefix="splendid-tour-") as home:
            return min(walk(folder, given.look, given.few, Path(home)), 1)
    for old in folder.glob("*.png"):
        old.unlink()
    failed = 0
    for look, scale, few in RUNS:
        print(f"In {look}, at {scale}×:", flush=True)
        command = [sys.executable, "-m", "tests.tour", str(folder), "--look", look, *(["--few"] if few else [])]
        failed += subprocess.run(command, env={**os.environ, "QT_SCALE_FACTOR": scale}, check=False).returncode != 0
    print("The tour came through." if not failed else "Not every step came about.", flush=True)
    return min(failed, 1)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # threads of hung connections must not hold it up
