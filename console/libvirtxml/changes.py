"""What differs between two configurations of a domain, by meaning, and what of it a running domain can take at once.

Pure: texts in, `fleet.edits` values out. Order of elements, white space and comments mean nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy

from lxml import etree
from msgspec.structs import replace

from console.fleet.edits import Change, Detail, Fate, Hold, Step, Way, When
from console.libvirtxml import hotplug, tree, tuning
from console.libvirtxml.parts import devices, elements, local, named

Element = etree._Element
_SEEN = frozenset(
    {
        "memory-limit",
        "vcpus",
        "vcpus-limit",
        "vcpus-now",
        "title",
        "description",
        "on_poweroff",
        "on_reboot",
        "on_crash",
    }
)
_SEEN_DEVICES = frozenset(
    {
        "disk",
        "interface",
        "hostdev",
        "filesystem",
        "graphics",
        "video",
        "sound",
        "tpm",
        "rng",
        "watchdog",
        "vsock",
        "shmem",
    }
)
SECRET = frozenset({"passwd", "passwdValidTo"})
HIDDEN = "••••"


def compare(before: str, after: str) -> tuple[Change, ...]:
    """The changes from one configuration to the other, all of them for the next start. Raises Failed for what is no XML."""
    return tuple(_changes(tree.parse(before, "domain"), tree.parse(after, "domain")))


def plan(before: str, after: str, live: str | None, wanted: bool = True) -> tuple[Change, ...]:
    """The same, each with how and when the running domain (its XML `live`, None = it is off) takes it.

    wanted=False: the running domain is to stay as it is.
    """
    old, new = tree.parse(before, "domain"), tree.parse(after, "domain")
    found = tuple(_changes(old, new))
    if live is None:
        return found
    if not wanted:
        return tuple(replace(change, hold=Hold.NOT_WANTED) for change in found)
    now = tree.parse(live, "domain")
    return tuple(part for change in found for part in _timed(change, old, new, now))


def waiting(live: str, stored: str) -> tuple[Change, ...]:
    """What a running domain (its XML `live`) has not taken yet of what is stored, so far as that can be told.

    A host fills in much when a domain starts, so only what a person set is looked at: sizes, words, and devices that came or
    went.
    """
    found = []
    for change in compare(live, stored):
        device = change.part in _SEEN_DEVICES and change.fate is not Fate.CHANGED
        if device or change.part in _SEEN or (change.part == "memory" and change.before):
            found.append(change)
        elif change.part in tuning.ELEMENTS:
            details = tuple(detail for detail in change.details if detail.after is not None)
            found += [replace(change, details=details)] * bool(details)
    return tuple(found)


def same(one: str, other: str) -> bool:
    """Both mean the same configuration."""
    return one == other or not compare(one, other)


def redacted(xml: str) -> str:
    """The text with the values of passwords hidden, for showing; everything else stays as it was written."""
    return hotplug.PASSWORD.sub(rf"\g<1>{HIDDEN}\g<3>", xml)


# finding


def _changes(old: Element, new: Element) -> Iterator[Change]:
    yield from _attributes_of_root(old, new)
    yield from _memory(old, new)
    yield from _vcpus(old, new)
    done = {"memory", "currentMemory", "vcpu", "devices", "metadata"}
    tags = dict.fromkeys(str(child.tag) for root in (old, new) for child in elements(root))
    for tag in tags:
        if tag not in done:
            yield from _parts(tag, named(old, tag), named(new, tag))
    yield from _metadata(old.find("metadata"), new.find("metadata"))
    yield from _devices(old.find("devices"), new.find("devices"))


def _attributes_of_root(old: Element, new: Element) -> Iterator[Change]:
    for name in dict.fromkeys((*old.attrib, *new.attrib)):
        before, after = old.get(name), new.get(name)
        if before != after and name != "id":
            yield Change("domain", str(name), _fate(before, after), str(before or ""), str(after or ""))


def _memory(old: Element, new: Element) -> Iterator[Change]:
    """Ceiling and allotment; where they are the same and stay so they are one thing."""
    limits = [tree.kib(root.find("memory")) for root in (old, new)]
    now = [tree.kib(root.find("currentMemory")) or limit for root, limit in zip((old, new), limits, strict=True)]
    if limits == now:
        if limits[0] != limits[1]:
            yield Change("memory", before=str(limits[0]), after=str(limits[1]))
    else:
        if limits[0] != limits[1]:
            yield Change("memory-limit", before=str(limits[0]), after=str(limits[1]))
        if now[0] != now[1]:
            yield Change("memory-now", before=str(now[0]), after=str(now[1]))
    yield from _rest("memory", old, new)


def _vcpus(old: Element, new: Element) -> Iterator[Change]:
    limits = [tree.number(tree.text(root.find("vcpu")), 1) for root in (old, new)]
    now = [
        tree.number(vcpu.get("current") if (vcpu := root.find("vcpu")) is not None else None, limit)
        for root, limit in zip((old, new), limits, strict=True)
    ]
    if limits == now:
        if limits[0] != limits[1]:
            yield Change("vcpus", before=str(limits[0]), after=str(limits[1]))
    else:
        if limits[0] != limits[1]:
            yield Change("vcpus-limit", before=str(limits[0]), after=str(limits[1]))
        if now[0] != now[1]:
            yield Change("vcpus-now", before=str(now[0]), after=str(now[1]))
    yield from _rest("vcpu", old, new)


def _rest(tag: str, old: Element, new: Element) -> Iterator[Change]:
    """What else an element says whose number was dealt with: other attributes."""
    dealt = {"", "@unit", "@current"}
    if tag == "vcpu":
        dealt.add("@placement")  # libvirt writes "static" where nothing was written
    details = tuple(detail for detail in differences(old.find(tag), new.find(tag)) if detail.path not in dealt)
    if details:
        yield Change(tag, details=details)


def _parts(tag: str, old: Sequence[Element], new: Sequence[Element]) -> Iterator[Change]:
    for number in range(max(len(old), len(new))):
        one = old[number] if number < len(old) else None
        other = new[number] if number < len(new) else None
        name = str(number + 1) if max(len(old), len(new)) > 1 else ""
        yield from _part(tag, name, one, other)


def _part(tag: str, name: str, old: Element | None, new: Element | None) -> Iterator[Change]:
    details = tuning.limits(old, new) if tag == "memtune" else tuple(differences(old, new))
    if not details and ((old is None) is (new is None) or tag in tuning.ELEMENTS):
        return
    if tag in tuning.ELEMENTS:
        yield Change(tag, name, details=details)
        return
    if all(element is None or (not len(element) and not element.attrib) for element in (old, new)):
        yield Change(local(tag), name, _fate(old, new), tree.text(old), tree.text(new))
    else:
        yield Change(local(tag), name, _fate(old, new), details=details)


def _metadata(old: Element | None, new: Element | None) -> Iterator[Change]:
    """One change for each element directly in <metadata>: each belongs to another program."""
    tags = dict.fromkeys(str(child.tag) for element in (old, new) if element is not None for child in elements(element))
    for tag in tags:
        one = old.find(tag) if old is not None else None
        other = new.find(tag) if new is not None else None
        details = tuple(differences(one, other))
        if details or (one is None) is not (other is None):
            yield Change("metadata", tag, _fate(one, other), details=details)


def _devices(old: Element | None, new: Element | None) -> Iterator[Change]:
    before, after = devices(old), devices(new)
    for key in dict.fromkeys((*before, *after)):
        one, other = before.get(key), after.get(key)
        details = tuple(differences(one, other))
        if details or (one is None) is not (other is None):
            yield Change(key[0], key[1], _fate(one, other), details=details)


def whose(xml: str) -> str:
    """The UUID, or else the name, in a configuration; "" for none."""
    root = tree.parse(xml, "domain")
    return tree.text(root.find("uuid")) or tree.text(root.find("name"))


def renamed(xml: str, name: str, uuid: str) -> str:
    """The configuration with another name and UUID; untouched where it has those."""
    root = tree.parse(xml, "domain")
    touched = False
    for tag, value in (("name", name), ("uuid", uuid)):
        element = root.find(tag)
        if element is not None and element.text != value:
            element.text = value
            touched = True
    return etree.tostring(root, encoding="unicode") if touched else xml


def differences(old: Element | None, new: Element | None) -> Iterator[Detail]:
    """The values that differ below two elements, by path."""
    before, after = _flat(old), _flat(new)
    for path in dict.fromkeys((*before, *after)):
        one, other = before.get(path), after.get(path)
        if one != other:
            if path.rpartition("@")[2] in SECRET:
                one, other = (HIDDEN if value is not None else None for value in (one, other))
            yield Detail(path, one, other)


def _flat(element: Element | None) -> dict[str, str]:
    found: dict[str, str] = {}
    if element is not None:
        _flatten(element, "", found)
    return found


def _flatten(element: Element, path: str, found: dict[str, str]) -> None:
    text = (element.text or "").strip()
    for name, value in element.attrib.items():
        found[f"{path}@{local(str(name))}"] = str(value)
    if text or (path and not element.attrib and not len(element)):
        found[path] = text
    seen: dict[str, int] = {}
    for child in elements(element):
        tag = local(str(child.tag))
        seen[tag] = seen.get(tag, 0) + 1
        step = tag if seen[tag] == 1 else f"{tag}[{seen[tag]}]"
        _flatten(child, f"{path}/{step}" if path else step, found)


def _fate(before: object, after: object) -> Fate:
    return Fate.ADDED if before is None else Fate.REMOVED if after is None else Fate.CHANGED


# timing


def _timed(change: Change, old: Element, new: Element, live: Element) -> Iterator[Change]:
    """The change as a running domain takes it; in two, where it takes a part of it."""
    if change.part == "cputune":
        yield from _tuned(change, tuning.cpu(change.details))
    elif change.part == "memtune":
        yield from _tuned(change, tuning.memory(change.details))
    elif (timing := _TIMING.get(change.part)) is not None:
        yield timing(change, new, live)
    elif change.part == "disk" and change.fate is Fate.CHANGED:
        kind = (change.part, change.name)
        disk, there = (devices(root.find("devices")).get(kind) for root in (new, live))
        target = disk.find("target") if disk is not None else None
        if disk is None or there is None or target is None:
            yield _device(change, old, new, live)
            return
        step, taken, left = tuning.io(change.details, target.get("dev", ""), disk.find("iotune"), there.find("iotune"))
        if step is not None:
            yield _now(replace(change, details=taken), step)
        if left:
            yield _device(replace(change, details=left), old, new, live)
    else:
        yield _device(change, old, new, live)


def _tuned(change: Change, part: tuning.Taken) -> Iterator[Change]:
    step, taken, left = part
    if step is not None:
        yield _now(replace(change, details=taken), step)
    if left:
        yield _fixed(replace(change, details=left))


def _device(change: Change, old: Element, new: Element, live: Element) -> Change:
    """What a device's change is to a running domain, and that of anything it cannot change in."""
    kind = (change.part, change.name)
    one, other = devices(old.find("devices")).get(kind), devices(new.find("devices")).get(kind)
    if one is None and other is None:
        return replace(change, hold=Hold.FIXED)
    there = devices(live.find("devices")).get(kind)
    if change.fate is Fate.ADDED:
        assert other is not None
        return _now(change, Step(Way.ATTACH, _handed(other))) if hotplug.pluggable(other) else _fixed(change)
    if there is None:
        return replace(change, hold=Hold.UNKNOWN_HERE)
    if change.fate is Fate.REMOVED:
        return _now(change, Step(Way.DETACH, _text(there))) if hotplug.pluggable(there) else _fixed(change)
    assert other is not None
    if hotplug.changeable(other, [detail.path for detail in change.details]):
        return _now(change, Step(Way.UPDATE, _handed(other)))
    return _fixed(change)


def _now(change: Change, step: Step) -> Change:
    return replace(change, when=When.NOW, step=step)


def _fixed(change: Change) -> Change:
    return replace(change, hold=Hold.FIXED)


def _balloon(change: Change, _new: Element, live: Element) -> Change:
    limit = tree.kib(live.find("memory"))
    if int(change.after) > limit:
        return replace(change, hold=Hold.CEILING, limit=limit)
    return _now(change, Step(Way.MEMORY, number=int(change.after)))


def _plug_vcpus(change: Change, _new: Element, live: Element) -> Change:
    limit = tree.number(tree.text(live.find("vcpu")), 1)
    if int(change.after) > limit:
        return replace(change, hold=Hold.CEILING, limit=limit)
    return _now(change, Step(Way.VCPUS, number=int(change.after)))


def _describe(way: Way) -> Callable[[Change, Element, Element], Change]:
    return lambda change, _new, _live: _now(change, Step(way, change.after))


def _set_metadata(change: Change, new: Element, live: Element) -> Change:
    namespace, brace, _name = change.name[1:].partition("}")
    if not brace:
        return _fixed(change)
    metadata = new.find("metadata")
    element = metadata.find(change.name) if metadata is not None else None
    if element is None:
        return _now(change, Step(Way.METADATA, key=namespace))
    prefix = element.prefix or "own"
    return _now(change, Step(Way.METADATA, _bare(element, namespace), key=namespace, prefix=prefix))


_TIMING: dict[str, Callable[[Change, Element, Element], Change]] = {
    "memory": lambda change, new, live: _balloon(change, new, live) if change.after.isdecimal() else _fixed(change),
    "memory-now": _balloon,
    "vcpus": _plug_vcpus,
    "vcpus-now": _plug_vcpus,
    "title": _describe(Way.TITLE),
    "description": _describe(Way.DESCRIPTION),
    "metadata": _set_metadata,
}


def _handed(device: Element) -> str:
    """A device as the running domain is handed it: its place on the bus is the host's affair."""
    copy = deepcopy(device)
    for address in named(copy, "address"):
        if address.get("type") == "pci" and copy.tag != "hostdev":
            copy.remove(address)
    return _text(copy)


def _text(element: Element) -> str:
    copy = deepcopy(element)
    copy.tail = None
    return etree.tostring(copy, encoding="unicode")


def _bare(element: Element, namespace: str) -> str:
    """An element of <metadata> as libvirt's call takes it: without its own namespace, which the call adds."""
    copy = deepcopy(element)
    copy.tail = None
    for each in copy.iter():
        if isinstance(each.tag, str) and each.tag.startswith(f"{{{namespace}}}"):
            each.tag = local(each.tag)
    etree.cleanup_namespaces(copy)
    return etree.tostring(copy, encoding="unicode")
