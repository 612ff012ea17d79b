"""Search and alerts on real hosts: by what guests are and do; a host that is cut off is searched as last seen, told as lost
once, and floods nobody when it is back."""

from __future__ import annotations

import pytest

from console.fleet.alerts import AlertRule, Kind, Told
from console.fleet.hosts import Phase
from console.services import alerts as module
from tests.lab.harness.guests import Guest
from tests.lab.harness.host import Host
from tests.lab.harness.lab import Lab
from tests.lab.support import Console, spec_of, until


def found(console: Console, query: str) -> list[str]:
    """Names of the VMs that a query finds."""
    domains = (console.inventory.domain(key) for key in console.services.search.find(query))
    return sorted(domain.name for domain in domains if domain)


def test_guests_are_found_by_what_they_are_and_do(
    lab: Lab, guests: dict[str, Guest], beta: Host, console: Console
) -> None:
    console.add(spec_of(lab, lab.hosts["alpha"]), spec_of(lab, beta))
    mail = guests["mail"].ready()
    domain = console.inventory.domain(console.key(mail))
    assert domain is not None
    assert found(console, "host:beta state:running") == ["mail"]
    assert found(console, f"uuid:{mail.uuid}") == ["mail"]
    assert found(console, f"mac:{domain.nics[0].mac}") == ["mail"]
    assert found(console, "name:re:^ma.l$ !host:alpha") == ["mail"]
    until(lambda: found(console, "host:beta cpu>=0 mem>1M") == ["mail"], "its load is measured", 20)
    until(lambda: found(console, "host:beta uptime>1s") == ["mail"], "how long it runs is known", 10)
    address = until(lambda: (known := console.inventory.domain(domain.key)) and known.addresses, "its address", 30)[0]
    assert found(console, f"ip:{address.ip}/32") == ["mail"]
    assert console.services.search.hosts("host:beta") == ["beta"]


def test_a_lost_host_is_told_once_and_its_return_floods_nobody(
    lab: Lab, guests: dict[str, Guest], beta: Host, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EVERY", 0.2)
    monkeypatch.setattr(module, "SETTLE", 1.0)
    monkeypatch.setattr(module, "TELL_EVERY", 1.0)
    console.add(spec_of(lab, beta))
    guests["mail"].ready()
    service, said = console.services.alerts, list[str]()

    def note(told: tuple[Told, ...]) -> None:
        for each in told:
            said.extend([f"{each.rule.name} began"] * len(each.began) + [f"{each.rule.name} ended"] * len(each.ended))

    service.add(AlertRule("Up", "host:beta state:running"))
    service.add(AlertRule("Lost", kind=Kind.HOST_LOST))
    service.subscribe(note)
    service.close()  # its own thread looks every five seconds; this one is told when
    service._pace.begin(0.0)

    def looked(wanted: list[str], seconds: float) -> None:
        def same() -> bool:
            service.look()
            return said == wanted

        until(same, f"{said} becomes {wanted}", seconds)

    looked(["Up began"], 20)
    beta.cut()
    console.awaits("beta", Phase.UNREACHABLE, seconds=40)
    assert found(console, "state:last-seen age>1s") == ["mail"]
    looked(["Up began", "Lost began"], 20)
    beta.heal()
    console.services.hosts.try_now("beta")
    console.awaits("beta", Phase.LIVE, seconds=30)
    looked(["Up began", "Lost began", "Lost ended"], 40)
    assert [alert.rule for alert in service.alerts()] == ["Up"]
    assert found(console, "state:last-seen") == []
