"""Runs kept as folders, and studies of many runs as tables."""

from .record import (
    Job as Job,
)
from .record import (
    Record as Record,
)
from .record import (
    vary as vary,
)
from .run import (
    Run as Run,
)
from .run import (
    evaluate_weights as evaluate_weights,
)
from .run import (
    trained_on as trained_on,
)
from .study import (
    run_one as run_one,
)
