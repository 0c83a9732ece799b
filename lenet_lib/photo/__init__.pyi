"""From a picture of one handwritten digit to an answer, with a confidence that means something."""

from .classifier import (
    Classifier as Classifier,
)
from .classifier import (
    Prediction as Prediction,
)
from .classifier import (
    predict as predict,
)
from .drawing import DigitCanvas as DigitCanvas
from .folder import load_folder as load_folder
from .picture import open_picture as open_picture
from .steps import (
    RefusedError as RefusedError,
)
from .steps import (
    Steps as Steps,
)
from .steps import (
    explain as explain,
)
from .steps import (
    prepare as prepare,
)
