import dataclasses

import pytest

from console.ui.context import Context


def test_parts_are_handed_over_and_stay() -> None:
    parts = {field.name: object() for field in dataclasses.fields(Context)}
    context = Context(**parts)
    assert all(getattr(context, name) is part for name, part in parts.items())
    with pytest.raises(dataclasses.FrozenInstanceError):
        context.theme = None
