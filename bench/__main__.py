"""Run a bench by its name, or list them."""

from __future__ import annotations

import argparse
import ast
import importlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Bench:
    """A bench as its source describes it, without importing it."""

    name: str
    about: str
    goals: str


def benches() -> list[Bench]:
    """Return the benches of this folder by name; a module without `run` and `GOALS` is not one."""
    found = []
    for path in sorted(HERE.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        goals = next(
            (
                _literal(node.value)
                for node in tree.body
                if _names(node, "GOALS") and isinstance(node, ast.Assign | ast.AnnAssign)
            ),
            None,
        )
        if goals is not None and {"run", "add_arguments"} <= defined:
            found.append(Bench(path.stem, ast.get_docstring(tree) or "", goals))
    return found


def _names(node: ast.stmt, name: str) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return any(isinstance(target, ast.Name) and target.id == name for target in targets)


def _literal(node: ast.expr | None) -> str:
    try:
        return str(ast.literal_eval(node)) if node is not None else ""
    except ValueError:
        return "(computed)"


def main(arguments: Sequence[str]) -> int:
    """Run what the command line asks for and return the exit status."""
    known = {bench.name: bench for bench in benches()}
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Gieo and say whether its goals hold.")
    parser.add_argument("name", choices=["list", *known], metavar="NAME", help="one of: list, " + ", ".join(known))
    chosen, rest = parser.parse_args(arguments[:1]).name, arguments[1:]
    if chosen == "list":
        for bench in known.values():
            first = bench.about.splitlines()[0] if bench.about else ""
            print(f"{bench.name:<20} {first}\n{'':<20} goal: {bench.goals}")
        return 0
    module = importlib.import_module(f"bench.{chosen}")
    options = argparse.ArgumentParser(
        prog=f"python -m bench {chosen}", description=f"{known[chosen].about}\n\nGoals: {known[chosen].goals}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    module.add_arguments(options)
    outcome = module.run(options.parse_args(rest))
    if outcome.text:
        print(outcome.text)
    print(
        json.dumps(
            {"name": chosen, "figures": outcome.figures, "ok": bool(outcome.ok)}, ensure_ascii=False, default=str
        )
    )
    return 0 if outcome.ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
