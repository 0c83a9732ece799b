"""The networks, what is known of their layers, and how their weights are kept."""

from .inference import (
    predict_logits as predict_logits,
)
from .inference import (
    softmax as softmax,
)
from .lenet import (
    PARAMETERS as PARAMETERS,
)
from .lenet import (
    LeNet as LeNet,
)
from .lenet5 import (
    C3_TABLE as C3_TABLE,
)
from .lenet5 import (
    LeNet5 as LeNet5,
)
from .lenet5 import (
    digit_codes as digit_codes,
)
from .networks import (
    NETWORKS as NETWORKS,
)
from .vgg import (
    SmallVGG as SmallVGG,
)
from .weights import (
    WEIGHTS as WEIGHTS,
)
from .weights import (
    is_finite as is_finite,
)
from .weights import (
    load_weights as load_weights,
)
from .weights import (
    read_metadata as read_metadata,
)
from .weights import (
    save_weights as save_weights,
)
