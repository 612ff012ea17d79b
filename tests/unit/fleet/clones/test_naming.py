from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.fleet.clones import naming
from console.fleet.errors import UsageError


@pytest.mark.parametrize(
    ("pattern", "count", "taken", "first", "made"),
    [
        ("qa", 1, (), 1, ("qa",)),
        (" qa ", 1, (), 1, ("qa",)),
        ("qa", 3, (), 1, ("qa-1", "qa-2", "qa-3")),
        ("qa-{n}", 2, (), 9, ("qa-9", "qa-10")),
        ("qa-{n:02}", 2, (), 9, ("qa-09", "qa-10")),
        ("qa-{n:02}", 3, ("qa-02", "qa-03"), 1, ("qa-01", "qa-04", "qa-05")),
        ("{n:3}-a", 1, (), 1, ("001-a",)),
        ("{n}-{n:02}", 1, (), 4, ("4-04",)),
    ],
)
def test_names(pattern: str, count: int, taken: tuple[str, ...], first: int, made: tuple[str, ...]) -> None:
    assert naming.names(pattern, count, taken, first) == made


@pytest.mark.parametrize(
    ("pattern", "count", "detail"),
    [
        ("", 1, "vm-name"),
        ("  ", 2, "vm-name"),
        ("a/b", 1, "vm-name"),
        ("a\nb", 1, "vm-name"),
        ("..", 1, "vm-name"),
        ("x" * 300, 1, "vm-name"),
        ("a", 0, "clone-count"),
        ("a", naming.MOST + 1, "clone-count"),
    ],
)
def test_what_is_no_name(pattern: str, count: int, detail: str) -> None:
    with pytest.raises(UsageError) as caught:
        naming.names(pattern, count)
    assert caught.value.problem.detail == detail


@given(st.text(min_size=1, max_size=20), st.integers(1, 30), st.sets(st.integers(1, 40)))
def test_names_are_as_many_as_asked_for_and_free(text: str, count: int, used: set[int]) -> None:
    pattern = f"{text}-{{n:02}}"
    taken = {pattern.replace("{n:02}", f"{number:02}") for number in used}
    try:
        made = naming.names(pattern, count, taken)
    except UsageError:
        return
    assert len(set(made)) == count
    assert not taken & set(made)


def test_a_name_to_begin_with() -> None:
    assert naming.free_name("web", ()) == "web-clone"
    assert naming.free_name("web", ("web-clone", "web-clone-2")) == "web-clone-3"


@pytest.mark.parametrize(
    ("pattern", "format_", "made"),
    [
        ("", "qcow2", "qa-vda.qcow2"),
        ("", "raw", "qa-vda.img"),
        ("", "", "qa-vda"),
        ("{name}.{target}.x", "qcow2", "qa.vda.x"),
        ("fixed", "raw", "fixed"),
    ],
)
def test_files(pattern: str, format_: str, made: str) -> None:
    assert naming.file_name(pattern, "qa", "vda", format_) == made


def test_a_file_that_cannot_be() -> None:
    with pytest.raises(UsageError):
        naming.file_name("{name}/x", "qa", "vda", "raw")


def test_names_with_braces_are_not_read_again() -> None:
    assert naming.file_name("{name}-{target}", "{target}", "vda", "") == "{target}-vda"


@pytest.mark.parametrize(("name", "host"), [("QA 01", "qa-01"), ("__x__", "x"), ("é", ""), ("a" * 80, "a" * 63)])
def test_host_names(name: str, host: str) -> None:
    assert naming.host_name(name) == host


@pytest.mark.parametrize(
    ("path", "made"),
    [
        ("/n/web_VARS.fd", "/n/qa_VARS.fd"),
        ("/n/vars.fd", "/n/vars-qa.fd"),
        ("/web/vars", "/web/vars-qa"),
        ("/n/.hidden", "/n/.hidden-qa"),
    ],
)
def test_files_beside(path: str, made: str) -> None:
    assert naming.beside(path, "web", "qa") == made
