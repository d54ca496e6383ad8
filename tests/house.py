"""How large the rooms of the house are, and which of them know each other.

python -m tests.house            measures this checkout
python -m tests.house FOLDER     measures another one

Lines are counted as they stand, docstrings and comments with them. An import counts wherever it
stands, also inside a function. Migrations are left out.
"""

import argparse
import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median, quantiles

PROJECT = Path(__file__).resolve().parent.parent
PRODUCT = "points_app"
SERVICES = f"{PRODUCT}.services"
MAX_FUNCTION_LINES = 40

Imports = dict[str, set[str]]


def files(project: Path, *folders: str) -> Iterator[Path]:
    """The Python files below these folders."""
    for folder in folders:
        yield from sorted((project / folder).rglob("*.py"))


def lines(path: Path) -> int:
    """How many lines a file has."""
    return len(path.read_text().splitlines())


def ninth_decile(numbers: list[int]) -> float:
    """What nine of ten stay below."""
    return quantiles(numbers, n=10, method="inclusive")[-1] if len(numbers) > 1 else numbers[0]


def long_functions(paths: Iterable[Path]) -> list[str]:
    """The functions of more than MAX_FUNCTION_LINES lines."""
    return [
        f"{path}:{node.lineno} {node.name}"
        for path in paths
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > MAX_FUNCTION_LINES
    ]


def module_of(project: Path, path: Path) -> str:
    """points_app/services/locks.py is points_app.services.locks."""
    parts = path.relative_to(project).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(project: Path) -> Imports:
    """Which of the product's modules each of them imports."""
    paths = {module_of(project, path): path for path in files(project, PRODUCT)}
    found: Imports = {}
    for module, path in paths.items():
        package = module if path.name == "__init__.py" else module.rpartition(".")[0]
        named = set(_named(ast.parse(path.read_text()), package))
        found[module] = {_nearest(name, paths) for name in named} - {module, ""}
    return found


def _named(tree: ast.AST, package: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.rsplit(".", node.level - 1)[0] if node.level else ""
            home = ".".join(part for part in (above, node.module) if part)
            yield from (f"{home}.{each.name}" for each in node.names)


def _nearest(name: str, modules: Iterable[str]) -> str:
    """The module in which a name stands, empty for another's."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name


def in_cycles(imports: Imports) -> set[str]:
    """The modules that import themselves by way of others."""
    left = {module: set(named) for module, named in imports.items()}
    while True:
        wanted = set().union(*left.values())
        ends = {module for module, named in left.items() if not named or module not in wanted}
        if not ends:
            return set(left)
        left = {module: named - ends for module, named in left.items() if module not in ends}


def domain_of(module: str) -> str:
    """The domain of the services a module belongs to, or the file beside the domains."""
    return module.removeprefix(f"{SERVICES}.").partition(".")[0]


def between_domains(imports: Imports) -> dict[tuple[str, str], int]:
    """How many imports lead from one domain of the services to another."""
    found: defaultdict[tuple[str, str], int] = defaultdict(int)
    for module, named in imports.items():
        for other in named:
            if all(each.startswith(f"{SERVICES}.") for each in (module, other)):
                pair = domain_of(module), domain_of(other)
                found[pair] += pair[0] != pair[1]
    return {pair: count for pair, count in found.items() if count}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=PROJECT)
    project = parser.parse_args().folder.resolve()
    rooms: defaultdict[str, list[int]] = defaultdict(list)
    for path in files(project, PRODUCT, "worker"):
        rooms[str(path.parent.relative_to(project))].append(lines(path))
    print(f"{'room':40}{'files':>6}{'lines':>7}{'median':>8}{'p90':>6}{'max':>6}")
    everything = [each for counts in rooms.values() for each in counts]
    for name, counts in [*rooms.items(), ("all", everything)]:
        print(
            f"{name:40}{len(counts):6}{sum(counts):7}{median(counts):8.0f}"
            f"{ninth_decile(counts):6.0f}{max(counts):6}"
        )
    imports = imports_of(project)
    crossing = between_domains(imports)
    print(f"functions over {MAX_FUNCTION_LINES} lines: ", end="")
    print(len(long_functions(files(project, PRODUCT, "worker"))))
    print(f"modules in import cycles: {len(in_cycles(imports))}")
    print(f"arrows between the domains of the services: {len(crossing)}, imports: ", end="")
    print(sum(crossing.values()))
    for (one, other), count in sorted(crossing.items()):
        print(f"  {one} -> {other}: {count}")


if __name__ == "__main__":
    main()
