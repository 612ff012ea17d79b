"""Names, descriptions and tags are written at the host and come back by the way in."""

from __future__ import annotations

import pytest

from console.app import App
from console.fleet.errors import UsageError
from console.jobs.job import JobState
from console.services.describe import checked_name, checked_tag
from tests.unit.services.conftest import named


def test_an_inactive_vm_is_renamed(app: App) -> None:
    db = named(app, "db")
    handle = app.services.describe.rename(db.key, "  db 💾 neu ")
    assert handle.wait(20).state is JobState.SUCCEEDED
    assert app.inventory.wait_for(db.key, lambda now: now is not None and now.name == "db 💾 neu", 5)


def test_a_running_vm_is_not_renamed(app: App) -> None:
    assert app.services.describe.rename(named(app, "web").key, "other").wait(20).state is JobState.FAILED


def test_a_name_that_cannot_be_is_told_of_the_vm(app: App) -> None:
    with pytest.raises(UsageError) as caught:
        app.services.describe.rename(named(app, "db").key, " ")
    assert caught.value.what == "db"


@pytest.mark.parametrize("name", ["", "  ", "a/b", "a\nb", "..", "\x00"])
def test_names_that_cannot_be(name: str) -> None:
    with pytest.raises(UsageError):
        checked_name(name)


@pytest.mark.parametrize("tag", ["", "two words", "a,b", "a\tb"])
def test_tags_that_cannot_be(tag: str) -> None:
    with pytest.raises(UsageError):
        checked_tag(tag)


def test_title_and_description(app: App) -> None:
    key = named(app, "web").key
    text = "Zeile eins\nline two, שלום <&>"
    assert app.services.describe.describe([key], "The shop", text).wait(20).state is JobState.SUCCEEDED
    assert app.inventory.wait_for(
        key, lambda now: now is not None and (now.title, now.description) == ("The shop", text), 5
    )
    assert app.services.describe.describe([key], None, "").wait(20).state is JobState.SUCCEEDED
    assert app.inventory.wait_for(
        key, lambda now: now is not None and (now.title, now.description) == ("The shop", ""), 5
    )


def test_tags_are_added_and_taken_away_on_several(app: App) -> None:
    keys = [named(app, name).key for name in ("web", "db")]
    assert app.services.describe.tag(keys, add=["shop", "prod"]).wait(20).state is JobState.SUCCEEDED
    for key in keys:
        assert app.inventory.wait_for(key, lambda now: now is not None and set(now.tags) == {"shop", "prod"}, 5)
    assert app.services.describe.tag(keys[:1], add=["x"], remove=["prod"]).wait(20).state is JobState.SUCCEEDED
    assert app.inventory.wait_for(keys[0], lambda now: now is not None and set(now.tags) == {"shop", "x"}, 5)
    assert set(named(app, "db").tags) == {"shop", "prod"}
