from collections.abc import Iterator
from typing import Any, cast

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from console.fleet.errors import Failed, Problem, Reason
from console.fleet.hosts import HostSpec
from console.fleet.uris import Way
from console.gateway.probe import CheckLine, Step
from console.inventory.inventory import Inventory
from console.services.hosts import HostService
from console.ui.bridge import Bridge
from console.ui.widgets.host_form import HostForm
from tests.ui.widgets.test_check_list import UNKNOWN

KNOWN = HostSpec("n12", "kvm-n12", "qemu+ssh://kvm-n12/system", zone="north", rack="N1")


class Hosts:
    """Stands in for the service: checks without a network."""

    def __init__(self) -> None:
        self.checked: list[HostSpec] = []
        self.trusted: list[str] = []

    def check(self, spec: HostSpec, asking: bool = True) -> Iterator[CheckLine]:
        self.checked.append(spec)
        yield CheckLine(Step.NAME, True, {"host": spec.name, "address": "10.0.0.1"})
        yield UNKNOWN if not self.trusted else CheckLine(Step.SIGN_IN, True, {"user": "admin"})

    def trust_host_key(self, spec: HostSpec, line: str) -> None:
        self.trusted.append(line)


@pytest.fixture
def hosts() -> Hosts:
    return Hosts()


@pytest.fixture
def bridge(qapp: object) -> Iterator[Bridge]:
    made = Bridge()
    yield made
    made.close()


def build(qtbot: QtBot, hosts: Hosts, bridge: Bridge, **more: Any) -> HostForm:
    inventory = Inventory()
    inventory.set_hosts([KNOWN])
    form = HostForm(cast(HostService, hosts), inventory, bridge, **more)
    qtbot.addWidget(form)
    form.show()
    return form


def button(form: HostForm) -> QPushButton:
    return next(b for b in form.findChildren(QPushButton) if b.property("kind") == "primary")


def test_what_is_typed_becomes_a_host_and_is_checked(qtbot: QtBot, hosts: Hosts, bridge: Bridge) -> None:
    form = build(qtbot, hosts, bridge)
    assert not button(form).isEnabled()
    assert "missing" in button(form).toolTip()
    qtbot.keyClicks(form.address, "admin@kvm-n11.example.net")
    form.zone.setEditText("north")
    form.read_only.setChecked(True)
    assert form.spec == HostSpec(
        "kvm-n11", "kvm-n11", "qemu+ssh://admin@kvm-n11.example.net/system", zone="north", read_only=True
    )
    assert button(form).text() == "Add kvm-n11"
    qtbot.waitUntil(lambda: len(form.checks.texts) == 2, timeout=5000)
    assert hosts.checked[-1].uri == "qemu+ssh://admin@kvm-n11.example.net/system"
    assert hosts.checked[-1].read_only
    with qtbot.waitSignal(form.submitted) as sent:
        qtbot.keyClick(form.address, Qt.Key.Key_Return)
    assert sent.args == [form.spec]


def test_a_pasted_uri_turns_the_way_to_uri(qtbot: QtBot, hosts: Hosts, bridge: Bridge) -> None:
    form = build(qtbot, hosts, bridge)
    qtbot.keyClicks(form.address, "test:///default")
    assert form.ways.current() == Way.URI
    assert form.spec is not None
    assert form.spec.uri == "test:///default"
    form.stop()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("root:secret@kvm-n11", "Leave the password out"),
        ("kvm n11", "no spaces"),
        ("kvm-n12", "kvm-n12 is this host already."),
    ],
)
def test_what_cannot_be_added_says_why(qtbot: QtBot, hosts: Hosts, bridge: Bridge, text: str, reason: str) -> None:
    form = build(qtbot, hosts, bridge)
    qtbot.keyClicks(form.address, text)
    assert reason in button(form).toolTip()
    assert not button(form).isEnabled()
    with qtbot.assertNotEmitted(form.submitted):
        qtbot.keyClick(form.address, Qt.Key.Key_Return)
    form.stop()


def test_a_taken_short_name_gets_a_number(qtbot: QtBot, hosts: Hosts, bridge: Bridge) -> None:
    form = build(qtbot, hosts, bridge)
    qtbot.keyClicks(form.address, "kvm-n12.elsewhere.net")
    assert form.spec is not None
    assert (form.spec.name, form.spec.id) == ("kvm-n12-2", "kvm-n12-2")
    form.stop()


def test_an_unknown_key_is_trusted_and_the_check_goes_on(qtbot: QtBot, hosts: Hosts, bridge: Bridge) -> None:
    form = build(qtbot, hosts, bridge)
    qtbot.keyClicks(form.address, "kvm-n11")
    qtbot.waitUntil(lambda: len(form.checks.texts) == 2, timeout=5000)
    qtbot.waitUntil(lambda: any(b.isVisible() for b in form.checks.findChildren(QPushButton)), timeout=5000)
    trust = next(b for b in form.checks.findChildren(QPushButton) if b.isVisible())
    trust.click()
    qtbot.waitUntil(lambda: any("Signed in" in text for text in form.checks.texts), timeout=5000)
    assert hosts.trusted == ["a ssh-ed25519 AAAA"]


def test_a_form_that_is_closed_while_a_key_is_stored(
    qtbot: QtBot, hosts: Hosts, bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends: list[Any] = []
    form = HostForm(cast(HostService, hosts), Inventory(), bridge)
    form.show()
    qtbot.keyClicks(form.address, "kvm-n11")
    qtbot.waitUntil(lambda: len(form.checks.texts) == 2, timeout=5000)
    monkeypatch.setattr(bridge, "run", lambda _work, *answers: ends.extend(answers))
    form._trust("a ssh-ed25519 AAAA")
    form.stop()
    shiboken6.delete(form)
    ends[0](None)
    ends[1](Failed(Reason.OTHER))


def test_a_known_host_fills_the_fields_and_may_keep_its_own_uri(qtbot: QtBot, hosts: Hosts, bridge: Bridge) -> None:
    form = build(qtbot, hosts, bridge, spec=KNOWN, footer=False)
    assert (form.address.text(), form.ways.current(), form.rack.currentText()) == ("kvm-n12", "ssh", "N1")
    assert form.spec == KNOWN
    assert form.why_not == ""
    form.amend(tags=("x",), name="renamed")
    assert form.spec is not None
    assert (form.spec.tags, form.spec.name, form.spec.id) == (("x",), "renamed", "n12")
    form.amend(name=" ")
    assert "name is missing" in form.why_not
    form.stop()


def test_known_zones_and_racks_are_offered(qtbot: QtBot, hosts: Hosts, bridge: Bridge) -> None:
    form = build(qtbot, hosts, bridge)
    assert [form.zone.itemText(n) for n in range(form.zone.count())] == ["north"]
    assert form.zone.accessibleName() == "Zone"
    problem = Problem(Reason.OTHER, "disk is full")
    form.say(problem.text)
    assert "disk is full" in form._why.text()
