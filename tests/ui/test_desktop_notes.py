"""Against a notification service of our own on a bus of our own: the real protocol, nobody's desktop."""

import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
from jeepney import HeaderFields, MessageType, new_method_call, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import Proxy, open_dbus_connection

from console.ui.desktop_notes import NAME, DesktopNote, DesktopNotes, address

CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={path}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>"""


@pytest.fixture
def bus(tmp_path: Path) -> Any:
    """The address of a bus that dies with the test."""
    config = tmp_path / "bus.conf"
    config.write_text(CONFIG.format(path=tmp_path / "bus"))
    daemon = subprocess.Popen(
        ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield daemon.stdout.readline().strip()
    finally:
        daemon.terminate()
        daemon.wait()
        daemon.stdout.close()


class Service:
    """Takes notes and clicks each at once."""

    def __init__(self, bus: Any) -> None:
        self.taken = []
        self.signatures = []
        self.connection = open_dbus_connection(bus=bus)
        Proxy(message_bus, self.connection).RequestName(NAME)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self) -> None:
        while True:
            message = self.connection.receive()
            if message.header.message_type is not MessageType.method_call:
                continue
            if message.header.fields.get(HeaderFields.member) == "Stop":
                return
            self.signatures.append(message.header.fields[HeaderFields.signature])
            self.taken.append(message.body)
            number = 100 + len(self.taken)
            self.connection.send(new_method_return(message, "u", (number,)))
            self.connection.send(new_signal(address(), "ActionInvoked", "us", (number, "default")))

    def stop(self, bus: Any) -> None:
        with open_dbus_connection(bus=bus) as other:
            other.send(new_method_call(address(), "Stop"))
            self.thread.join(5)
        self.connection.close()


def test_a_note_arrives_as_the_protocol_wants_it_and_its_click_comes_back(bus: Any) -> None:
    service = Service(bus)
    clicked, seen = [], threading.Event()

    def on_click(tag: Any) -> None:
        clicked.append(tag)
        if len(clicked) == 2:
            seen.set()

    lost = []
    notes = DesktopNotes(on_click, lost.append, "Show", bus)
    try:
        notes.send(DesktopNote("Start web-01", "Done in 12 s", 7))
        notes.send(DesktopNote("Save db-01", "No space", 2**40, urgent=True))
        assert seen.wait(5)
    finally:
        notes.close(2.0)
        service.stop(bus)
    assert lost == []
    assert clicked == [7, 2**40]
    assert service.signatures == ["susssasa{sv}i"] * 2
    app, replaces, icon, summary, body, actions, hints, timeout = service.taken[0]
    assert (app, replaces, icon, summary, body, timeout) == (
        "Splendid",
        0,
        "splendid",
        "Start web-01",
        "Done in 12 s",
        -1,
    )
    assert actions == ["default", "Show"]
    assert hints["urgency"] == ("y", 1)
    assert service.taken[1][6]["urgency"] == ("y", 2)


@pytest.mark.parametrize("there", [True, False])
def test_notes_nobody_takes_come_back(bus: Any, there: Any, tmp_path: Path) -> None:
    """A bus without a notification service, and no bus at all."""
    lost, seen = [], threading.Event()

    def on_lost(note: Any) -> None:
        lost.append(note)
        seen.set()

    notes = DesktopNotes(lambda tag: None, on_lost, "Show", bus if there else f"unix:path={tmp_path}/none")
    note = DesktopNote("Start web-01", "Done", 1)
    notes.send(note)
    assert seen.wait(8)
    notes.close(2.0)
    assert lost == [note]


def test_closing_without_a_note_needs_no_thread() -> None:
    notes = DesktopNotes(lambda tag: None, lambda note: None)
    notes.close()
    notes.send(DesktopNote("late", "", 1))
    assert notes._thread is None
