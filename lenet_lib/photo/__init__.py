"""From a picture of one handwritten digit to an answer, with a confidence that means something."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
