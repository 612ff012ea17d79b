from __future__ import annotations

from dataclasses import replace

from console.fleet.domains import Address, Domain, Load
from console.fleet.hosts import HostSpec, HostStatus, Phase
from console.fleet.subjects import BARE, Known, Seen, Texts, bare_hay
from tests.unit.fleet.query_fleet import LIVE, NORTH, load, seen


def test_the_bare_texts_of_a_vm() -> None:
    one = seen("Web", addresses=(Address("10.1.2.3"),), tags=("Prod",))
    hay = bare_hay(one.domain, one.spec, one.status).split("\n")
    assert {"web", "running", "north", "n1", "prod", "10.1.2.3"} <= set(hay)


def test_texts_are_made_once_and_figures_for_each_load() -> None:
    said: list[object] = []

    def figures(_domain: Domain, now: Load | None) -> str:
        said.append(now)
        return "x"

    def hay(domain: Domain, _spec: HostSpec, _status: HostStatus) -> str:
        said.append("hay")
        return domain.name

    domain = seen("web").domain
    one = Seen(domain, NORTH, LIVE, None, Texts(hay, figures))
    assert (one.hay, one.hay, one.figures) == ("web", "web", "")
    one.load = first = load()
    assert (one.figures, one.figures) == ("x", "x")
    one.load = second = load(0.7)
    assert one.figures == "x"
    assert said == ["hay", first, second]


def test_it_holds_until_vm_host_or_phase_are_others() -> None:
    one = seen("web")
    assert one.holds(one.domain, NORTH, replace(LIVE, seen=LIVE.seen + 3))
    assert not one.holds(one.domain, NORTH, replace(LIVE, phase=Phase.STALE))
    assert not one.holds(replace(one.domain), NORTH, LIVE)
    assert not one.holds(one.domain, replace(NORTH), LIVE)


def test_nothing_of_the_past_is_known_by_itself() -> None:
    one = seen("web")
    assert Known(0.0).idle_since(one.domain.key) is None
    assert Known(0.0).pools("n11") == ()
    assert BARE.figures(one.domain, load()) == ""
