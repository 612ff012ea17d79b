import dataclasses
from types import SimpleNamespace
from typing import Any

import pytest

from console.ui.actions import Acting
from console.ui.context import Context


def test_parts_are_handed_over_and_stay() -> None:
    names = [field.name for field in dataclasses.fields(Context) if field.init]
    parts: dict[str, Any] = {name: SimpleNamespace(power=object(), hosts=object()) for name in names}
    context = Context(**parts)
    assert all(getattr(context, name) is part for name, part in parts.items())
    assert isinstance(context.acting, Acting)
    with pytest.raises(dataclasses.FrozenInstanceError):
        context.theme = None  # type: ignore[misc, assignment]
