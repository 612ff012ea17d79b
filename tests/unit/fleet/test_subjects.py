from __future__ import annotations

from msgspec.structs import replace

from console.fleet.domains import Address, Domain
from console.fleet.hosts import HostSpec, HostStatus, Phase
from console.fleet.subjects import BARE, Known, Seen, Texts, bare_hay, no_figures
from tests.unit.fleet.query_fleet import LIVE, NORTH, load, seen


def test_the_bare_texts_of_a_vm() -> None:
    one = seen("Web", addresses=(Address("10.1.2.3"),), tags=("Prod",))
    hay = bare_hay(one.domain, one.spec, one.status).split("\n")
    assert {"web", "running", "north", "n1", "prod", "10.1.2.3"} <= set(hay)


def test_the_text_is_made_once() -> None:
    said: list[str] = []

    def hay(domain: Domain, _spec: HostSpec, _status: HostStatus) -> str:
        said.append("hay")
        return domain.name

    one = Seen(seen("web").domain, NORTH, LIVE, None, Texts(hay, no_figures))
    assert (one.hay, one.hay) == ("web", "web")
    assert said == ["hay"]


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
    assert not Known(0.0).shows("50")(one.domain, load())
    assert BARE.shows is no_figures
