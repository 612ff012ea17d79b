from __future__ import annotations

from console.app import App


def test_window_and_command_line_get_the_same_parts(app: App) -> None:
    services = app.services
    assert all(getattr(services, name) is not None for name in services.__struct_fields__)
    assert services.inventory is app.inventory
    assert services.jobs is app.jobs
