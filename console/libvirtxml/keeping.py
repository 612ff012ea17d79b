"""Passwords and the like: libvirt leaves them out of the XML it shows, so they have to be put back before it is stored.

Nothing is listed by name: a secret is whatever the XML with secrets has and the XML without them lacks.
"""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from console.libvirtxml import changes, parts, tree

Element = etree._Element


def with_secrets(edited: str, plain: str, secure: str) -> str:
    """`edited` with the secrets of `secure` put back wherever its person left them out.

    plain, secure: one configuration without and with secrets. A device that is no longer there loses its own; a secret that
    was typed anew stays as typed. `edited` comes back untouched where there is nothing to put back.
    """
    if plain == secure:
        return edited
    root = tree.parse(edited, "domain")
    before, hidden = tree.parse(plain, "domain"), tree.parse(secure, "domain")
    mine, shown, whole = (parts.devices(each.find("devices")) for each in (root, before, hidden))
    touched = False
    for key, device in mine.items():
        if key in shown and key in whole:
            touched = _fill(device, shown[key], whole[key]) or touched
    return etree.tostring(root, encoding="unicode") if touched else edited


def without_secrets(xml: str) -> str:
    """The text without passwords, for keeping: for XML that a person typed, where libvirt could not leave them out."""
    root = tree.parse(xml, "domain")
    touched = False
    for element in root.iter():
        for name in changes.SECRET & {str(attribute) for attribute in element.attrib}:
            del element.attrib[name]
            touched = True
    return etree.tostring(root, encoding="unicode") if touched else xml


def _fill(mine: Element, plain: Element, secure: Element) -> bool:
    """Gives an element what `secure` has beyond `plain`, and so for those within it that all three have."""
    touched = False
    for name, value in secure.attrib.items():
        if name not in plain.attrib and name not in mine.attrib:
            mine.set(name, value)
            touched = True
    for tag in dict.fromkeys(str(child.tag) for child in parts.elements(secure)):
        hidden, shown, own = (parts.named(each, tag) for each in (secure, plain, mine))
        if not shown and not own:
            mine.extend(deepcopy(child) for child in hidden)
            touched = True
        elif len(hidden) == len(shown) == len(own):
            for one, other, third in zip(own, shown, hidden, strict=True):
                touched = _fill(one, other, third) or touched
    return touched
