from __future__ import annotations

import pytest
from lxml import etree

from console.fleet.clones.provenance import Provenance
from console.libvirtxml import metadata
from console.libvirtxml.metadata import NAMESPACE, VmMetadata, read_element, with_tags

OURS = (
    f'<s:vm xmlns:s="{NAMESPACE}" mine="1"><s:owner>anna</s:owner><s:tag>old</s:tag>'
    '<s:nat proto="tcp" port="80"/><!-- kept --><x:y xmlns:x="urn:x">z</x:y></s:vm>'
)


def test_reads_tags_group_and_owner() -> None:
    xml = f'<vm xmlns="{NAMESPACE}"><tag> a </tag><tag/><tag>b</tag><tag>a</tag><group>g</group><owner>o</owner></vm>'
    assert read_element(xml) == VmMetadata(("a", "b"), "g", "o")


def test_others_elements_are_not_ours() -> None:
    root = etree.fromstring('<metadata><vm xmlns="urn:other"><tag>a</tag></vm></metadata>')
    assert metadata.read(root) == VmMetadata()
    assert metadata.read(None) == VmMetadata()
    assert read_element(None) == VmMetadata()


def test_tags_are_set_and_all_else_stays() -> None:
    edited = with_tags(OURS, ["web", " shop ", "web", ""])
    assert read_element(edited) == VmMetadata(("web", "shop"), "", "anna")
    root = etree.fromstring(edited)
    assert root.get("mine") == "1"
    assert root.find(f"{{{NAMESPACE}}}nat").get("port") == "80"
    assert root.findtext("{urn:x}y") == "z"
    assert "<!-- kept -->" in edited
    assert "old" not in edited


def test_the_first_tag_makes_the_element() -> None:
    edited = with_tags(None, ["a<b&c", "🦊"])
    assert read_element(edited).tags == ("a<b&c", "🦊")
    assert etree.fromstring(edited).tag == "vm"  # libvirt puts our namespace on it


def test_bare_elements_as_libvirt_hands_them_out() -> None:
    bare = f'<vm xmlns:splendid="{NAMESPACE}">\n  <tag>old</tag>\n  <nat port="80"/>\n  <owner>anna</owner>\n</vm>'
    assert read_element(bare) == VmMetadata(("old",), "", "anna")
    edited = with_tags(bare, ["new"])
    assert read_element(edited) == VmMetadata(("new",), "", "anna")
    assert '<nat port="80"/>' in edited
    assert NAMESPACE not in edited


def test_taking_all_tags_away_leaves_the_rest() -> None:
    assert read_element(with_tags(OURS, ())) == VmMetadata((), "", "anna")


def test_an_element_that_is_not_ours_is_not_edited() -> None:
    assert read_element(with_tags("<other/>", ["a"])).tags == ("a",)


def test_what_libvirt_hands_back_without_its_namespace_is_ours_still() -> None:
    handed_back = (
        '<vm xmlns:splendid="urn:splendid:domain:1">\n  <tag>a</tag>\n  <owner>me</owner>'
        '<x:y xmlns:x="urn:x">z</x:y>\n</vm>'
    )
    assert metadata.read_element(handed_back).tags == ("a",)
    again = metadata.with_tags(handed_back, ["a", "b"])
    kept = metadata.read_element(again)
    assert (kept.tags, kept.owner) == (("a", "b"), "me")
    assert "urn:x" in again


WHOLE = Provenance(
    "base <1>", "lab/0-1", "clean", 1_700_000_000.0, "m@k", "4711", "why & how", True, True, ("vda", "vdb"), True, 2e9
)


@pytest.mark.parametrize("element", [None, OURS, "<vm><origin from='older'/><tag>t</tag></vm>"])
def test_where_a_vm_comes_from_is_written_and_read(element: str | None) -> None:
    edited = metadata.with_provenance(element, WHOLE)
    assert read_element(edited).provenance == WHOLE
    assert read_element(edited).tags == read_element(element).tags
    assert read_element(metadata.with_provenance(edited, None)).provenance is None
    assert "origin" not in metadata.with_provenance(edited, Provenance())


def test_nonsense_about_where_a_vm_comes_from_is_nothing() -> None:
    odd = read_element('<vm><origin when="x" expires="-5" linked="maybe" template="YES" new="1">  </origin></vm>')
    assert odd.provenance == Provenance()
    assert read_element('<vm><origin when="1e30" expires="nan"/></vm>').provenance == Provenance()


def test_all_of_ours_at_once_in_a_domain() -> None:
    root = etree.fromstring(f'<metadata><o:x xmlns:o="urn:o"/><vm xmlns="{NAMESPACE}"><tag>old</tag></vm></metadata>')
    ours = VmMetadata(("a", "b"), "g", "", WHOLE)
    metadata.put(root, ours)
    again = etree.fromstring(etree.tostring(root))
    assert metadata.read(again) == ours
    assert again.find("{urn:o}x") is not None
    metadata.put(root, VmMetadata())
    assert metadata.read(root) == VmMetadata()


def test_our_element_is_read_as_it_was_written() -> None:
    ours = VmMetadata(("a", "b"), "lab", "m", Provenance("web", throw_away=True))
    assert metadata.read_element(metadata.element_of(ours)) == ours
    assert metadata.element_of(VmMetadata()) is None
