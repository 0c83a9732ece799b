"""Runs kept as folders, and studies of many runs as tables."""

from .record import Job as Job, Record as Record, vary as vary
from .run import Run as Run, evaluate_weights as evaluate_weights, trained_on as trained_on
from .study import run_one as run_one
