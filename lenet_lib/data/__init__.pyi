"""Where the digits come from: find, check, load and split them, as whole tensors."""

from .mnist import (
    DIGIT_NAMES as DIGIT_NAMES,
)
from .mnist import (
    Dataset as Dataset,
)
from .mnist import (
    Images as Images,
)
from .mnist import (
    Split as Split,
)
from .mnist import (
    load as load,
)
from .mnist import (
    load_or_stand_in as load_or_stand_in,
)
from .mnist import (
    scale as scale,
)
from .mnist import (
    split_by_writer as split_by_writer,
)
from .writers import (
    STUDENT_SERIES as STUDENT_SERIES,
)
from .writers import (
    Writers as Writers,
)
from .writers import (
    load_writers as load_writers,
)
from .writers import (
    writer_effect as writer_effect,
)
