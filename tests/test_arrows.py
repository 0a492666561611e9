"""The arrows accounts ← papers ← feed, with config above all: who may import whom."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {"accounts": {"accounts"}, "papers": {"papers", "accounts"}, "feed": {"feed", "papers", "accounts"}}
OURS = {*MAY_IMPORT, "config"}
PURE = ("papers/arxiv", "papers/github", "papers/huggingface", "papers/web")


def imports(path: Path) -> set[str]:
    """The dotted names that a file imports, relative ones resolved."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            names.add(".".join([*base, *([node.module] if node.module else [])]))
    return names


def files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("app", MAY_IMPORT)
def test_an_app_imports_only_what_stands_below_it(app):
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files(app)
        for name in imports(path)
        if name.split(".")[0] in OURS - MAY_IMPORT[app]
    }
    assert not wrong


@pytest.mark.parametrize("app", MAY_IMPORT)
def test_an_apps_migrations_depend_only_on_what_stands_below_it(app):
    wrong = set()
    for path in files(f"{app}/migrations"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Tuple) and len(node.elts) == 2:
                first = node.elts[0]
                if isinstance(first, ast.Constant) and first.value in OURS - MAY_IMPORT[app]:
                    wrong.add(f"{path.name} depends on {first.value}")
    assert not wrong


@pytest.mark.parametrize("folder", PURE)
def test_the_sources_have_never_heard_of_django(folder):
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files(folder)
        for name in imports(path)
        if name.split(".")[0] == "django" or (name.split(".")[0] in OURS and not name.startswith(PURE_NAMES))
    }
    assert not wrong


PURE_NAMES = tuple(folder.replace("/", ".") for folder in PURE)
