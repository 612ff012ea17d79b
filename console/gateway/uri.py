"""A host's libvirt URI taken apart, and put together as libvirt gets it."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import msgspec

from console.fleet.errors import Reason, UsageError
from console.fleet.hosts import HostSpec

PORTS = {"tcp": 16509, "tls": 16514, "ssh": 22, "libssh": 22, "libssh2": 22}
SECRET_WORDS = ("password", "passphrase")


class Target(msgspec.Struct, frozen=True):
    """What a URI means. transport: unix, ssh, libssh, libssh2, tls, tcp, ext, or "" for a driver in our own process.

    host "" is this computer. port 0 = none or as ssh's configuration says. params as in the URI, in order.
    """

    driver: str
    transport: str
    host: str = ""
    port: int = 0
    user: str = ""
    path: str = ""
    params: tuple[tuple[str, str], ...] = ()

    @property
    def socket(self) -> str:
        """The path of a unix socket that the URI names, "" for libvirt's own."""
        return dict(self.params).get("socket", "")

    @property
    def by_ssh(self) -> bool:
        return self.transport in ("ssh", "libssh", "libssh2")


def take_apart(uri: str) -> Target:
    """Raises UsageError(BAD_URI) for what is no URI, and for one with a password in it."""
    try:
        parts = urlsplit(uri)
        port = parts.port or 0
        host = parts.hostname or ""
    except ValueError as error:
        raise UsageError(Reason.BAD_URI, uri, text=str(error)) from None
    params = tuple(parse_qsl(parts.query, keep_blank_values=True))
    if not parts.scheme:
        raise UsageError(Reason.BAD_URI, uri, text="no scheme")
    if parts.password is not None or any(name in SECRET_WORDS for name, _ in params):
        raise UsageError(Reason.BAD_URI, parts.hostname or "", text="a URI must not hold a password")
    driver, _, transport = parts.scheme.partition("+")
    if not transport:
        in_process = driver == "test" and not host
        transport = "" if in_process else ("tls" if host else "unix")
    if transport == "ssh" and not host:
        host = "localhost"
    return Target(driver, transport, unquote(host), port, unquote(parts.username or ""), parts.path, params)


def asks_by_helper(target: Target) -> bool:
    """Whether ssh may ask a person: it is libvirt's usual one, and the URI does not keep it from asking."""
    own = dict(target.params)
    return target.transport == "ssh" and "command" not in own and own.get("no_tty", "0") == "0"


def for_libvirt(spec: HostSpec, command: str = "") -> str:
    """The URI that is opened: the spec's, with what names our files.

    command: a program that is ssh and asks us; without one, ssh is kept from asking on a terminal. What the URI itself says
    stays.
    """
    target = take_apart(spec.uri)
    own = dict(target.params)
    more: dict[str, str] = {}
    if target.transport == "ssh":
        more |= {"command": command} if command else {"no_tty": "1"}
    if target.transport in ("libssh", "libssh2"):
        more["known_hosts_verify"] = "normal"
        if own.get("known_hosts_verify") == "ignore":
            del own["known_hosts_verify"]
    if target.by_ssh and spec.keyfile:
        more["keyfile"] = spec.keyfile
    if target.transport == "tls":
        if spec.pkipath:
            more["pkipath"] = spec.pkipath
        if not spec.verify:
            more["no_verify"] = "1"
    if target.by_ssh:
        own.pop("no_verify", None)  # host keys are always verified
    params = more | own
    scheme = spec.uri.partition(":")[0]
    host = f"[{target.host}]" if ":" in target.host else target.host
    if target.transport == "ssh" and not urlsplit(spec.uri).hostname:
        host = ""
    user = f"{quote(target.user, safe='')}@" if target.user else ""
    port = f":{target.port}" if target.port else ""
    query = f"?{urlencode(params, quote_via=quote, safe='/:,')}" if params else ""
    return f"{scheme}://{user}{host}{port}{target.path}{query}"
