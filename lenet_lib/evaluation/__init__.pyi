"""How good a network is and how sure that is: metrics, statistics, calibration, mistakes."""

from .metrics import (
    Metrics as Metrics,
    evaluate as evaluate,
    score as score,
    wilson_interval as wilson_interval,
)
