from __future__ import annotations

import time
from pathlib import Path

import pytest

from console.fleet.errors import Failed
from console.libvirtxml.sections import Section, sections

XML = """<?xml version="1.0"?>
<domain type='kvm'>
  <name>a</name>
  <metadata>
    <s:vm xmlns:s="urn:splendid:domain:1">
      <s:tag>web</s:tag>
    </s:vm>
  </metadata>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='/srv/a.qcow2'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <input type='mouse'/>
    <interface type='network'>
      <mac address='52:54:00:00:00:01'/>
      <source network='default'/>
    </interface>
  </devices>
</domain>
"""


def test_the_parts_and_their_lines() -> None:
    assert sections(XML) == [
        Section("metadata", 4, 8, "", 1),
        Section("vm", 5, 7, "web", 2),
        Section("devices", 9, 20, "", 1),
        Section("disk", 10, 14, "file qemu qcow2 /srv/a.qcow2", 2),
        Section("interface", 16, 19, "network 52:54:00:00:00:01 default", 2),
    ]


def test_the_lines_are_those_of_the_text() -> None:
    lines = XML.splitlines()
    for part in sections(XML):
        assert part.title in lines[part.first_line - 1]
        assert f"{part.title}>" in lines[part.last_line - 1]


def test_depth_is_limited() -> None:
    assert {part.depth for part in sections(XML, max_depth=1)} == {1}


def test_a_long_summary_is_cut() -> None:
    xml = f"<domain>\n<os>\n<loader>{'x' * 500}</loader>\n<a/>\n</os>\n</domain>"
    assert len(sections(xml)[0].summary) <= 80


@pytest.mark.parametrize("xml", ["", "<a>", "<!DOCTYPE a><a>\n</a>", "<a/>junk"])
def test_what_cannot_be_folded_is_said(xml: str) -> None:
    with pytest.raises(Failed):
        sections(xml)


def test_ten_thousand_lines_are_folded_fast() -> None:
    disk = "<disk>\n<source file='/d'/>\n<target dev='d'/>\n</disk>\n"
    begun = time.process_time()
    found = sections("<domain>\n<devices>\n" + disk * 2500 + "</devices>\n</domain>")
    assert len(found) == 2501
    assert found[-1].last_line == 10002
    assert time.process_time() - begun < 1.0


def test_a_real_domain_reads_well() -> None:
    web = (Path(__file__).with_name("golden") / "web.xml").read_text()
    said = {(part.title, part.summary) for part in sections(web)}
    assert ("disk", "file qemu qcow2 /var/lib/libvirt/images/web-1.snap1") in said
    assert ("interface", "bridge 52:54:00:aa:00:02 br0 e1000e") in said
