"""A plan that does not hold any more says what changed."""

from __future__ import annotations

import pytest

from console.fleet.errors import Conflict, Reason
from console.words import errors
from console.words.changed import why


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        ("snapshot-snapshot-gone:clean", "Somebody deleted snapshot clean meanwhile."),
        ("snapshot-disk-other:vda", "Its disk vda is another file by now."),
        ("snapshot-job-new:backup", "Its host is busy with it: backup."),
        ("snapshot-file-gone:/i/a:b", "/i/a:b is not there any more."),
        ("snapshot-mixed", "Something stands in its way; its plan says what."),
        ("running", ""),
    ],
)
def test_each_change_has_its_sentence(detail: str, said: str) -> None:
    assert why(detail) == said


@pytest.mark.parametrize("what", ["snapshot", "current", "state", "job", "disk", "user", "file"])
@pytest.mark.parametrize("fate", ["gone", "new", "other"])
def test_every_change_there_can_be_has_one(what: str, fate: str) -> None:
    assert "plan says" not in why(f"snapshot-{what}-{fate}:x")


def test_it_stands_where_any_failure_is_explained() -> None:
    error = Conflict(Reason.CHANGED, "web", detail="snapshot-snapshot-gone:clean")
    said = errors.sentence(error.problem, error.what, "snapshot.delete")
    assert said.why == "Somebody deleted snapshot clean meanwhile."
    assert "merge" not in said.next, "that is advice for configurations"
    assert errors.sentence(error.problem, "web").full
