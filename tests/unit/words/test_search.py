from __future__ import annotations

import random

import pytest

from console.fleet.domains import Address, Load, Nic, State
from console.fleet.query_fields import FIELDS
from console.fleet.query_tokens import Fault, QueryError
from console.fleet.search import parse
from console.fleet.subjects import Known
from console.words import units
from console.words.search import TEXTS, hay, marked, sentence, shows
from tests.unit.fleet.query_fleet import LOST, NOW, load, seen


@pytest.mark.parametrize(
    "word",
    ["shop-db-01", "running", "kvm-n11", "north", "n1", "10.20.1.31", "52:54", "prod", "ha", "keller", "8 gib", "4 vcpu",
     "autostart", "primary", "orders", "uuid-shop"],
)  # fmt: skip
def test_every_column_is_said(word: str) -> None:
    one = seen(
        "Shop-DB-01",
        addresses=(Address("10.20.1.31"),),
        nics=(Nic("52:54:00:01:02:03"),),
        tags=("prod",),
        group="shop HA",
        owner="m.keller",
        title="Orders",
        description="The primary",
        max_vcpus=4,
        autostart=True,
    )
    assert word in hay(one.domain, one.spec, one.status, NOW)


def test_a_lost_vm_was_running_and_is_found_by_either() -> None:
    one = seen("a", status=LOST)
    assert "was running" in hay(one.domain, one.spec, one.status, NOW)


def test_the_figures_are_those_that_are_shown() -> None:
    one = seen("a").domain

    def shown(text: str, now: Load) -> bool:
        return shows(text.replace(units.NBSP, " ").casefold())(one, now)

    luck = random.Random(7)
    for cpu in (0.0, 0.004, 0.005, 0.955, 0.994, 0.996, 0.9999, 1.0, *(luck.random() for _n in range(200))):
        assert shown(units.percent(cpu), Load(NOW, cpu)), cpu
        assert not shown("%", Load(NOW))
    for kib in (
        0,
        104334,
        104857,
        104858,
        5_000_000,
        1 << 20,
        15571353,
        8 << 20,
        *(luck.randrange(8 << 20) for _n in range(200)),
    ):
        assert shown(units.of(kib, 8 << 20), Load(NOW, memory_used_kib=kib)), kib
    for rate in (
        0.0,
        1e3,
        51e3,
        54e3,
        9.94 * 2**20,
        9.96 * 2**20,
        9e9,
        *(10 ** luck.uniform(2, 9) for _n in range(300)),
    ):
        assert shown(units.mib_s(rate), Load(NOW, disk_read=rate, disk_write=0.0)), rate
        assert shown(units.mbit_s(rate), Load(NOW, net_in=rate)), rate


def test_what_does_not_run_or_tells_nothing_has_none() -> None:
    assert not shows("50")(seen("a", state=State.OFF).domain, load())
    assert not shows("50")(seen("a").domain, None)
    assert not shows("50")(seen("a").domain, Load(NOW))


def test_plain_words_find_shown_figures() -> None:
    one, known = seen("a", load=load(0.97, 7.5)), Known(NOW, shows=TEXTS.shows)
    for text in ("97", '"97 %"', '"7.5 of 8"', "7.5"):
        assert parse(text).matches(one, known), text
    assert not parse("98").matches(one, known)


def error_of(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        parse(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stat:off", "There is no field “stat”. Did you mean state?"),
        (
            "foo:bar",
            f"There is no field “foo”. Text stands in quotes. Fields are {', '.join(FIELDS)}.",
        ),
        ("idle>30", "30 of what? There are s, min, h, d, w, y."),
        ("snapshots>3G", "This is a plain number, without “G”."),
        ("mem>3q", "Not a unit here: “q”. There are M, G, T."),
        ("cpu>x", "A number is wanted for cpu, not “x”."),
        ("tag>3", "tag is not a figure, nothing of it is larger or smaller: use tag:"),
        ("web tag:", 'What should tag be? To find what has none: tag:"".'),
        ("web cpu>", "What should cpu be?"),
        ("state:", "What should state be?"),
        ("net:", 'What should net be? To find what has none: net:"".'),
        ("net>", "What should net be?"),
        ("name:re:", "What should re be?"),
        ("re:(a+)+", "This pattern could search for ever: it repeats what is repeated already. Make it simpler."),
        ("a or", "Something to look for is missing beside “or”."),
        ("x" * 2001, "A query has at most 2,000 characters."),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    assert sentence(error_of(text)) == said


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_has_a_sentence(fault: Fault) -> None:
    said = sentence(QueryError(fault, "tag:x", 0, 3, "detail"))
    assert said
    assert "{" not in said


def test_the_place_is_marked() -> None:
    assert marked(error_of("web stat:off")) == ("web stat:off", "    ^^^^")
    text, marks = marked(error_of("a" * 100 + " stat:off " + "b" * 100))
    assert len(text) == 72
    start = marks.index("^")
    assert text[start : start + marks.count("^")] == "stat"
