"""How a network is trained: recipes, augmentation, schedules, distillation, the loop."""

from .augment import (
    distort as distort,
)
from .loop import (
    Fit as Fit,
)
from .loop import (
    fit as fit,
)
from .recipe import (
    LADDER as LADDER,
)
from .recipe import (
    RECIPES as RECIPES,
)
from .recipe import (
    Distortion as Distortion,
)
from .recipe import (
    Recipe as Recipe,
)
from .recipe import (
    get_recipe as get_recipe,
)
from .recipe import (
    stretch as stretch,
)
