"""What is wrong with the XML of a domain, and where: syntax, whose it is, and libvirt's schema. Pure, and never in a hurry:
called on a worker."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy

from lxml import etree

from console.fleet.edits import Finding, Flaw, Severity
from console.fleet.errors import Failed
from console.libvirtxml import parts, tree

Element = etree._Element
Schema = etree.RelaxNG
Fits = Callable[[Element], bool]

MOST = 50  # findings told
TRIED = 120  # elements of a part that are tried one by one
SAMPLES = ("1", "yes", "on", "a", "/a", "vda", "0x00", "virtio", "file", "destroy", "52:54:00:00:00:01",
           "00000000-0000-4000-8000-000000000000")  # fmt: skip
_SKELETON = "<domain type='kvm'><name>a</name><memory>1</memory><os><type>hvm</type></os></domain>"


def check(text: str, name: str = "", uuid: str = "", schema: etree.RelaxNG | None = None) -> tuple[Finding, ...]:
    """What is wrong with `text` as the configuration of the domain `name` with `uuid`; syntax first, and then that alone.

    schema: libvirt's, as this workstation has it. What it does not know is a doubt: the host may be newer.
    """
    found = _syntax(text)
    if found is not None:
        return (found,)
    root = etree.fromstring(text.encode("utf-8", "replace"), _parser())
    if root.tag != "domain":
        return (Finding(Flaw.ROOT, *_place(text, root), str(root.tag)),)
    findings = [*_identity(text, root, name, uuid)]
    if schema is not None and not findings:
        findings += _by_schema(text, root, schema)
    return tuple(findings[:MOST])


def schema_of(folder: str) -> etree.RelaxNG | None:
    """Libvirt's schema of a domain in a folder; None where it is not there or cannot be used. Reads files."""
    try:
        return etree.RelaxNG(etree.parse(f"{folder}/domain.rng"))
    except (OSError, etree.LxmlError):
        return None


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, encoding="utf-8")


def _syntax(text: str) -> Finding | None:
    data = text.encode("utf-8", "replace")
    if len(data) > tree.LIMIT:
        return Finding(Flaw.TOO_BIG, text=str(len(data)))
    try:
        etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as error:
        line, column = error.position
        lines = text.split("\n")
        line = min(max(line, 1), len(lines))
        said = re.sub(r", line \d+, column \d+.*$", "", error.msg or "")
        return Finding(Flaw.SYNTAX, line, min(max(column, 1), len(lines[line - 1]) + 1), said)
    try:
        tree.parse(text)
    except Failed:
        at = text.find("<!DOCTYPE")
        return Finding(Flaw.DOCTYPE, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at), length=9)
    return None


def _identity(text: str, root: Element, name: str, uuid: str) -> list[Finding]:
    """A name or UUID of another: libvirt would make a second domain, or refuse."""
    found = []
    for tag, own, flaw in (("name", name, Flaw.NAME), ("uuid", uuid, Flaw.UUID)):
        element = root.find(tag)
        typed = tree.text(element)
        alike = typed.replace("-", "").lower() == own.replace("-", "").lower() if tag == "uuid" else typed == own
        if own and not alike:
            line, column = _place(text, element if element is not None else root)
            found.append(Finding(flaw, line, column, own, length=len(tag) + 1))
    return found


# by libvirt's schema


def _by_schema(text: str, root: Element, schema: etree.RelaxNG) -> list[Finding]:
    """Every part is tried alone in a domain that is right otherwise, so that each wrong one is found where it stands."""
    if schema.validate(root):
        return []
    findings: list[Finding] = []
    for part in parts.elements(root):
        if part.tag == "devices":
            for device in parts.elements(part):
                findings += _within(text, device, lambda one: _fits(schema, one, in_devices=True))
        else:
            findings += _within(text, part, lambda one: _fits(schema, one))
    if not findings:  # each part is right, but not all together: one is missing or there twice
        for twice in _twice(root):
            copy = deepcopy(root)
            copy.remove(copy[root.index(twice)])
            if schema.validate(copy):
                return [_element(text, twice)]
        schema.validate(root)
        error = next((error for error in schema.error_log if error.line), None)
        line = error.line if error is not None else 1
        findings.append(Finding(Flaw.SCHEMA, line, 1, error.message if error is not None else "", Severity.DOUBT))
    return findings


def _twice(root: Element) -> list[Element]:
    """The parts of whose name there was one before."""
    seen: set[str] = set()
    found = []
    for part in parts.elements(root):
        if part.tag in seen:
            found.append(part)
        seen.add(str(part.tag))
    return found


def _fits(schema: etree.RelaxNG, part: Element, *, in_devices: bool = False) -> bool:
    skeleton = etree.fromstring(_SKELETON)
    if in_devices:
        etree.SubElement(skeleton, "devices").append(part)
    else:
        old = skeleton.find(str(part.tag))
        if old is not None:
            skeleton.remove(old)
        skeleton.append(part)
    return bool(schema.validate(skeleton))


def _within(text: str, part: Element, fits: Fits) -> list[Finding]:
    """The innermost thing in a part without which, or with another value of which, it would be right."""
    whole = deepcopy(part)
    whole.tail = None
    if fits(deepcopy(whole)):
        return []
    paths = [path for path in _paths(whole) if isinstance(_at(whole, path).tag, str)]
    if len(paths) <= TRIED:
        for path in paths:
            here = _at(part, path)
            for attribute in here.attrib:
                if _cured(whole, path, str(attribute), fits):
                    return [_attribute(text, here, str(attribute))]
        for path in paths:
            here = _at(part, path)
            if not len(here) and tree.text(here) and _cured(whole, path, "", fits):
                return [_value(text, here)]
        for path in reversed(paths[1:]):
            if _right_without(whole, path, fits):
                return [_element(text, _at(part, path))]
    return [_element(text, part)]


def _paths(part: Element, path: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """Where each element of a part is, itself first."""
    yield path
    for index, child in enumerate(part):
        yield from _paths(child, (*path, index))


def _cured(part: Element, path: Sequence[int], attribute: str, fits: Fits) -> bool:
    """Some plain value in place of that of an attribute ("" = the text), or no attribute, would make it right."""
    if attribute:
        copy = deepcopy(part)
        del _at(copy, path).attrib[attribute]
        if fits(copy):
            return True
    for value in SAMPLES:
        copy = deepcopy(part)
        if attribute:
            _at(copy, path).set(attribute, value)
        else:
            _at(copy, path).text = value
        if fits(copy):
            return True
    return False


def _right_without(part: Element, path: Sequence[int], fits: Fits) -> bool:
    copy = deepcopy(part)
    gone = _at(copy, path)
    parent = gone.getparent()
    assert parent is not None
    parent.remove(gone)
    return fits(copy)


def _element(text: str, element: Element) -> Finding:
    name = str(element.tag).rpartition("}")[2]
    return Finding(Flaw.ELEMENT, *_place(text, element), name, Severity.DOUBT, len(name) + 1)


def _at(part: Element, path: Sequence[int]) -> Element:
    for index in path:
        part = part[index]
    return part


def _value(text: str, element: Element) -> Finding:
    """A text's place, where it stands in the line in which its element begins, else that of the element."""
    line, column = _place(text, element)
    value = tree.text(element)
    at = text.split("\n")[line - 1].find(value, column)
    if at < 0:
        return Finding(Flaw.VALUE, line, column, value, Severity.DOUBT, len(str(element.tag)) + 1)
    return Finding(Flaw.VALUE, line, at + 1, value, Severity.DOUBT, len(value))


def _attribute(text: str, element: Element, name: str) -> Finding:
    """An attribute's place: in its element's first line, or one of the next."""
    value = element.get(name, "")
    line, column = _place(text, element)
    lines = text.split("\n")
    local = name.rpartition("}")[2]
    for number in range(line, min(line + 8, len(lines)) + 1):
        match = re.search(rf"\b{re.escape(local)}\s*=", lines[number - 1][column - 1 if number == line else 0 :])
        if match is not None:
            line, column = number, match.start() + (column if number == line else 1)
            break
    return Finding(Flaw.ATTRIBUTE, line, column, f'{local}="{value}"', Severity.DOUBT, len(local))


def _place(text: str, element: Element) -> tuple[int, int]:
    """Line and column where an element begins. libxml2 tells the line where its first tag ends."""
    lines = text.split("\n")
    last = min(int(element.sourceline or 1), len(lines))
    name = str(element.tag).rpartition("}")[2]
    pattern = re.compile(rf"<(?:[\w.-]+:)?{re.escape(name)}(?=[\s/>]|$)")
    for number in range(last, max(last - 20, 0), -1):
        match = pattern.search(lines[number - 1])
        if match is not None:
            return number, match.start() + 1
    return last, 1
