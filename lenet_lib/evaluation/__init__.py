"""How good a network is and how sure that is: metrics, statistics, calibration, robustness."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
