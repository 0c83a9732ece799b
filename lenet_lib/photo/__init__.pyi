"""From a picture of one handwritten digit to an answer, with a confidence that means something."""

from .classifier import (
    Classifier as Classifier,
    Prediction as Prediction,
    predict as predict,
)
from .drawing import DigitCanvas as DigitCanvas
from .folder import load_folder as load_folder
from .picture import open_picture as open_picture
from .steps import (
    RefusedError as RefusedError,
    Steps as Steps,
    explain as explain,
    prepare as prepare,
)
