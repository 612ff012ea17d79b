from __future__ import annotations

from pathlib import Path

import pytest

from console.settings.paths import Profile


def test_the_default_is_where_the_desktop_says(home: Path) -> None:
    profile = Profile.default()
    assert profile.fleet_file == home / "config" / "splendid" / "fleet.toml"
    assert profile.preferences_file.parent == profile.fleet_file.parent
    assert profile.jobs_database.parent == home / "state" / "splendid"
    assert profile.database.parent == home / "cache" / "splendid"
    assert not profile.config.exists()


def test_a_folder_of_ones_own_holds_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    profile = Profile.at("mine")
    for path in (profile.fleet_file, profile.preferences_file, profile.database, profile.jobs_database):
        assert path.is_relative_to(tmp_path / "mine")
    assert profile.fleet_file == tmp_path / "mine" / "fleet.toml"
    assert len({profile.fleet_file, profile.preferences_file, profile.database, profile.jobs_database}) == 4


def test_a_home_is_expanded(home: Path) -> None:
    assert Profile.at("~/lab").config == home / "lab"
