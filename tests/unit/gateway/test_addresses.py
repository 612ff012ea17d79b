from __future__ import annotations

from typing import Any

import libvirt
import pytest

from console.fleet.domains import Address, AddressSource, Domain, Nic, State, VmKey
from console.gateway import addresses
from console.gateway.addresses import Finder, of_interfaces

MAC = "52:54:00:00:00:01"
VM = Domain(VmKey("h", "a"), "a", State.RUNNING, nics=(Nic(MAC),), has_agent=True)
LEASE = {"mac": MAC.upper(), "ipaddr": "10.0.0.5", "prefix": 24}


def error(code: int) -> libvirt.libvirtError:
    made = libvirt.libvirtError("no")
    made.err = (code, 0, "no", 2, None, None, None, -1, -1)
    return made


class Network:
    def __init__(self, host: Host) -> None:
        self._host = host

    def name(self) -> str:
        return "default"

    def DHCPLeases(self) -> list[dict[str, Any]]:
        if self._host.leases is None:
            raise error(libvirt.VIR_ERR_NO_SUPPORT)
        return self._host.leases


class Host:
    """A connection with one network and one VM. answers: by source, None = the call fails."""

    def __init__(self) -> None:
        self.leases: list[dict[str, Any]] | None = []
        self.answers: dict[int, dict[str, Any] | None] = {}
        self.asked: list[int] = []
        self.code = libvirt.VIR_ERR_AGENT_UNRESPONSIVE

    def listAllNetworks(self, _flags: int) -> list[Network]:
        return [Network(self)]

    def lookupByUUIDString(self, _uuid: str) -> Host:
        return self

    def interfaceAddresses(self, source: int, _flags: int) -> dict[str, Any]:
        self.asked.append(source)
        answer = self.answers.get(source)
        if answer is None:
            raise error(self.code)
        return answer


def interface(ip: str, mac: str = MAC) -> dict[str, Any]:
    return {"eth0": {"hwaddr": mac, "addrs": [{"addr": ip, "prefix": 24, "type": 0}]}}


@pytest.fixture
def host() -> Host:
    return Host()


@pytest.fixture
def told() -> list[tuple[str, ...]]:
    return []


@pytest.fixture
def finder(host: Host, told: list[tuple[str, ...]]) -> Finder:
    return Finder(host, lambda _uuid, found: told.append(tuple(f"{a.ip} {a.source}" for a in found)))


AGENT, LEASES, ARP = 1, 0, 2


def test_leases_of_all_networks_in_one_call(host: Host, finder: Finder, told: list[tuple[str, ...]]) -> None:
    host.leases = [LEASE, {"mac": "52:54:00:00:00:99", "ipaddr": "10.0.0.9", "prefix": 24}]
    finder.look({"a": VM})
    assert told == [("10.0.0.5 lease",)]
    assert finder.leases == {"default": 2}
    assert host.asked == []


def test_the_same_answer_is_not_told_twice(host: Host, finder: Finder, told: list[tuple[str, ...]]) -> None:
    host.leases = [LEASE]
    finder.look({"a": VM})
    finder.look({"a": VM})
    assert len(told) == 1
    assert not finder.leases_changed
    host.leases = []
    finder.look({"a": VM})
    assert told[-1] == ()
    assert finder.leases_changed


def test_the_same_answer_is_told_again_after_a_while(
    host: Host, finder: Finder, told: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr(addresses.time, "monotonic", lambda: clock[0])
    host.leases = [LEASE]
    for clock[0] in (1000.0, 1010.0, 1020.0, 1030.0, 1040.0):
        finder.look({"a": VM})
    assert told == [("10.0.0.5 lease",)] * 2
    host.leases, host.answers[ARP] = [], interface("192.168.7.7")
    for clock[0] in (1100.0, 1130.0, 1155.0):  # what was found before is no answer
        finder.look({"a": VM})
    assert told[2:] == [("192.168.7.7 arp",)]
    clock[0] = 1161.0
    finder.look({"a": VM})
    assert told[3:] == [("192.168.7.7 arp",)]


def test_only_the_agent_itself_makes_its_answer_young(
    host: Host, finder: Finder, told: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(addresses.time, "monotonic", lambda: now)
    host.answers[AGENT] = interface("10.0.0.77")
    finder.ask_agent("a")
    now = 1200.0
    finder.look({"a": VM})
    assert len(told) == 1
    finder.ask_agent("a")
    assert len(told) == 2


def test_what_the_agent_says_goes_before_the_lease(host: Host, finder: Finder, told: list[tuple[str, ...]]) -> None:
    host.leases = [LEASE]
    host.answers[AGENT] = interface("10.0.0.77")
    finder.look({"a": VM})
    finder.ask_agent("a")
    finder.look({"a": VM})
    assert told == [("10.0.0.5 lease",), ("10.0.0.77 agent",)]


def test_an_agent_that_falls_silent_leaves_the_word_to_the_lease(
    host: Host, finder: Finder, told: list[tuple[str, ...]]
) -> None:
    host.leases = [LEASE]
    host.answers[AGENT] = interface("10.0.0.77")
    finder.ask_agent("a")
    host.answers[AGENT] = None
    finder.ask_agent("a")
    finder.look({"a": VM})
    assert told == [("10.0.0.77 agent",), ("10.0.0.5 lease",)]


def test_arp_is_asked_where_there_is_no_lease(host: Host, finder: Finder, told: list[tuple[str, ...]]) -> None:
    host.answers[ARP] = interface("192.168.7.7")
    finder.look({"a": VM})
    assert told == [("192.168.7.7 arp",)]
    finder.look({"a": VM})
    assert host.asked == [ARP]  # not again at once


def test_where_networks_do_not_tell_leases_each_vm_is_asked(
    host: Host, finder: Finder, told: list[tuple[str, ...]]
) -> None:
    host.leases = None
    host.answers[LEASES] = interface("192.168.7.8")
    finder.look({"a": VM})
    assert told == [("192.168.7.8 lease",)]


def test_a_source_the_host_does_not_know_is_asked_once(host: Host, finder: Finder) -> None:
    host.code = libvirt.VIR_ERR_NO_SUPPORT
    finder.look({"a": VM})
    finder.look_soon()
    finder.look({"a": VM})
    assert host.asked == [ARP]


def test_only_vms_that_run_are_asked(host: Host, finder: Finder) -> None:
    finder.look({"a": Domain(VmKey("h", "a"), "a", State.OFF, nics=VM.nics)})
    assert host.asked == []
    assert finder.agents_due({"a": Domain(VmKey("h", "a"), "a", State.OFF, has_agent=True)}) == []


def test_an_agent_is_asked_again_later_and_later(host: Host, finder: Finder, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(addresses.time, "monotonic", lambda: now)
    waits = []
    for _ in range(6):
        assert finder.agents_due({"a": VM}) == ["a"]
        finder.ask_agent("a")
        begun = now
        while not finder.agents_due({"a": VM}):
            now += 5
        waits.append(now - begun)
    assert waits == [30, 60, 120, 240, 300, 300]
    finder.ask_agent("a")
    assert finder.agents_due({"a": VM}) == []
    finder.agent_changed("a")  # it came back: no waiting
    assert finder.agents_due({"a": VM}) == ["a"]


def test_while_an_agent_hangs_nobody_asks_it_again(host: Host, finder: Finder) -> None:
    due: list[list[str]] = []

    def hangs(_source: int, _flags: int) -> dict[str, Any]:
        due.append(finder.agents_due({"a": VM}))
        return {}

    host.interfaceAddresses = hangs  # type: ignore[method-assign]
    finder.ask_agent("a")
    assert due == [[]]


def test_a_vm_that_stops_is_told_anew_when_it_starts(host: Host, finder: Finder, told: list[tuple[str, ...]]) -> None:
    host.leases = [LEASE]
    finder.look({"a": VM})
    finder.forget("a")
    finder.look({"a": VM})
    assert len(told) == 2


def test_useless_addresses_are_left_out_and_ipv4_comes_first() -> None:
    answer = {
        "lo": {"hwaddr": "00:00:00:00:00:00", "addrs": [{"addr": "127.0.0.1", "prefix": 8}]},
        "eth0": {
            "hwaddr": MAC.upper(),
            "addrs": [
                {"addr": "fe80::1", "prefix": 64},
                {"addr": "fd00::5", "prefix": 64},
                {"addr": "10.0.0.5", "prefix": 24},
                {"addr": "169.254.9.9", "prefix": 16},
            ],
        },
        "eth1": {"hwaddr": None, "addrs": None},
    }
    assert of_interfaces(answer, AddressSource.AGENT) == (
        Address("10.0.0.5", 24, MAC, AddressSource.AGENT),
        Address("fd00::5", 64, MAC, AddressSource.AGENT),
    )
    assert of_interfaces(None, AddressSource.ARP) == ()
