from __future__ import annotations

from console.fleet.errors import NotFound, Reason
from console.fleet.snapshots.plans import Deed, Op
from console.words import errors, jobs
from console.words.tried import TRIED, tried_sentence


def test_what_was_tried_names_what_it_was_tried_on() -> None:
    assert tried_sentence("vm.start", "web-01") == "Could not start web-01."
    assert tried_sentence("Nothing came of it.", "web-01") == "Nothing came of it."


def test_every_act_on_snapshots_has_its_sentence() -> None:
    assert {f"snapshot.{deed}" for deed in Deed} <= set(TRIED)
    assert all(jobs.kind(f"snapshot.{deed}") != f"snapshot.{deed}" for deed in Deed)


def test_every_step_is_told_while_it_is_done() -> None:
    for step in (*Op, "over", "back"):
        assert not jobs.step_words(f"snapshot.{step}", {"file": "/p/x"}).startswith("snapshot.")


def test_a_snapshot_that_is_not_there_is_told_with_those_that_are() -> None:
    said = errors.explain(NotFound(Reason.GONE, "claen", detail="clean, later"), "snapshot.find")
    assert said.full == "claen is no snapshot of it. It has clean, later. See splendid snapshot list."
