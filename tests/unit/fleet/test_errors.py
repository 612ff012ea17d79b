from __future__ import annotations

import pytest

from console.fleet import errors
from console.fleet.errors import Conflict, FleetError, Problem, Reason

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, FleetError) and kind is not FleetError
]


def test_an_error_carries_its_problem_whole_or_in_parts() -> None:
    problem = Problem(Reason.IN_USE, "used by web", 55, "web")
    assert Conflict(problem, "disk").problem is problem
    apart = Conflict(Reason.IN_USE, "disk", text="used by web", code=55, detail="web")
    assert (apart.problem, apart.what) == (problem, "disk")


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_caught_as_ours_and_only_as_itself(kind: type[FleetError]) -> None:
    assert isinstance(kind(Reason.OTHER), FleetError)
    assert kind.__bases__ == (FleetError,)


def test_there_are_few_kinds() -> None:
    assert {kind.__name__ for kind in KINDS} == {
        "Unreachable",
        "AuthFailed",
        "Denied",
        "NotFound",
        "Busy",
        "Conflict",
        "Unsupported",
        "Failed",
        "UsageError",
    }


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (Conflict(Reason.EXISTS, "web"), "web: exists"),
        (Conflict(Reason.EXISTS, "web", text="taken"), "web: taken"),
        (Conflict(Reason.EXISTS, text="taken"), "taken"),
        (Conflict(Reason.EXISTS), "exists"),
    ],
)
def test_in_a_log_it_says_what_and_why(error: FleetError, text: str) -> None:
    assert str(error) == text
