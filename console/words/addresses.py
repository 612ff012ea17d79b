"""What is wrong with an address or URI that was typed."""

from __future__ import annotations

from console.fleet.uris import DRIVERS, TRANSPORTS, Flaw
from console.words.translation import N_, _

_FLAWS = {
    Flaw.EMPTY: N_("An address is missing. Type a host name, or user@host."),
    Flaw.SPACE: N_("An address has no spaces or invisible characters."),
    Flaw.PORT: N_("A port is a number from 1 to 65535."),
    Flaw.HOST: N_("The host name is missing, or has characters that no host name has."),
    Flaw.PASSWORD: N_("Leave the password out: it is asked for, and kept in the keyring only."),
    Flaw.DRIVER: N_("The URI's driver is not one of {drivers}."),
    Flaw.TRANSPORT: N_("The URI's transport is not one of {transports}."),
    Flaw.NOT_A_URI: N_("That is not a URI. Write it as qemu+ssh://user@host/system."),
}


def flaw(value: Flaw) -> str:
    return _(_FLAWS[value]).format(drivers=", ".join(DRIVERS), transports=", ".join(TRANSPORTS))
