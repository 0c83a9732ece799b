"""What a user's mistake looks like: one clear sentence, never a traceback."""


class LenetError(Exception):
    """What the user can mend; the message says what is wrong, with what, and the way out."""


class LenetWarning(UserWarning):
    """Something that changes what the results mean, but need not stop the work."""


EXTRAS = {
    "report": (
        "math_core",
        "mistune",
        "nbconvert",
        "nbformat",
        "pylopdf_fonts_zh_cn",
        "selectolax",
        "typst",
    ),
    "study": ("distributed", "joblib", "pandas"),
    "lab": ("anywidget", "ipykernel", "jupyterlab", "matplotlib", "nbclient", "seaborn"),
    "onnx": ("onnx_ir", "onnxruntime", "onnxscript"),
}
"""The modules that come with each extra of ``pip install "lenet-report[…]"``."""


def missing_extra(error: ModuleNotFoundError) -> LenetError | None:
    """Say which extra to install for a module that is not there; None if it is in none."""
    module = str(error.name).partition(".")[0]
    for extra, modules in EXTRAS.items():
        if module in modules:
            return LenetError(
                f"This needs the packages of the extra {extra!r} ({module} is not installed): "
                f'pip install "lenet-report[{extra}]".'
            )
    return None
