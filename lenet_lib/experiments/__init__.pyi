"""Runs kept as folders, and studies of many runs as tables."""

from .run import Run as Run
from .run import default_folder as default_folder
from .study import Job as Job
from .study import run_one as run_one
