"""The project's languages as they are now, compiled for a test."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[1]


def tool() -> ModuleType:
    """packaging/translations.py."""
    spec = importlib.util.spec_from_file_location("translations", ROOT / "packaging" / "translations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def compiled(folder: Path) -> Path:
    """Compiles all languages below `folder`, and returns it."""
    translations = tool()
    for path in translations.languages():
        copy = folder / path.relative_to(translations.I18N)
        copy.parent.mkdir(parents=True)
        copy.write_bytes(path.read_bytes())
    translations.compile_all(folder)
    return folder
