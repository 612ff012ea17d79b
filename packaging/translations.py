#!/usr/bin/env python3
"""Keeps the translations in i18n/: `extract` the texts, `update` the languages, `compile` them, `check` that all is done.

check fails where the template or a language is not up to date, and where an entry is missing, fuzzy, has other
placeholders than the original, or a space at its start or end that the original has not.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
I18N = ROOT / "i18n"
DOMAIN = "splendid"
SOURCES = "console"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "N_": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
STAMP = datetime(2026, 1, 1, tzinfo=UTC)  # a date of the day would make every extraction a change
PLACEHOLDER = re.compile(r"\{(\w*)[^{}]*\}")
VOLATILE = tuple(
    b'"' + name
    for name in (
        b"POT-Creation-Date",
        b"PO-Revision-Date",
        b"Generated-By",
        b"Report-Msgid",
        b"Last-Trans",
        b"Language-Team",
    )
)
HEADER = f"# Texts of {DOMAIN.capitalize()}.\n# Under the licence of the program."


def catalog_of(root: Path = ROOT) -> Catalog:
    """All texts of the program, sorted, with the files they stand in."""
    catalog = Catalog(project=DOMAIN, version="1", header_comment=HEADER, creation_date=STAMP, charset="utf-8")
    found = extract_from_dir(
        str(root / SOURCES),
        [("**.py", "python")],
        keywords=KEYWORDS,
        comment_tags=("Translators:",),
        strip_comment_tags=True,
    )
    for name, _line, message, comments, context in found:
        catalog.add(message, None, [(f"{SOURCES}/{Path(name).as_posix()}", 0)], auto_comments=comments, context=context)
    return catalog


def text_of(catalog: Catalog) -> bytes:
    """The catalog as a .po file, without what differs from run to run."""
    out = io.BytesIO()
    write_po(out, catalog, sort_output=True, include_lineno=False, ignore_obsolete=True, width=100)
    return b"".join(line for line in out.getvalue().splitlines(keepends=True) if not line.startswith(VOLATILE))


def hidden(root: Path = ROOT) -> list[str]:
    """Places where a text is translated inside an f-string, which extraction cannot see."""
    found = []
    for path in sorted((root / SOURCES).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.JoinedStr):
                found += [
                    f"{path.relative_to(root)}:{call.lineno}: a text inside an f-string is not found"
                    for call in ast.walk(node)
                    if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in KEYWORDS
                    if any(isinstance(argument, ast.Constant) for argument in call.args)
                ]
    return found


def template(folder: Path = I18N) -> Path:
    return folder / f"{DOMAIN}.pot"


def languages(folder: Path = I18N) -> list[Path]:
    return sorted(folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parents[1].name if path.suffix == ".po" else None)


def updated(path: Path, current: Catalog) -> Catalog:
    """The language's catalog with the current texts; a text that is new is empty, never guessed."""
    catalog = read(path)
    catalog.project, catalog.version, catalog.header_comment = current.project, current.version, HEADER
    catalog.update(current, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def extract(folder: Path = I18N, root: Path = ROOT) -> None:
    template(folder).write_bytes(text_of(catalog_of(root)))


def update(folder: Path = I18N, root: Path = ROOT) -> None:
    extract(folder, root)
    for path in languages(folder):
        path.write_bytes(text_of(updated(path, catalog_of(root))))


def compile_all(folder: Path = I18N) -> None:
    for path in languages(folder):
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, read(path))


def check(folder: Path = I18N, root: Path = ROOT) -> list[str]:
    """What is wrong, a line each; nothing when all is done."""
    current = catalog_of(root)
    wrong = hidden(root)
    if not template(folder).exists() or template(folder).read_bytes() != text_of(current):
        wrong.append(f"{template(folder).name} is out of date: run packaging/translations.py update")
    for path in languages(folder):
        name = f"{path.parents[1].name}: "
        catalog = updated(path, current)
        if path.read_bytes() != text_of(catalog):
            wrong.append(f"{name}out of date: run packaging/translations.py update")
        wrong += [f"{name}{problem}" for message in catalog if message.id for problem in flaws(message)]
    return wrong


def flaws(message: Message) -> Iterator[str]:
    """What is wrong with one translated text."""
    originals, texts = _tuple(message.id), _tuple(message.string)
    if not all(texts):
        yield f"not translated: {originals[0]!r}"
        return
    if message.fuzzy:
        yield f"fuzzy: {originals[0]!r}"
    wanted = {frozenset(PLACEHOLDER.findall(original)) for original in originals}
    for text in texts:
        if frozenset(PLACEHOLDER.findall(text)) not in wanted:
            yield f"placeholders differ: {originals[0]!r} and {text!r}"
        if (text[:1].isspace(), text[-1:].isspace()) != (originals[0][:1].isspace(), originals[0][-1:].isspace()):
            yield f"space at an end: {text!r}"


def _tuple(text: str | Iterable[str] | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("what", choices=("extract", "update", "compile", "check"))
    match parser.parse_args(arguments).what:
        case "extract":
            extract()
        case "update":
            update()
        case "compile":
            compile_all()
        case _:
            problems = check()
            sys.stderr.writelines(f"{line}\n" for line in problems)
            return 1 if problems else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
