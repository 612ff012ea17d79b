from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from console.fleet.errors import Problem, Reason
from console.jobs.groups import Group
from console.jobs.job import JobState, JobView

ENDS = (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


def members(*hosts: tuple[str, ...]) -> list[JobView]:
    return [JobView(number, "vm.start", f"vm{number}", hosts=names) for number, names in enumerate(hosts)]


def ended(view: JobView, state: JobState = JobState.SUCCEEDED) -> JobView:
    return replace(view, state=state)


def test_no_more_than_the_limit_starts_on_a_host() -> None:
    views = members(("a",), ("a",), ("a",), ("b",))
    group = Group(views, limit=2)
    assert group.startable() == [0, 1, 3]
    assert group.startable() == []
    group.end(ended(views[0]))
    assert group.startable() == [2]


def test_a_member_that_needs_two_hosts_waits_for_both() -> None:
    views = members(("a",), ("b",), ("a", "b"))
    group = Group(views, limit=1)
    assert group.startable() == [0, 1]
    group.end(ended(views[0]))
    assert group.startable() == []
    group.end(ended(views[1]))
    assert group.startable() == [2]


def test_members_without_a_host_share_one_limit() -> None:
    assert len(Group(members((), (), ()), limit=2).startable()) == 2


def test_a_member_that_was_cancelled_while_waiting_is_not_started_and_frees_nothing() -> None:
    views = members(("a",), ("a",), ("a",))
    group = Group(views, limit=1)
    assert group.startable() == [0]
    group.end(ended(views[1], JobState.CANCELLED))
    assert group.startable() == []
    group.end(ended(views[0]))
    assert group.startable() == [2]


def test_standing_counts_and_sums() -> None:
    views = members(("a",), ("a",), ("b",), ("b",))
    group = Group(views, limit=4)
    group.startable()
    group.end(ended(views[0]))
    group.end(ended(views[1], JobState.FAILED))
    group.end(ended(views[1], JobState.FAILED))  # told twice, counted once
    group.progress(replace(views[2], fraction=0.5))
    standing = group.standing()
    assert standing["values"] == {"total": 4, "succeeded": 1, "failed": 1, "cancelled": 0}
    assert standing["fraction"] == 0.625


def test_the_first_failure_is_the_groups() -> None:
    views = members(("a",), ("b",))
    group = Group(views, limit=1)
    problem = Problem(Reason.IN_USE)
    group.end(replace(views[1], state=JobState.FAILED, problem=problem, what="db"))
    group.end(replace(views[0], state=JobState.FAILED, problem=Problem(Reason.LOST), what="web"))
    assert (group.problem, group.what) == (problem, "db")


def test_an_empty_group_has_succeeded() -> None:
    group = Group([], limit=2)
    assert group.verdict is JobState.SUCCEEDED
    assert group.standing()["fraction"] == 1.0


@given(
    st.lists(st.lists(st.sampled_from("abc"), max_size=2, unique=True), max_size=12),
    st.integers(1, 3),
    st.randoms(use_true_random=False),
)
def test_whatever_the_order_all_members_run_once_within_the_limit(
    hosts: list[list[str]], limit: int, dice: random.Random
) -> None:
    views = members(*(tuple(names) for names in hosts))
    group = Group(views, limit)
    running: list[int] = group.startable()
    begun = list(running)
    while running:
        for host in "abc":
            assert sum(host in views[job].hosts for job in running) <= limit
        assert group.verdict is None
        job = running.pop(dice.randrange(len(running)))
        group.end(ended(views[job], dice.choice(ENDS)))
        fresh = group.startable()
        begun += fresh
        running += fresh
    assert sorted(begun) == list(range(len(views)))
    assert group.verdict is not None


def test_a_stage_begins_when_the_one_before_is_over() -> None:
    views = members(("a",), ("b",), ("a",), ("b",))
    group = Group(views, limit=2, stages={0: 0, 1: 0, 2: 1, 3: 2})
    assert group.startable() == [0, 1]
    group.end(ended(views[0]))
    assert group.startable() == []
    group.end(ended(views[1], JobState.FAILED))
    assert group.startable() == [2]
    group.end(ended(views[2], JobState.CANCELLED))
    assert group.startable() == [3]


def test_no_more_in_all_than_the_most() -> None:
    views = members(("a",), ("b",), ("c",))
    group = Group(views, limit=2, most=2)
    assert group.startable() == [0, 1]
    group.end(ended(views[1]))
    assert group.startable() == [2]


def test_after_a_failure_nothing_more_begins_where_that_was_asked() -> None:
    views = members(("a",), ("a",), ("a",))
    group = Group(views, limit=1, halts=True)
    assert group.startable() == [0]
    assert group.halted == ()
    group.end(ended(views[0], JobState.FAILED))
    assert group.startable() == []
    assert group.halted == (1, 2)


def test_what_stands_aside_is_not_counted_but_can_fail_the_group() -> None:
    views = members(("a",), (), ("a",))
    group = Group(views, limit=1, aside=[1])
    assert group.startable() == [0, 1]
    group.progress(replace(views[1], state=JobState.RUNNING, fraction=0.5))
    assert group.standing()["values"]["total"] == 2
    assert group.standing()["fraction"] == 0
    group.end(ended(views[1]))
    group.end(ended(views[0]))
    assert group.standing()["values"]["succeeded"] == 1
    assert group.startable() == [2]
    group.end(ended(views[2]))
    assert group.verdict is JobState.SUCCEEDED
    late = Group(members(("a",), ()), limit=1, aside=[1])
    late.startable()
    for view in members(("a",), ()):
        late.end(ended(view, JobState.FAILED if not view.hosts else JobState.SUCCEEDED))
    assert late.verdict is JobState.FAILED
