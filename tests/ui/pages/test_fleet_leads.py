from __future__ import annotations

import pytest

from console.fleet.domains import VmKey
from console.fleet.search import parse
from console.fleet.today import Event
from console.ui.pages.fleet_leads import MOST_NAMED, asked, of_event, of_subject, quoted, these
from console.ui.places import Place

KEY = VmKey("n1", "u1")


@pytest.mark.parametrize(
    "word", ["north", "north-1", "north wing", 'the "old" one', "zone:x", "(a or b)", "a\\b", "!no"]
)
def test_names_are_quoted_so_that_they_mean_themselves(word: str) -> None:
    query = parse(f"zone:{quoted(word)} state:running")
    assert len(query.parts()) == 2


def test_a_figure_leads_to_what_it_counts_in_its_place() -> None:
    assert asked(Place.fleet(), "state:running") == Place.search("", "state:running")
    assert asked(Place.zone("north"), "off>30d").inner == "zone:north off>30d"
    assert asked(Place.rack("the north", "N1"), "off>30d").inner == 'zone:"the north" rack:N1 off>30d'


def test_vms_by_name_as_long_as_they_can_be_named() -> None:
    assert these([]) is None
    assert these([KEY] * (MOST_NAMED + 1)) is None
    place = these([KEY, VmKey("n1", "u2")])
    assert place is not None
    assert place.inner == "uuid:u1 or uuid:u2"


def test_where_something_happened() -> None:
    assert of_event(Event(1.0, "vm-start", "web", "n1", KEY)) == Place.vm(KEY)
    assert of_event(Event(1.0, "storage", "a", "n1")) == Place.host("n1", "storage")
    assert of_event(Event(1.0, "host-lost", "n1", "n1")) == Place.host("n1")
    assert of_event(Event(1.0, "job-failed", "a", "n1")) == Place("tasks")
    assert (of_subject("n1"), of_subject(KEY)) == (Place.host("n1"), Place.vm(KEY))
