from __future__ import annotations

from dataclasses import fields

from console.app import App


def test_window_and_command_line_get_the_same_parts(app: App) -> None:
    services = app.services
    assert all(getattr(services, field.name) is not None for field in fields(services))
    assert services.inventory is app.inventory
    assert services.jobs is app.jobs
