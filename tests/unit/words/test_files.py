from __future__ import annotations

import pytest

from console.fleet.errors import Problem, Reason
from console.settings.fleetread import Fault, FileProblem, read
from console.words import files


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[[host]]\nname = "a"\nuri = 3\n',
            "Line 3, column 7, a: “uri” must be a text in quotes. The host is left out.",
        ),
        ('[[host]]\nname = "a"\n', "Line 1, column 1, a: The host has no “uri”. The host is left out."),
        (
            '[[host]]\nname = "a"\nuri = "test:///a"\n[[host]]\nname = "a"\nuri = "test:///b"\n',
            "Line 5, column 8, a: The host in line 1 has the same name. The host is left out.",
        ),
        (
            '[[host]]\nname = " "\nuri = "test:///a"\n',
            "Line 2, column 8: “name” is empty or has control characters. The host is left out.",
        ),
        ("host = 1\n", "Line 1, column 1: “host” must be tables: begin each host with [[host]]."),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, said: str) -> None:
    assert [files.sentence(problem) for problem in read(text).problems] == [said]


def test_a_password_is_not_repeated() -> None:
    (problem,) = read('[[host]]\nname = "a"\nuri = "qemu+ssh://root:secret@a/system"\n').problems
    said = files.sentence(problem)
    assert "The URI holds a password." in said
    assert "secret" not in said


def test_every_fault_has_a_sentence() -> None:
    values = {"text": "words\nmore", "key": "uri", "wanted": "text", "uri": "x", "flaw": "driver"}
    values |= {"suggestion": "qemu:///system", "line": "3", "id": "a"}
    for code in Fault:
        said = files.what(FileProblem(3, 1, code, values))
        assert said.endswith((".", "?"))
        assert "{" not in said
        assert "\n" not in said


def test_a_problem_of_no_one_place() -> None:
    unreadable = FileProblem(0, 0, Fault.UNREADABLE, {"text": "Permission denied"})
    assert files.sentence(unreadable) == "The file cannot be read: Permission denied."


def test_own_files() -> None:
    full = files.own_file(Problem(Reason.NO_SPACE, detail="/home"), "History is not kept.")
    assert (
        full == "History is not kept. There is not enough space left on /home. Free some space there, then try again."
    )
    assert files.own_file(Problem(Reason.IN_USE), "History is not kept.") == "History is not kept. It is in use."


@pytest.mark.parametrize("name", ["cache", "history", "load", "preferences", "versions"])
def test_troubles_tell_what_is_not_kept_from_what_is_lost(name: str) -> None:
    kept = files.trouble(name, Problem(Reason.NO_SPACE, detail="/home"))
    lost = files.trouble(name, Problem(Reason.DAMAGED, detail="/home/x.damaged"))
    assert "/home" in kept
    assert " lost. Its file was damaged. It was set aside as /home/x.damaged" in lost
    assert kept.split(".")[0] != lost.split(".")[0]
