from __future__ import annotations

import re
from pathlib import Path

from console.fleet.clones.provenance import Provenance
from console.fleet.domains import State
from console.fleet.query_fields import ALIASES, FIELDS, FLAGS, LOADED, STATES, Kind, field_of
from console.fleet.search import parse
from tests.unit.fleet.query_fleet import FLEET, KNOWN, load, seen


def test_every_field_can_be_asked() -> None:
    for field in FIELDS.values():
        ways = (field.texts, field.figure, field.flag)
        assert any(ways) or field.kind is Kind.STATE
        for subject in FLEET:
            if field.texts is not None:
                assert all(isinstance(text, str) for text in field.texts(subject, KNOWN))
            for figure in (field.figure, field.share, field.least):
                assert figure is None or isinstance(figure(subject, KNOWN), float | int | None)
            assert field.flag is None or field.flag(subject) in (True, False)


def test_figures_of_load_are_those_that_need_one() -> None:
    idle, busy = seen("a"), seen("a", load=load())
    needs = {
        name
        for name, field in FIELDS.items()
        if field.figure is not None and field.figure(idle, KNOWN) is None and field.figure(busy, KNOWN) is not None
    }
    assert needs == set(LOADED)


def test_a_vm_that_does_not_run_has_no_load() -> None:
    off = seen("a", load=load(), state=State.OFF)
    assert all(FIELDS[name].figure(off, KNOWN) is None for name in LOADED)  # type: ignore[misc]


def test_other_names_lead_to_fields() -> None:
    assert all(field_of(alias) is FIELDS[name] for alias, name in ALIASES.items())
    assert field_of("nothing") is None
    assert not ALIASES.keys() & FIELDS.keys()


def test_every_state_can_be_asked_for() -> None:
    assert {state.value for state in State} <= STATES.keys()
    assert set(FLAGS.values()) == {True, False}


def test_the_readme_has_every_field() -> None:
    text = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
    table = text[text.index("| fields | compared |") : text.index("What was last seen of hosts")]
    named = set(re.findall(r"`([a-z]+)`", " ".join(line.split("|")[1] for line in table.splitlines() if "|" in line)))
    assert named == set(FIELDS)


def test_where_a_vm_comes_from_is_found() -> None:
    clone = seen("qa-01", provenance=Provenance("win11", build="2026.11-rc1", linked=True, throw_away=True))
    base = seen("win11", provenance=Provenance(template=True))
    plain = seen("web")

    def found(query: str) -> list[str]:
        return [s.domain.name for s in (clone, base, plain) if parse(query).matches(s, KNOWN)]

    assert found("from:win11") == ["qa-01"]
    assert found("from:win") == []
    assert found('from:""') == ["win11", "web"]
    assert found("build:2026.11*") == ["qa-01"]
    assert found("rc1") == ["qa-01"]
    assert found("linked:yes") == found("goes:yes") == ["qa-01"]
    assert found("template:yes") == ["win11"]
