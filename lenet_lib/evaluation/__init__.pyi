"""How good a network is and how sure that is: metrics, statistics, calibration, robustness."""

from .metrics import Metrics as Metrics
from .metrics import evaluate as evaluate
from .metrics import score as score
from .metrics import wilson_interval as wilson_interval
