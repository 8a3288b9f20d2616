"""Imports run one way, ui and eval -> qa -> index, and never in a circle, also inside functions."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAY_IMPORT = {
    "index": {"index"},
    "qa": {"qa", "index"},
    "ui": {"ui", "qa", "index"},
    "eval": {"eval", "qa", "index"},
}


def modules():
    """Path of each module by its name."""
    found = {}
    for package in MAY_IMPORT:
        for path in (ROOT / package).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imported(name):
    """Names of our modules that a module imports, but for those that only type checkers see."""
    return set(_imports(ast.parse(MODULES[name].read_text(encoding="utf-8")))) - {name}


def _imports(node: ast.AST) -> Iterator[str]:
    children = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.If) and _is_type_checking(node.test):
        children = list(node.orelse)
    elif isinstance(node, ast.Import):
        for alias in node.names:
            yield from _ours(alias.name)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute"
        for alias in node.names:
            whole = f"{node.module}.{alias.name}"
            # What is imported from a package may be one of its modules.
            yield from _ours(whole if whole in MODULES else str(node.module))
    for child in children:
        yield from _imports(child)


def _ours(imported_name: str) -> Iterator[str]:
    """The module if it is ours; not the packages around it, which may import it themselves."""
    if imported_name in MODULES:
        yield imported_name


def _is_type_checking(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", None)
    return name == "TYPE_CHECKING"


def circles(graph):
    """Sets of modules that import one another, by Tarjan's strongly connected components."""
    order, low, stack, found = {}, {}, [], []

    def visit(name):
        order[name] = low[name] = len(order)
        stack.append(name)
        for other in graph[name]:
            if other not in order:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], order[other])
        if low[name] == order[name]:
            component = set()
            while name not in component:
                component.add(stack.pop())
            if len(component) > 1:
                found.append(component)

    for name in graph:
        if name not in order:
            visit(name)
    return found


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_run_one_way(package):
    wrong = {
        f"{name} imports {other}"
        for name in MODULES
        if name.split(".")[0] == package
        for other in imported(name)
        if other.split(".")[0] not in MAY_IMPORT[package]
    }
    assert not wrong


def test_there_are_no_circles_of_imports():
    found = circles({name: imported(name) for name in MODULES})
    assert not found


def room(name):
    """The folder of a module, or the module itself where it stands beside the folders."""
    return ".".join(name.split(".")[:2])


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_rooms_of_a_package_import_one_way(package):
    graph = {room(name): set() for name in MODULES if name.startswith(f"{package}.")}
    for name in MODULES:
        if room(name) in graph:
            graph[room(name)] |= {room(other) for other in imported(name)} & set(graph)
    assert not circles(graph)


def test_circles_are_found():
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set(), "e": {"e", "d"}}
    assert circles(graph) == [{"a", "b", "c"}]


def test_imports_in_functions_count_and_those_for_type_checkers_do_not():
    text = """
if TYPE_CHECKING:
    from index.types import Article
else:
    import index.fusion

def late():
    from index import place
    from index.errors import UserError
"""
    found = set(_imports(ast.parse(text)))
    assert found == {"index.fusion", "index.place", "index.errors"}
