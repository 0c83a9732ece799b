"""Which code a result was made by, so that old weights are not taken for those of new code."""

from __future__ import annotations

import ast
import hashlib
import inspect
import sys
import textwrap
from collections.abc import Iterator
from importlib import import_module
from importlib.util import resolve_name
from types import ModuleType

from lenet_lib.data import scale
from lenet_lib.models import NETWORKS
from lenet_lib.training.recipe import Recipe

TRAINING = (
    "lenet_lib.models.fast_conv",
    *(f"lenet_lib.training.{name}" for name in ("augment", "corruption", "distillation")),
    *(f"lenet_lib.training.{name}" for name in ("loop", "schedule", "temperature", "whitening")),
)
"""The modules of the training itself."""

HERE = "lenet_lib."


def code_digest(recipe: Recipe) -> str:
    """Give 12 hexadecimal digits of the code that decides what a recipe's training gives.

    That is the modules of its network (and of its teacher's), of the classes that these are built
    on and of what they import from this package, and the training's own. Comments, docstrings and
    layout do not count, nor do the named recipes: a recipe's settings have a digest of their own,
    :meth:`Recipe.digest`.
    """
    content = hashlib.sha256()
    for source in (*_networks(recipe), *map(import_module, TRAINING), scale):
        content.update(_bare(inspect.getsource(source)).encode())
    return content.hexdigest()[:12]


def _networks(recipe: Recipe) -> list[ModuleType | type]:
    """List the modules of a recipe's networks; a class of a notebook, which has none, alone."""
    found: dict[ModuleType | type, None] = {}
    for kind in NETWORKS[recipe.network].__mro__:
        if kind.__module__.partition(".")[0] not in ("builtins", "torch"):
            module = sys.modules[kind.__module__]
            if hasattr(module, "__file__"):
                found |= dict.fromkeys(_with_imports(module))
            else:
                found[kind] = None
    return [*found, *(_networks(recipe.teacher) if recipe.teacher else ())]


def _with_imports(module: ModuleType) -> Iterator[ModuleType]:
    """Give a module, and those of this package that it imports, and that these import."""
    todo, seen = [module], set(TRAINING)
    while todo:
        module = todo.pop()
        if module.__name__ in seen:
            continue
        seen.add(module.__name__)
        yield module
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            names = [name.name for name in getattr(node, "names", ())]
            if isinstance(node, ast.Import):
                parts = names
            elif isinstance(node, ast.ImportFrom):
                of = resolve_name("." * node.level + (node.module or ""), module.__package__ or "")
                parts = [of, *(f"{of}.{name}" for name in names)]
            else:
                continue
            todo += [sys.modules[p] for p in parts if p.startswith(HERE) and p in sys.modules]


class _WithoutText(ast.NodeTransformer):
    """Drops docstrings, and any other expression that is a bare constant."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        return None if isinstance(node.value, ast.Constant) else node


def _bare(source: str) -> str:
    return ast.unparse(_WithoutText().visit(ast.parse(textwrap.dedent(source))))
