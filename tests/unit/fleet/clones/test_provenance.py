from __future__ import annotations

import pytest

from console.fleet.clones.provenance import Provenance


@pytest.mark.parametrize(
    ("provenance", "goes"),
    [
        (Provenance(), False),
        (Provenance("base", linked=True), False),
        (Provenance("base", throw_away=True), True),
        (Provenance("base", expires=5.0), True),
    ],
)
def test_who_is_there_for_a_while_only(provenance: Provenance, goes: bool) -> None:
    assert provenance.goes is goes
