"""Notifications of the desktop (org.freedesktop.Notifications), sent and listened to in a thread of their own.

Qt's own D-Bus cannot be used from Python for this: it has no way to write an unsigned 32-bit argument.
"""

from __future__ import annotations

import contextlib
import os
import queue
import select
import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from jeepney import DBusAddress, MatchRule  # type: ignore[import-untyped]
    from jeepney.io.blocking import DBusConnection  # type: ignore[import-untyped]

NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
LIMIT = 3.0  # seconds the desktop has to answer
REMEMBERED = 50  # notifications whose click is still understood


class DesktopNote(msgspec.Struct, frozen=True):
    """summary: one line. tag: handed back when a person clicks the note. urgent: stays until it is seen."""

    summary: str
    body: str
    tag: int
    urgent: bool = False


class DesktopNotes:
    """`send` never blocks. The thread begins with the first note; without a session bus nothing is ever sent.

    clicked: called in that thread with the tag of a note that a person clicked. action: what clicking does, in words.
    on_lost: called in that thread with a note that the desktop did not take.
    """

    def __init__(
        self,
        clicked: Callable[[int], None],
        on_lost: Callable[[DesktopNote], None],
        action: str = "",
        bus: str = "SESSION",
    ) -> None:
        self._clicked = clicked
        self._on_lost = on_lost
        self._action = action
        self._bus = bus
        self._notes: queue.SimpleQueue[DesktopNote | None] = queue.SimpleQueue()
        self._wake_out, self._wake_in = -1, -1
        self._thread: threading.Thread | None = None
        self._closed = False

    def send(self, note: DesktopNote) -> None:
        if self._closed:
            return
        if self._thread is None:
            self._wake_out, self._wake_in = os.pipe()
            self._thread = threading.Thread(target=self._run, name="desktop-notes", daemon=True)
            self._thread.start()
        self._notes.put(note)
        os.write(self._wake_in, b".")

    def close(self, timeout: float = 0.3) -> None:
        """Ends the thread; notes that are shown stay."""
        self._closed = True
        if self._thread is not None:
            self._notes.put(None)
            with contextlib.suppress(OSError):
                os.write(self._wake_in, b".")
            self._thread.join(timeout)

    # the thread

    def _run(self) -> None:
        from jeepney import message_bus  # noqa: PLC0415 - slow to load, and the window's start does not need it
        from jeepney.io.blocking import Proxy, open_dbus_connection  # noqa: PLC0415

        try:
            connection = open_dbus_connection(bus=self._bus)
        except Exception:  # no bus, a broken address, refused: jeepney raises whatever it meets
            self._refuse_all()
            return
        try:
            with connection, connection.filter(_signals(), queue=deque(maxlen=REMEMBERED)) as signals:
                Proxy(message_bus, connection, timeout=LIMIT).AddMatch(_signals())
                self._serve(connection, signals)
        except Exception:  # the bus went away
            self._refuse_all()
        finally:
            for end in (self._wake_out, self._wake_in):
                os.close(end)

    def _refuse_all(self) -> None:
        """Nothing more can be sent: every note goes back, until `close`."""
        while (note := self._notes.get()) is not None:
            self._on_lost(note)

    def _serve(self, connection: DBusConnection, signals: deque[Any]) -> None:
        shown: dict[int, int] = {}  # tag by the desktop's id
        while True:
            ready, _w, _x = select.select([connection.sock, self._wake_out], [], [])
            if self._wake_out in ready:
                os.read(self._wake_out, 64)
                while not self._notes.empty():
                    note = self._notes.get()
                    if note is None:
                        return
                    self._show(connection, note, shown)
            with contextlib.suppress(TimeoutError):
                while True:  # what came with an answer waits in the connection, not in the socket
                    connection.recv_messages(timeout=0)
            while signals:
                message = signals.popleft()
                number, action = message.body
                if action == "default" and number in shown:
                    self._clicked(shown[number])

    def _show(self, connection: DBusConnection, note: DesktopNote, shown: dict[int, int]) -> None:
        actions = ["default", self._action] if self._action else []
        hints = {"urgency": ("y", 2 if note.urgent else 1), "desktop-entry": ("s", "splendid")}
        body = ("Splendid", 0, "splendid", note.summary, note.body, actions, hints, -1)
        from jeepney import new_method_call  # noqa: PLC0415 - slow to load, and the window's start does not need it
        from jeepney.wrappers import unwrap_msg  # type: ignore[import-untyped]  # noqa: PLC0415

        message = new_method_call(address(), "Notify", "susssasa{sv}i", body)
        try:
            (number,) = unwrap_msg(connection.send_and_get_reply(message, timeout=LIMIT))
        except Exception:  # no notification service, or it answers with an error
            self._on_lost(note)
            return
        shown[number] = note.tag
        while len(shown) > REMEMBERED:
            shown.pop(next(iter(shown)))


def address() -> DBusAddress:
    """Where notifications are taken."""
    from jeepney import DBusAddress  # noqa: PLC0415

    return DBusAddress(PATH, NAME, NAME)


def _signals() -> MatchRule:
    from jeepney import MatchRule  # noqa: PLC0415

    return MatchRule(type="signal", interface=NAME, member="ActionInvoked", path=PATH)
