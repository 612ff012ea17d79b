"""The window's composition root: application, theme, window, and the loop that runs them."""

from __future__ import annotations

import gc
import locale
import os
import re
import signal
import socket
import sys
import threading
import time
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, QTimer, QTranslator
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from console import words
from console.app import App, Options, calm_collector
from console.services.past import recall
from console.ui.bridge import Bridge
from console.ui.context import Context
from console.ui.own_files import OwnFiles
from console.ui.places import Navigation
from console.ui.theme import theme
from console.ui.turn import Turn
from console.ui.window import MainWindow
from console.words import screens

GIL_TURN = 0.0002  # seconds: a worker that computes gives way to the window soon
FREEZE_MS = 5_000
ANSWER = 2.0  # seconds for a display to answer
X_PORT = 6000  # of display 0
PAST_MS = 2_500  # after the start, until what was recorded before is read


class Desktop:
    """One window over one App. The application object must exist; everything here lives in its thread."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.bridge = Bridge(turn=app.gateway.courtesy.take)
        self.navigation = Navigation()
        self.context = Context(
            inventory=app.inventory,
            services=app.services,
            jobs=app.jobs,
            bridge=self.bridge,
            preferences=app.preferences,
            nav=self.navigation,
            theme=theme,
            profile=app.options.profile,
        )
        self._undo = (app.inventory.subscribe(self.bridge.on_change), app.jobs.subscribe(self.bridge.on_job))
        app.desk.handler = self.bridge.question_asked.emit
        options = app.options
        self.window = MainWindow(self.context, expecting=options.demo or options.fleet is not None)
        self.window.dialogs.fleet_file = app.fleet.path
        self._past = QTimer(self.bridge, interval=PAST_MS, singleShot=True)
        self._past.timeout.connect(self._recall)
        self.own_files = OwnFiles(self.context, self.window.toasts, self.window.dialogs, self.window)

    def start(self) -> None:
        """Reads files and opens hosts, on a thread of its own; then says what is wrong with them."""
        self.app.on_trouble(lambda: self.bridge.post(self.own_files.look))

        def work() -> None:
            self.app.start()
            self.bridge.post(self._started)

        threading.Thread(target=work, name="app-start", daemon=True).start()

    def _started(self) -> None:
        self.own_files.look()
        self.window.dialogs.look_for_unfinished()
        self._past.start()

    def _recall(self) -> None:
        """What was recorded lately goes before what is told now; sparklines do without it where it cannot be read."""
        stats, inventory = self.app.services.stats, self.app.inventory
        self.bridge.run(lambda: recall(stats, inventory, time.time()), failed=lambda _error: None)

    def close(self) -> None:
        """Takes the window down, then everything behind it; within a second whatever hangs."""
        for undo in self._undo:
            undo()
        self.app.desk.handler = None
        self._past.stop()
        self.bridge.close()
        self.window.leave()
        self.app.close()


def has_screen() -> bool:
    """A window can be shown: a display answers, or Qt was told to do without. Takes two seconds at most."""
    platform = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0].partition(";")[0]
    if platform and platform != "xcb" and not platform.startswith("wayland"):
        return True
    return _wayland_answers() or _x_answers(os.environ.get("DISPLAY", ""))


def _answers(family: socket.AddressFamily, address: str | tuple[str, int]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as asked:
        asked.settimeout(ANSWER)
        try:
            asked.connect(address)
        except (OSError, ValueError):
            return False
    return True


def _wayland_answers() -> bool:
    if os.environ.get("WAYLAND_SOCKET"):  # open already, and no second one may be opened
        return True
    name = os.environ.get("WAYLAND_DISPLAY", "")
    path = Path(os.environ.get("XDG_RUNTIME_DIR", "")) / name
    return bool(name) and _answers(socket.AF_UNIX, str(path))


def _x_answers(display: str) -> bool:
    """display: as DISPLAY has it, such as ":0", "localhost:10.0", "unix/host:0"."""
    found = re.fullmatch(r"(.*):(\d+)(\.\d+)?", display)
    if found is None:
        return False
    host, number = found[1].strip("[]"), int(found[2])
    if not host or host.startswith("unix"):
        path = f"/tmp/.X11-unix/X{number}"
        return _answers(socket.AF_UNIX, path) or _answers(socket.AF_UNIX, f"\0{path}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return _answers(family, (host.rpartition("/")[2], X_PORT + number))


def keep_collector_calm(parent: QObject) -> None:
    """Keeps the collector from stopping the window: what outlived its youth is put out of its sight now and then too."""
    calm_collector()
    gc.freeze()
    timer = QTimer(parent, interval=FREEZE_MS)
    timer.timeout.connect(gc.freeze)
    timer.start()


def application() -> QApplication:
    """The one QApplication, named so that desktops find our icon and desktop file."""
    QGuiApplication.setDesktopFileName("splendid")
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    locale.setlocale(locale.LC_MESSAGES, "C")  # Qt took the user's; libvirt's texts are read by their English words
    app.setApplicationName("splendid")
    app.setApplicationDisplayName("Splendid")
    return app


def speak(app: QApplication, language: str) -> None:
    """Qt's own texts (key names, menus of fields, file dialogs) and numbers in fields, as the rest of the window has them."""
    QLocale.setDefault(QLocale(language))
    texts = QTranslator(app)
    if texts.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(texts)


def run(options: Options) -> int:
    """Opens the window and stays until it is closed. The exit code of the program."""
    if not has_screen():
        sys.stderr.write(screens.none(os.environ) + "\n")
        return 1
    sys.setswitchinterval(GIL_TURN)
    app = App(options)
    words.install(app.preferences.value.language)
    qt = application()
    speak(qt, words.language())
    desktop = Desktop(app)
    keep_collector_calm(desktop.window)
    desktop.start()
    desktop.window.show()
    courtesy = app.gateway.courtesy
    Turn(desktop.window, courtesy.take, courtesy.leave)
    signal.signal(signal.SIGINT, lambda *_: qt.quit())
    signal.signal(signal.SIGTERM, lambda *_: qt.quit())
    wake = QTimer()  # lets Python see signals while Qt waits
    wake.timeout.connect(lambda: None)
    wake.start(500)
    code = qt.exec()
    wake.stop()
    desktop.close()
    return code
