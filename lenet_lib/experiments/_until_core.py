"""Stand-ins for what helper [core] delivers; removed after the rebase."""

from __future__ import annotations

import hashlib
import inspect
import json

from lenet_lib.training.recipe import Recipe


def digest(recipe: Recipe) -> str:
    text = json.dumps(recipe.settings(), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def code_digest(recipe: Recipe) -> str:
    from lenet_lib.models import NETWORKS
    from lenet_lib.training import loop

    text = inspect.getsource(loop) + inspect.getsource(inspect.getmodule(NETWORKS[recipe.network]))  # type: ignore[arg-type]
    return hashlib.sha256(text.encode()).hexdigest()[:12]
