import time
from typing import Any

from console.ui.models.finding import Finder, Rank, plain, spans

NAMES = ["shop-db-01", "db", "olddb", "Database backup", "shop web", "Ünïcode ß", "kafka_02"]


def names(finder_hits: Any) -> Any:
    return [NAMES[hit.at] for hit in finder_hits]


def test_exact_before_prefix_before_word_before_within() -> None:
    hits = Finder(["olddb", "shop-db-01", "dbx", "db"]).find("db")
    assert [(hit.at, hit.rank) for hit in hits] == [
        (3, Rank.EXACT),
        (2, Rank.PREFIX),
        (1, Rank.WORD),
        (0, Rank.WITHIN),
    ]


def test_separators_count_as_blanks() -> None:
    assert names(Finder(NAMES).find("shop_db"))[0] == "shop-db-01"
    assert plain("A-b_C.d") == "a b c d"


def test_words_in_any_order() -> None:
    hits = Finder(NAMES).find("01 shop")
    assert names(hits) == ["shop-db-01"]
    assert hits[0].rank is Rank.TERMS


def test_letters_only_when_nothing_else_fits() -> None:
    assert names(Finder(NAMES).find("kfk")) == ["kafka_02"]
    assert Finder(NAMES).find("zzz") == []


def test_typing_on_and_back_gives_what_a_fresh_look_gives() -> None:
    typed = Finder(NAMES)
    for query in ("d", "db", "db-", "db-0", "db-01", "db", "d", "sh", "shop web", "web"):
        assert typed.find(query) == Finder(NAMES).find(query), query


def test_empty_query_gives_recent_ones_first() -> None:
    assert [hit.at for hit in Finder(NAMES).find("", limit=4, recent=[5, 2])] == [5, 2, 0, 1]


def test_recent_ones_lead_their_rank_only() -> None:
    hits = Finder(["db-1", "db-2", "db-3", "x db"]).find("db", recent=[2, 3])
    assert [hit.at for hit in hits] == [2, 0, 1, 3]


def test_limit_holds() -> None:
    assert len(Finder([f"vm-{n}" for n in range(500)]).find("vm", limit=20)) == 20


def test_spans_are_where_the_words_are() -> None:
    assert spans("Shop-DB-01", "db shop") == [(0, 4), (5, 7)]
    assert spans("İstanbul", "st") == []


def test_ten_thousand_names_within_a_frame() -> None:
    finder = Finder([f"build-runner-{n:05d} on kvm-n{n % 200}" for n in range(10_000)])
    best = {}
    for query in ("b", "bu", "run", "n11", "zq", "runner 77", "kvm-n199"):
        times = []
        for _ in range(3):
            finder._last = ("", [])
            start = time.process_time()
            finder.find(query)
            times.append(time.process_time() - start)
        best[query] = min(times)
    assert max(best.values()) < 0.016, best
