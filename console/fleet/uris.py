"""From what a person types to a libvirt URI and a name, and back. No look-ups: what does not resolve is found later."""

from __future__ import annotations

import difflib
import re
from enum import StrEnum
from urllib.parse import unquote, urlsplit

import msgspec

DRIVERS = ("qemu", "test")
TRANSPORTS = ("unix", "ssh", "libssh", "libssh2", "tls", "tcp")


class Way(StrEnum):
    """How a host is reached, as the form offers it. URI: the person writes the whole URI."""

    SSH = "ssh"
    TLS = "tls"
    TCP = "tcp"
    URI = "uri"


class Flaw(StrEnum):
    """What is wrong with what was typed. The sentence is words' business."""

    EMPTY = "empty"
    SPACE = "space"
    PORT = "port"
    HOST = "host"  # no host where one is needed, or characters no host name has
    PASSWORD = "password"  # a password in a URI would end in files and process lists
    DRIVER = "driver"
    TRANSPORT = "transport"
    NOT_A_URI = "not-a-uri"


class Typed(msgspec.Struct, frozen=True):
    """What was typed, understood. uri is "" where `flaw` says why; name is a proposal for HostSpec.name."""

    uri: str = ""
    name: str = ""
    flaw: Flaw | None = None


_LOCAL = ("system", "session")  # the two paths of QEMU's URIs
_HOST = re.compile(r"[\w.\-%:]+\Z")


def read(text: str, way: Way) -> Typed:
    """Reads an address (`user@host:port`, any part but the host left out) or, where way is URI, a whole URI."""
    text = text.strip()
    if not text:
        return Typed(flaw=Flaw.EMPTY)
    if any(c.isspace() or not c.isprintable() for c in text):
        return Typed(flaw=Flaw.SPACE)
    return _read_uri(text) if way is Way.URI else _read_address(text, way)


def looks_like_uri(text: str) -> bool:
    """A whole URI was typed or pasted where an address is asked for."""
    return "://" in text


def name_of(uri: str) -> str:
    """A short name for a host: the first label of its address, or the address itself if it is an IP; "" for local ones."""
    try:
        host = urlsplit(uri).hostname or ""
    except ValueError:
        return ""
    host = unquote(host)
    if ":" in host or re.fullmatch(r"[\d.]+", host):
        return host
    return host.split(".")[0]


def address_of(uri: str) -> str:
    """Whom a URI talks to, and how: transport, user, host and port, without path and query. Secrets are kept for this."""
    scheme, _, rest = uri.partition("://")
    place = re.split(r"[/?#]", rest, maxsplit=1)[0]
    user, at, host = place.rpartition("@")
    transport = scheme.lower().partition("+")[2] or ("tls" if host else "unix")
    return f"{transport}://{user.partition(':')[0]}{at}{host.lower()}"


def _read_address(text: str, way: Way) -> Typed:
    user, at, rest = text.rpartition("@")
    if ":" in user:
        return Typed(flaw=Flaw.PASSWORD)
    if at and not user:
        return Typed(flaw=Flaw.HOST)
    bracketed = re.fullmatch(r"\[([^\]]*)\](?::(.*))?", rest)
    if bracketed:
        host, port = bracketed[1], bracketed[2]
    elif rest.count(":") > 1:
        host, port = rest, None  # a bare IPv6 address
    else:
        host, colon, port_text = rest.partition(":")
        port = port_text if colon else None
    if port is not None and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        return Typed(flaw=Flaw.PORT)
    if not host or not _HOST.match(host) or host.startswith("-"):
        return Typed(flaw=Flaw.HOST)
    shown = f"[{host}]" if ":" in host else host
    uri = f"qemu+{way.value}://{user}{at}{shown}{f':{port}' if port else ''}/system"
    return Typed(uri, name_of(uri))


_SECRET = re.compile(r"(://[^\[/?#@:]*):[^/?#@]*@")
_SECRET_VALUE = re.compile(r"([?&](?:password|passwd|passphrase)=)[^&#]*", re.IGNORECASE)
_PERHAPS_SECRET = re.compile(r"(://[^\[/?#@:]*):[^@\s]*@")


def masked(text: str) -> str:
    """A URI, however wrong, to be shown: without what is or might be a password in it."""
    return _SECRET_VALUE.sub(r"\1…", _PERHAPS_SECRET.sub(r"\1:…@", text))


def _read_uri(text: str) -> Typed:
    if _SECRET.search(text) or _SECRET_VALUE.search(text):
        return Typed(flaw=Flaw.PASSWORD)
    try:
        parts = urlsplit(text)
        port_is_wrong = parts.port == 0
    except ValueError:
        return Typed(flaw=Flaw.PORT if re.search(r":\d*[^\]/]*(/|\Z)", text) else Flaw.NOT_A_URI)
    if not parts.scheme or "://" not in text:
        return Typed(flaw=Flaw.NOT_A_URI)
    driver, _, transport = parts.scheme.partition("+")
    if driver not in DRIVERS:
        return Typed(flaw=Flaw.DRIVER)
    if "+" in parts.scheme and transport not in TRANSPORTS:
        return Typed(flaw=Flaw.TRANSPORT)
    if port_is_wrong:
        return Typed(flaw=Flaw.PORT)
    if driver == "qemu" and parts.netloc in _LOCAL and not parts.path:
        return Typed(flaw=Flaw.NOT_A_URI)  # libvirt would look for a host of that name
    host = unquote(parts.hostname or "")
    if host.startswith("-") or re.search(r"[\s/]", host) or (transport in TRANSPORTS[1:] and not host):
        return Typed(flaw=Flaw.HOST)  # a name that begins with - would be an option to ssh
    return Typed(text, name_of(text) or (parts.path.rsplit("/", 1)[-1].partition(".")[0] if driver == "test" else ""))


def split(uri: str) -> tuple[str, Way]:
    """The text and the way that `read` turns into this URI; the whole URI where no shorter form says the same."""
    for way in (Way.SSH, Way.TLS, Way.TCP):
        prefix, suffix = f"qemu+{way.value}://", "/system"
        if uri.startswith(prefix) and uri.endswith(suffix):
            text = uri[len(prefix) : -len(suffix)]
            if read(text, way).uri == uri:
                return text, way
    return uri, Way.URI


def suggestion(text: str) -> str:
    """The URI that was probably meant by one that `read` refuses; "" where there is no telling. Never has a password."""
    text = text.strip()
    found = re.fullmatch(r"([\w.-]+)(\+[\w.-]+)?:(/+)(.*)", text)
    if not found or read(text, Way.URI).uri:
        return ""
    driver, transport, slashes, rest = found[1].lower(), (found[2] or "").lower(), found[3], found[4]
    if driver in TRANSPORTS and not transport:  # ssh://host
        driver, transport = "qemu", f"+{driver}"
    drivers = difflib.get_close_matches({"kvm": "qemu"}.get(driver, driver), DRIVERS, 1)
    transports = difflib.get_close_matches(transport, ["", *(f"+{name}" for name in TRANSPORTS)], 1, 0.5)
    if not drivers or not (transports or not transport):
        return ""
    place, _, path = rest.partition("/")
    if len(slashes) > 2 or (place in _LOCAL and not path):
        place, path = "", rest
    user, at, host = place.rpartition("@")
    if not path and drivers[0] == "qemu":
        path = "system"
    meant = f"{drivers[0]}{transports[0] if transport else ''}://{user.partition(':')[0]}{at}{host}/{path}"
    return meant if meant != text and read(meant, Way.URI).uri else ""
