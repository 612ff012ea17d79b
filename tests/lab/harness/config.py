"""What is written into a lab host's /etc: libvirt's, QEMU's, ssh's and SASL's configuration, a network and a pool."""

from __future__ import annotations

import uuid

PASSWORD = "correct-horse"
"""Of user "lab" for libvirt's own sign-in (SASL), and of root for ssh. Only ever good within a lab."""

SASL_USER = "lab"


def libvirtd(address: str, host_uuid: str, *, password: bool) -> str:
    """libvirtd.conf. password: tcp and tls ask for user and password, else nothing is asked (tls wants a certificate)."""
    auth = "sasl" if password else "none"
    return f"""\
listen_tls = 1
listen_tcp = 1
listen_addr = "{address}"
key_file = "/etc/libvirt/pki/serverkey.pem"
cert_file = "/etc/libvirt/pki/servercert.pem"
ca_file = "/etc/libvirt/pki/cacert.pem"
auth_tcp = "{auth}"
auth_tls = "{auth}"
auth_unix_rw = "none"
auth_unix_ro = "none"
unix_sock_rw_perms = "0700"
host_uuid = "{host_uuid}"
max_clients = 5000
max_anonymous_clients = 100
log_outputs = "3:file:/var/log/libvirt/libvirtd.log"
"""


def qemu(address: str) -> str:
    """qemu.conf: no cgroups, no security labels, all as root. For a lab alone."""
    return f"""\
user = "root"
group = "root"
security_driver = "none"
cgroup_controllers = []
namespaces = []
remember_owner = 0
stdio_handler = "file"
migration_host = "{address}"
"""


def sshd(address: str) -> str:
    """sshd_config: root by key or password."""
    return f"""\
ListenAddress {address}
HostKey /etc/ssh/host_key
PidFile /run/sshd.pid
AuthorizedKeysFile /etc/ssh/authorized_keys
PermitRootLogin yes
PasswordAuthentication yes
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PrintMotd no
PrintLastLog no
MaxStartups 100
UseDNS no
"""


def sasl() -> str:
    """sasl2/libvirt.conf. DIGEST-MD5 is what Debian has for a plain TCP connection, where libvirt wants it encrypted."""
    return "mech_list: scram-sha-256 digest-md5\nsasldb_path: /etc/sasl2/lab.db\n"


def network() -> str:
    """The NAT network "default" as libvirt's own packages bring it, but with nothing that makes a guest's lease late."""
    return f"""\
<network xmlns:dnsmasq='http://libvirt.org/schemas/network/dnsmasq/1.0'>
  <name>default</name>
  <uuid>{uuid.uuid4()}</uuid>
  <forward mode='nat'/>
  <bridge name='virbr0' stp='off' delay='0'/>
  <ip address='192.168.122.1' netmask='255.255.255.0'>
    <dhcp><range start='192.168.122.2' end='192.168.122.254'/></dhcp>
  </ip>
  <dnsmasq:options><dnsmasq:option value='no-ping'/></dnsmasq:options>
</network>
"""


def pool() -> str:
    """The folder pool "default", on a small file system of its own."""
    return f"""\
<pool type='dir'>
  <name>default</name>
  <uuid>{uuid.uuid4()}</uuid>
  <source/>
  <target><path>/var/lib/libvirt/images</path></target>
</pool>
"""
