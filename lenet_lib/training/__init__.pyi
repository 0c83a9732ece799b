"""How a network is trained: recipes, augmentation, schedules, distillation, the loop."""

from .augment import distort as distort
from .loop import Fit as Fit, fit as fit
from .provenance import code_digest as code_digest
from .recipe import Distortion as Distortion, Recipe as Recipe
from .recipes import (
    LADDER as LADDER,
    REACHED as REACHED,
    RECIPES as RECIPES,
    Reached as Reached,
    get_recipe as get_recipe,
    stretch as stretch,
    with_network as with_network,
)
