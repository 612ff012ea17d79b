from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Message

from console import words
from console.words import _, errors, ngettext, pgettext, units
from console.words.translation import N_
from tests import languages

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    return languages.tool()


@pytest.fixture
def catalogs(tmp_path: Path) -> Path:
    """The project's languages, compiled."""
    return languages.compiled(tmp_path)


def test_english_until_a_language_is_installed() -> None:
    assert words.language() == "en"
    assert _("Shut down") == "Shut down"
    assert ngettext("{count} VM", "{count} VMs", 1) == "{count} VM"
    assert ngettext("{count} VM", "{count} VMs", 2) == "{count} VMs"
    assert pgettext("decimal sign", ".") == "."
    assert N_("Shut down") == "Shut down"
    assert _("") == ""


def test_german(catalogs: Path) -> None:
    assert words.available(catalogs) == ("en", "de")
    assert words.install("de", catalogs) == "de"
    assert words.language() == "de"
    assert _("Shut down") == "Herunterfahren"
    assert _("") == ""
    assert ngettext("{count} VM", "{count} VMs", 2) == "{count} VMs"
    assert units.gib(14.8 * 1024**2) == "14,8"
    assert units.count(12400) == "12.400"
    assert errors.tried_sentence("vm.start", "web-01") == "web-01 konnte nicht gestartet werden."
    assert words.install("en", catalogs) == "en"
    assert _("Shut down") == "Shut down"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LANG": "de_AT.UTF-8"}, "de"),
        ({"LANG": "de_DE@euro", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8", "LANGUAGE": "fr:de"}, "de"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "en:de"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_of_the_environment(
    catalogs: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert words.install(None, catalogs) == expected


def test_a_broken_catalog_leaves_english(tmp_path: Path) -> None:
    broken = tmp_path / "de" / "LC_MESSAGES" / "splendid.mo"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"not a catalog")
    assert words.install("de", tmp_path) == "en"
    assert _("Shut down") == "Shut down"


def test_words_and_command_line_are_translated_whole(tool: ModuleType) -> None:
    current = tool.catalog_of()
    wrong = [
        problem
        for path in tool.languages()
        for message in tool.updated(path, current)
        if message.id and any(name.startswith(("console/words/", "console/cli/")) for name, _line in message.locations)
        for problem in tool.flaws(message)
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("original", "translated", "flaw"),
    [
        ("{a} of {b}", "{a} von {b}", ""),
        ("{a} of {b}", "{b}: {a}", ""),
        ("{a} of {b}", "{a} von {c}", "placeholders"),
        ("{a}", "a", "placeholders"),
        ("a", "", "not translated"),
        ("a", "a ", "space"),
        (("{n} VM", "{n} VMs"), ("{n} VM", "{n} VMs"), ""),
        (("{n} VM", "{n} VMs"), ("{n} VM", ""), "not translated"),
    ],
)
def test_flaws_are_found(tool: ModuleType, original: object, translated: object, flaw: str) -> None:
    found = list(tool.flaws(Message(original, translated)))
    assert [problem.partition(":")[0].startswith(flaw) for problem in found] == [True] * bool(flaw)


def test_a_new_text_makes_the_check_fail_until_it_is_translated(tool: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "console"
    source.mkdir()
    (source / "a.py").write_text('_("One {x}")\n', "utf-8")
    folder = tmp_path / "i18n"
    german = folder / "de" / "LC_MESSAGES" / "splendid.po"
    german.parent.mkdir(parents=True)
    german.write_text('msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n', "utf-8")
    assert len(tool.check(folder, tmp_path)) == 3
    tool.update(folder, tmp_path)
    assert tool.check(folder, tmp_path) == ["de: not translated: 'One {x}'"]
    german.write_text(
        german.read_text("utf-8").replace('msgid "One {x}"\nmsgstr ""', 'msgid "One {x}"\nmsgstr "Eins {x}"'), "utf-8"
    )
    assert tool.check(folder, tmp_path) == []
    (source / "a.py").write_text('\n\n\n_("One {x}")\n', "utf-8")
    assert tool.check(folder, tmp_path) == [], "a text that only moved changes nothing"
    (source / "a.py").write_text("""f'{_("One {x}")}'\n_("One {x}")\n""", "utf-8")
    assert tool.check(folder, tmp_path) == ["console/a.py:1: a text inside an f-string is not found"]
    (source / "a.py").write_text('_("Two {x}")\n', "utf-8")
    assert any("splendid.pot" in line for line in tool.check(folder, tmp_path))
