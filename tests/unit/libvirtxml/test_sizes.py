from __future__ import annotations

import pytest

from console.fleet.errors import Failed
from console.fleet.scaling import Sizes
from console.libvirtxml.sizes import read_sizes

XML = """<domain type='kvm'><memory unit='GiB'>4</memory><currentMemory unit='KiB'>1048576</currentMemory>
<vcpu placement='static' current='2'>8</vcpu><cpu><topology sockets='2' dies='1' cores='2' threads='2'/></cpu>
<devices><memballoon model='none'/></devices></domain>"""


def test_sizes_ceilings_balloon_and_topology_are_read() -> None:
    assert read_sizes(XML) == Sizes(2, 8, 1 << 20, 4 << 20, balloon=False, topology=8)


def test_what_is_not_written_is_as_libvirt_takes_it() -> None:
    assert read_sizes("<domain><memory>2048</memory></domain>") == Sizes(1, 1, 2048, 2048, balloon=True, topology=0)


def test_what_is_no_domain_is_refused() -> None:
    with pytest.raises(Failed):
        read_sizes("<domain")
