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
from .provenance import (
    code_digest as code_digest,
)
from .recipe import (
    Distortion as Distortion,
)
from .recipe import (
    Recipe as Recipe,
)
from .recipes import (
    LADDER as LADDER,
)
from .recipes import (
    REACHED as REACHED,
)
from .recipes import (
    RECIPES as RECIPES,
)
from .recipes import (
    Reached as Reached,
)
from .recipes import (
    get_recipe as get_recipe,
)
from .recipes import (
    stretch as stretch,
)
from .recipes import (
    with_network as with_network,
)
