from __future__ import annotations

import pytest

from console.fleet.errors import Failed
from console.libvirtxml.capabilities import Capabilities, read_capabilities

QEMU = """<capabilities>
<host><uuid>4c4c4544-0051-3710-8053-b4c04f4d4e32</uuid>
<cpu><arch>x86_64</arch><model>Skylake-Server-IBRS</model><vendor>Intel</vendor><feature name='ds'/></cpu>
<migration_features><live/><uri_transports><uri_transport>tcp</uri_transport></uri_transports></migration_features>
<topology><cells num='2'>
 <cell id='0'><memory unit='KiB'>65536</memory><cpus num='8'><cpu id='0'/></cpus></cell>
 <cell id='1'><memory unit='KiB'>65536</memory><cpus num='8'/></cell>
</cells></topology></host>
<guest><os_type>hvm</os_type><arch name='aarch64'><domain type='qemu'/></arch><features><notOurs/></features></guest>
<guest><os_type>hvm</os_type><arch name='x86_64'><domain type='qemu'/><domain type='kvm'/></arch>
<features><acpi default='on' toggle='yes'/>
<disksnapshot default='on' toggle='no'/><externalSnapshot/><backup default='off'/></features>
</guest></capabilities>"""


def test_a_qemu_host() -> None:
    assert read_capabilities(QEMU) == Capabilities(
        uuid="4c4c4544-0051-3710-8053-b4c04f4d4e32",
        arch="x86_64",
        cpu_model="Skylake-Server-IBRS",
        cpus=16,
        memory_kib=131072,
        features=("acpi", "disksnapshot", "external-snapshot", "kvm", "live-migration", "qemu"),
    )


def test_a_host_that_tells_little() -> None:
    assert read_capabilities("<capabilities><host/></capabilities>") == Capabilities()


def test_what_is_no_xml_is_said() -> None:
    with pytest.raises(Failed):
        read_capabilities("")
