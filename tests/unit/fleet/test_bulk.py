from __future__ import annotations

from msgspec.structs import replace

from console.fleet.acts import Act
from console.fleet.bulk import Deed, Fate, Order, Subject, by_host, by_reason, in_order, plan
from console.fleet.domains import Domain, State, VmKey
from console.fleet.errors import Problem, Reason
from console.fleet.hosts import HostSpec, HostStatus, Phase
from console.fleet.scaling import Change, Lack, Part, Scaling, Sizing

HOST = HostSpec("a", "kvm-a", "test:///default")
LIVE = HostStatus(Phase.LIVE)


def subject(name: str, state: State = State.RUNNING, phase: Phase = Phase.LIVE, **more: object) -> Subject:
    return Subject(Domain(VmKey("a", name), name, state, **more), HOST, HostStatus(phase))  # type: ignore[arg-type]


def fates(deed: Deed, *subjects: Subject) -> list[Fate]:
    return [item.fate for item in plan(deed, subjects).items]


def test_each_vm_has_one_fate() -> None:
    start = Deed((Act.START,))
    assert fates(
        start,
        subject("off", State.OFF),
        subject("up"),
        subject("paused", State.PAUSED),
        subject("lost", State.OFF, Phase.UNREACHABLE),
    ) == [Fate.DO, Fate.NOTHING, Fate.REFUSED, Fate.REFUSED]


def test_run_takes_the_act_that_fits() -> None:
    run = Deed((Act.START, Act.RESUME, Act.RESTORE))
    made = plan(run, [subject("off", State.OFF), subject("paused", State.PAUSED), subject("saved", State.SAVED)])
    assert [item.act for item in made.going] == [Act.START, Act.RESUME, Act.RESTORE]


def test_what_an_unreachable_host_was_like_counts_for_nothing() -> None:
    item = plan(Deed((Act.START,)), [subject("web", State.RUNNING, Phase.UNREACHABLE)]).items[0]
    assert (item.fate, item.problem) == (Fate.REFUSED, Problem(Reason.LOST, detail="unreachable"))


def test_tags_and_words_that_are_so_already_are_nothing() -> None:
    tagged = subject("web", tags=("a", "b"), title="Shop")
    assert fates(Deed((Act.TAG,), add=("a",)), tagged) == [Fate.NOTHING]
    assert fates(Deed((Act.TAG,), add=("a",), remove=("b",)), tagged) == [Fate.DO]
    assert fates(Deed((Act.DESCRIBE,), title="Shop"), tagged) == [Fate.NOTHING]
    assert fates(Deed((Act.DESCRIBE,), title="Shop", text="new"), tagged) == [Fate.DO]


def test_the_order_is_by_the_first_tag_and_the_rest_is_last() -> None:
    vms = [
        subject("web", State.OFF, tags=("web",)),
        subject("other", State.OFF),
        subject("both", State.OFF, tags=("web", "db")),
    ]
    made = plan(Deed((Act.START,)), vms, Order(("db", "web")))
    assert [(item.name, item.step) for item in made.going] == [("both", 0), ("web", 1), ("other", 2)]
    assert made.steps == ("db", "web", "")


def test_what_stops_vms_goes_the_other_way_round() -> None:
    vms = [subject("db", tags=("db",)), subject("web", tags=("web",)), subject("other")]
    made = plan(Deed((Act.SHUTDOWN,)), vms, Order(("db", "web")))
    assert [item.name for item in made.going] == ["other", "web", "db"]
    assert made.steps == ("", "web", "db")


def test_steps_nobody_is_in_are_left_out() -> None:
    made = plan(Deed((Act.START,)), [subject("web", State.OFF, tags=("web",))], Order(("db", "web")))
    assert (made.steps, made.items[0].step) == (("web",), 0)


def test_a_size_that_needs_a_restart_says_so() -> None:
    deed = Deed((Act.SCALE,), sizing=Sizing(vcpus=8))
    change = (Change(Part.VCPUS, 2, 8),)

    def fate(scaling: Scaling) -> Fate:
        return fates(deed, replace(subject("web"), scaling=scaling))[0]

    assert fate(Scaling(live=change, stored=change)) is Fate.DO
    assert fate(Scaling(stored=change, waits=((Part.VCPUS, Lack.VCPU_CEILING),))) is Fate.RESTART
    assert fate(Scaling()) is Fate.NOTHING
    assert fate(Scaling(refused=Lack.TOPOLOGY)) is Fate.REFUSED


def test_a_host_that_could_not_be_asked_refuses_its_vms() -> None:
    problem = Problem(Reason.SILENT)
    item = plan(Deed((Act.DELETE,)), [replace(subject("web"), problem=problem)]).items[0]
    assert (item.fate, item.problem) == (Fate.REFUSED, problem)


def test_reasons_are_bundled_largest_first_and_hosts_by_name() -> None:
    vms = [subject("a", State.PAUSED), subject("b", State.SAVED), subject("c", State.SAVED)]
    items = plan(Deed((Act.START,)), vms).items
    assert [(problem and problem.detail, len(some)) for problem, some in by_reason(items)] == [
        ("saved", 2),
        ("paused", 1),
    ]
    assert list(by_host(items)) == ["kvm-a"]


def test_names_are_in_the_order_people_look_for_them() -> None:
    made = plan(Deed((Act.START,)), [subject(name, State.OFF) for name in ("web-10", "Web-2", "db")])
    assert [item.name for item in in_order(made.items)] == ["db", "Web-2", "web-10"]
