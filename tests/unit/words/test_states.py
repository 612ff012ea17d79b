from __future__ import annotations

import time

import pytest
from msgspec.structs import replace

from console.fleet.clones.provenance import Provenance
from console.fleet.domains import AddressSource, Domain, State, VmKey
from console.fleet.hosts import HostSpec, HostStatus, Phase
from console.words import states

NOW = time.mktime((2026, 11, 21, 14, 31, 2, 0, 0, -1))
VM = Domain(VmKey("h", "u"), "shop-db-01", State.RUNNING)
SPEC = HostSpec("kvm-n13", "kvm-n13", "qemu:///system")
LIVE = HostStatus(Phase.LIVE, seen=NOW)
AWAY = HostStatus(Phase.UNREACHABLE, seen=NOW - 14 * 60, next_try=NOW + 22)


def said(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_a_live_vm_is_said_in_the_present() -> None:
    assert states.state_words(VM, LIVE, NOW) == "Running"
    assert said(states.state_words(replace(VM, state=State.OFF, since=NOW - 9 * 86400), LIVE, NOW)) == "Off for 9 d"
    assert states.state_words(replace(VM, state=State.OFF), LIVE, NOW) == "Off"
    crashed = replace(VM, state=State.CRASHED, since=NOW - 2400)
    assert states.state_words(crashed, LIVE, NOW) == "Crashed, 13:51"


@pytest.mark.parametrize("phase", [Phase.UNREACHABLE, Phase.OFF, Phase.CONNECTING, Phase.REFUSED])
def test_what_is_only_remembered_is_said_in_the_past(phase: Phase) -> None:
    status = replace(AWAY, phase=phase)
    assert states.state_words(VM, status, NOW) == "Was running"
    assert states.state_words(replace(VM, state=State.OFF, since=NOW - 9 * 86400), status, NOW) == "Was off"
    assert states.state_for(replace(VM, started=NOW - 60), status, NOW) == "Was running"


def test_a_stale_host_keeps_the_present() -> None:
    assert states.state_words(VM, HostStatus(Phase.STALE, seen=NOW - 48), NOW) == "Running"


def test_how_long() -> None:
    up = replace(VM, started=NOW - 41 * 86400 - 6 * 3600, since=NOW - 60)
    assert said(states.state_for(up, LIVE, NOW)) == "Running for 41 d 6 h"
    assert said(states.state_for(replace(VM, state=State.PAUSED, since=NOW - 61), LIVE, NOW)) == "Paused for 1 min 1 s"
    assert states.state_for(VM, LIVE, NOW) == "Running"


def test_what_began_at_an_unknown_time_is_said_to_be_older_than_its_first_sight() -> None:
    met = replace(VM, met=NOW - 3600 - 840)
    assert states.state_for(met, LIVE, NOW) == "Running since before 13:17"
    assert states.state_for(replace(met, state=State.OFF), LIVE, NOW) == "Off since before 13:17"
    assert states.state_for(replace(met, state=State.CRASHED), LIVE, NOW) == "Crashed"
    assert states.state_for(met, AWAY, NOW) == "Was running"
    assert said(states.uptime(met, NOW)) == "> 1 h 14 min"
    assert said(states.uptime(replace(met, started=NOW - 7200), NOW)) == "2 h"
    assert states.uptime(replace(met, state=State.OFF), NOW) == states.uptime(VM, NOW) == ""


def test_addresses_have_a_source_and_an_age() -> None:
    assert states.address_source(AddressSource.AGENT) == "by agent"
    assert said(states.address_source(AddressSource.LEASE, 2.4)) == "by lease, 2 s ago"


def test_every_state_and_phase_has_words() -> None:
    for state in State:
        assert states.state(state)
        assert states.state_in_sentence(state)
        for phase in Phase:
            assert states.state_words(replace(VM, state=state), HostStatus(phase), NOW)
    for phase in Phase:
        assert states.phase(phase)
        assert states.host_words(SPEC, HostStatus(phase), NOW).startswith("kvm-n13 ")
    assert all(states.address_source(source) for source in AddressSource)


def test_hosts() -> None:
    soon = replace(AWAY, next_try=NOW + 0.8)
    assert said(states.phase_words(SPEC, soon, NOW)).endswith("next try in 1 s")
    assert said(states.phase_words(SPEC, replace(soon, next_try=NOW + 0.3), NOW)).endswith("trying now")
    assert said(states.phase_words(SPEC, AWAY, NOW)) == "Unreachable, seen 14:17:02, next try in 22 s"
    assert said(states.host_words(SPEC, AWAY, NOW)) == "kvm-n13 unreachable, seen 14:17:02, next try in 22 s"
    assert (
        states.host_words(SPEC, replace(AWAY, next_try=NOW - 1), NOW)
        == "kvm-n13 unreachable, seen 14:17:02, trying now"
    )
    assert said(states.host_words(SPEC, HostStatus(Phase.STALE, seen=NOW - 48), NOW)) == "kvm-n13 stale, 48 s"
    assert states.phase_words(replace(SPEC, read_only=True), LIVE, NOW) == "Live, only look"
    assert (
        states.phase_words(SPEC, HostStatus(Phase.REFUSED, seen=NOW - 3 * 86400), NOW) == "Refused, seen 18 Nov, 14:31"
    )
    assert said(states.phase_age(AWAY, NOW)) == "14 min"
    assert states.phase_age(LIVE, NOW) == ""
    assert states.phase_age(HostStatus(Phase.UNREACHABLE), NOW) == ""


def test_a_template_is_called_one() -> None:
    template = replace(VM, state=State.OFF, since=NOW - 60, provenance=Provenance(template=True))
    for status in (LIVE, AWAY):
        assert states.state_words(template, status, NOW) == states.state_for(template, status, NOW) == "Template"
    assert states.state_words(replace(template, state=State.RUNNING), LIVE, NOW) == "Running"
