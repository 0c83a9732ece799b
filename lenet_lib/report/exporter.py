"""The same report from JupyterLab's menu, and from ``jupyter nbconvert --to coursework``."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from traitlets import default

from lenet_lib.errors import LenetWarning
from lenet_lib.report.build import report_pdf
from lenet_lib.report.notebooks import prepare
from lenet_lib.report.settings import read_settings


class CourseworkExporter(Exporter):
    """One notebook as a PDF, as `lenet report` makes it."""

    export_from_notebook = "Coursework"
    output_mimetype = "application/pdf"

    @default("file_extension")
    def _file_extension(self) -> str:
        return ".pdf"

    def from_notebook_node(  # type: ignore[override]  # as every exporter that makes no notebook
        self, nb: NotebookNode, resources: Any | None = None, **kw: Any
    ) -> tuple[bytes, dict[str, Any]]:
        """Convert an open notebook; where it lies is in ``resources["metadata"]["path"]``."""
        node, resources = super().from_notebook_node(nb, resources, **kw)
        metadata = resources.get("metadata", {})
        name, folder = metadata.get("name") or "notebook", Path(metadata.get("path") or ".")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", LenetWarning)
            settings = read_settings(folder, [name])
            pdf = report_pdf([prepare(node, name, folder, settings)], settings)
        for warning in caught:
            if issubclass(warning.category, LenetWarning):
                self.log.warning("%s", warning.message)
        resources["output_extension"] = ".pdf"
        return pdf, resources
