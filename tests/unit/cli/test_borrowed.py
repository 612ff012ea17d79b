from __future__ import annotations

import ast
import gettext
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from console.cli import borrowed
from console.words import translation
from tests.unit.cli.conftest import Console

NEVER = {
    # what only a program can do wrong, or that we do otherwise
    "Aborted!",
    "Arguments take exactly one parameter declaration, got {length}: {decls}.",
    "Boolean option {decl!r} cannot use the same flag for true/false.",
    "Choice({choices})",
    "Confirm the action without prompting.",
    "Could not determine name for option with declarations {decls!r}",
    "DeprecationWarning: The command {name!r} is deprecated.{extra_message}",
    "DeprecationWarning: The {param_type} {name!r} is deprecated.{extra_message}",
    "Do you want to continue?",
    "Error: The two entered values do not match.",
    "Error: invalid input",
    "Invalid start character for option ({option})",
    "Name '{name}' defined twice",
    "No options defined but a name was passed ({name}). Did you mean to declare an argument instead? "
    "Did you mean to pass '--{name}'?",
    "Press any key to continue...",
    "Repeat for confirmation",
    "Unknown color {colour!r}",
    "Value must be an iterable.",
    "deprecated",
    "%(prog)s, version %(version)s",
    "{value!r} is not a valid UUID.",
}


class Marked(gettext.NullTranslations):
    """A language in which every text stands between marks."""

    def gettext(self, message: str) -> str:
        return f"«{message}»"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"«{msgid1 if n == 1 else msgid2}»"


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translation, "_translation", Marked())


def spoken() -> Iterator[str]:
    """Every text that the modules of the installed click have translated."""
    for name in borrowed.MODULES:
        source = Path(click.__file__).with_name(f"{name}.py").read_text()
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "ngettext"):
                yield from (a.value for a in node.args[:2] if isinstance(a, ast.Constant) and isinstance(a.value, str))


def test_every_text_of_click_that_people_meet_is_in_our_catalog() -> None:
    source = Path(borrowed.__file__).read_text()
    ours = {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
    assert set(spoken()) - ours - NEVER == set()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("vm", "lst"), ["«Usage:»", "«Error: {message}»", "«No such command {name!r}.»", "«Try '"]),
        (("--nonsense",), ["«No such option {name!r}.»", "«[OPTIONS]» «[COMMAND] [ARGS]...»"]),
        (("vm", "list", "--sort", "x"), ["«Invalid value for {param_hint}: {message}»", "«{value!r} is not one of {choices}.»"]),
        (("vm", "list", "--sort"), ["«Option {name!r} requires an argument.»"]),
        (("vm", "show"), ["«Missing argument»"]),
        (("--timeout", "0", "vm", "list"), ["«{value} is not in the range {range}.»"]),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("marked")
def test_wrong_usage_is_said_in_the_language_in_use(
    empty: Console, arguments: tuple[str, ...], said: list[str]
) -> None:
    result = empty(*arguments)
    assert result.code == 2
    for text in said:
        pattern = text.partition("{")[0].strip("«»")
        assert f"«{pattern}" in result.err, result.err


@pytest.mark.usefixtures("marked")
def test_help_is_headed_in_the_language_in_use(empty: Console) -> None:
    told = empty("--help").out
    for text in ("«Usage:»", "«Options»", "«Commands»", "«Show this message and exit.»", "«[OPTIONS]»"):
        assert text in told
    assert "«COMMAND [ARGS]...»" in empty("vm", "--help").out


@pytest.mark.parametrize("n", [1, 2])
def test_counted_texts_have_both_forms(n: int) -> None:
    texts = borrowed.counted(n)
    assert len(set(texts)) == len(texts)
    assert texts != borrowed.counted(3 - n)


def test_pieces_of_others_stay() -> None:
    assert borrowed.pieces(["[OPTIONS]", "VM..."]) == ["[OPTIONS]", "VM..."]
