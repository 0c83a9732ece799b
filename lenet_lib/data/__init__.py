"""Where the digits come from: find, check, load and split them, as whole tensors."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
