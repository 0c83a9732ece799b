"""Where the digits come from: find, check, load and split them, as whole tensors."""

from .mnist import (
    DIGIT_NAMES as DIGIT_NAMES,
    Dataset as Dataset,
    Images as Images,
    Split as Split,
    load as load,
    load_or_stand_in as load_or_stand_in,
    scale as scale,
    split_by_writer as split_by_writer,
)
from .writers import (
    Writers as Writers,
    load_writers as load_writers,
    writer_effect as writer_effect,
)
