"""Every source file has a test file of its own name, and that file holds tests.

For console/a/b.py one of: tests/{unit,contract,lab}/a/test_b.py, tests/{unit,contract,lab}/test_a_b.py; for console/ui/x/y.py also
tests/ui/x/test_y.py; for console/x.py tests/{unit,ui,contract,lab}/test_x.py.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KINDS = ("unit", "contract", "lab", "ui")


def _has_code(source: Path) -> bool:
    """More than docstrings, imports, `__all__` and `__version__`."""
    for node in ast.parse(source.read_text()).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.Assign) and all(
            isinstance(t, ast.Name) and t.id.startswith("__") for t in node.targets
        ):
            continue
        return True
    return False


def _sources() -> list[Path]:
    return [p.relative_to(ROOT) for p in sorted((ROOT / "console").rglob("*.py")) if _has_code(p)]


def _candidates(source: Path) -> list[Path]:
    parts = source.with_suffix("").parts[1:]
    if parts[-1] == "__init__" and len(parts) > 1:
        parts = parts[:-1]
    *folders, name = (part.strip("_") for part in parts)
    places = [Path("tests", *folders, f"test_{name}.py")] if folders[:1] == ["ui"] else []
    places += [Path("tests", kind, *folders, f"test_{name}.py") for kind in KINDS]
    return places + [Path("tests", kind, f"test_{'_'.join([*folders, name])}.py") for kind in KINDS]


def _holds_tests(path: Path) -> bool:
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
        for node in ast.walk(ast.parse(path.read_text()))
    )


@pytest.mark.parametrize("source", _sources(), ids=str)
def test_has_a_test_file(source: Path) -> None:
    there = [place for place in _candidates(source) if (ROOT / place).is_file()]
    assert there, f"{source} wants {_candidates(source)[0]} (or another place: see above)"
    assert any(_holds_tests(ROOT / place) for place in there), f"{there[0]} holds no test"


def test_the_rule_itself() -> None:
    assert Path("tests/unit/fleet/test_hosts.py") in _candidates(Path("console/fleet/hosts.py"))
    assert Path("tests/contract/test_gateway_domains.py") in _candidates(Path("console/gateway/domains.py"))
    assert Path("tests/ui/pages/test_vm.py") in _candidates(Path("console/ui/pages/vm.py"))
    assert Path("tests/unit/test_main.py") in _candidates(Path("console/__main__.py"))
    assert Path("tests/unit/test_words.py") in _candidates(Path("console/words/__init__.py"))
