from .build import build_report as build_report, report_pdf as report_pdf
from .settings import (
    Settings as Settings,
    list_notebooks as list_notebooks,
    read_settings as read_settings,
)
