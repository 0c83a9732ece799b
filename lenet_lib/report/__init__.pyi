from .build import build_report as build_report
from .build import report_pdf as report_pdf
from .settings import Settings as Settings
from .settings import list_notebooks as list_notebooks
from .settings import read_settings as read_settings
