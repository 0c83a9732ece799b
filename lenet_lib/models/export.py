"""Weights for other programs: a network as an ONNX file, which onnxruntime and browsers run."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from lenet_lib import files
from lenet_lib.errors import LenetError
from lenet_lib.models.weights import WEIGHTS, load_weights, read_metadata

TOLERANCE = 1e-4
"""The most by which a logit of onnxruntime's may differ from torch's."""


def export_onnx(file: Path, weights: str | Path = WEIGHTS) -> float:
    """Write a trained network as ONNX, once onnxruntime has given torch's logits.

    The file's input ``images`` is float32 N×1×28×28, 0 (paper) to 1 (ink); its output ``logits``,
    float32 N×10. What is known of the weights' making, the temperature too, is in its metadata as
    ``lenet``, JSON.

    Args:
        weights: What :func:`~lenet_lib.models.load_weights` reads.

    Returns:
        The largest difference between a logit of onnxruntime's and torch's, on random images.

    Raises:
        LenetError: The weights can't be used, the file can't be written, or the logits differ by
            more than ``TOLERANCE``; then nothing is written.
    """
    import onnxruntime
    import onnxscript  # noqa: F401 (torch's exporter needs it, and tells it less clearly)
    from onnx_ir.passes.common import ClearMetadataAndDocStringPass

    model = load_weights(weights)
    images = torch.rand(64, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    program = torch.onnx.export(
        model,
        (images,),
        input_names=["images"],
        output_names=["logits"],
        dynamic_shapes=({0: torch.export.Dim("N")},),
        verbose=False,
    )
    assert program is not None  # as it would be if torch wrote the file itself
    ClearMetadataAndDocStringPass()(program.model)  # it has this machine's paths
    program.model.graph.name = type(model).__name__
    facts = {"network": type(model).__name__, **read_metadata(weights)}
    program.model.metadata_props["lenet"] = json.dumps(facts, sort_keys=True)
    content = program.model_proto.SerializeToString()
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    (logits,) = session.run(["logits"], {"images": images.numpy()})
    with torch.inference_mode():
        difference = float((torch.from_numpy(logits) - model(images)).abs().max())
    if not difference <= TOLERANCE:
        raise LenetError(
            f"onnxruntime's logits differ from torch's by {difference:.1e}, so {file} was not "
            f"written; other versions of torch, onnxscript or onnxruntime may agree."
        )
    files.write(file, content)
    return difference
