from __future__ import annotations

from console.fleet.uris import Flaw
from console.words import addresses


def test_every_flaw_has_a_sentence() -> None:
    said = {addresses.flaw(flaw) for flaw in Flaw}
    assert len(said) == len(Flaw)
    assert not any("{" in text for text in said)
    assert addresses.flaw(Flaw.DRIVER) == "The URI's driver is not one of qemu, test."
