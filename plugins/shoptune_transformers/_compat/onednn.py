"""Computes the linear layers of a model that only answers with oneDNN, their weights packed once.

Relies on ``torch.ops.mkldnn``: ``_linear_pointwise``, ``_reorder_linear_weight`` and ``_is_mkldnn_bf16_supported``,
which torch's own compiler uses and which have no public name; and on ``module.__class__`` being assignable, so that a
layer keeps its place and its hooks.  The public way is torch's `Linear`, which has weights reordered for every product.
When these operators go, loading a model for answering fails on the processors that are packed for.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import torch

__all__ = ["use_onednn"]

ROWS = 64
"""What weights are packed for: products of about so many rows, as a batch has that is written token by token."""


class OneDnnLinear(torch.nn.Linear):
    """A linear layer whose product is oneDNN's and knows no gradient."""

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Return states @ weight.T + bias."""
        product: torch.Tensor = torch.ops.mkldnn._linear_pointwise(states, self.weight, self.bias, "none", [], "")
        return product


def use_onednn(model: Any) -> bool:
    """Have a model's linear layers computed by oneDNN where that is quicker; say whether it is.

    Weights change places in memory, into the order in which oneDNN reads them; torch itself has it done anew for every
    product, which costs most where few rows are multiplied, as in writing token by token.  One layer after the other
    is packed and its plain weight freed, so that memory holds no second model.  A weight that is used elsewhere too,
    such as embeddings that are also the head, stays plain.
    """
    if not _is_quicker(model):
        return False
    uses = Counter(id(weight) for module in model.modules() for weight in module.parameters(recurse=False))
    for module in model.modules():
        if type(module) is torch.nn.Linear and module.weight.dtype == model.dtype:
            if uses[id(module.weight)] == 1:
                packed = torch.ops.mkldnn._reorder_linear_weight(module.weight.detach(), ROWS)
                module.weight = torch.nn.Parameter(packed, requires_grad=False)
            module.__class__ = OneDnnLinear
    return True


def _is_quicker(model: Any) -> bool:
    """Say whether oneDNN computes the model's dtype as quickly as this processor can.

    bfloat16 is oneDNN's anyway, where it has instructions for it.  For float32, torch takes Intel's MKL, which leaves
    the wide vectors (AVX-512) of AMD's processors unused: on a Zen 4 it computes less than half as fast as oneDNN.  The
    results agree but for rounding.  Decided by what the processor is and not by a clock, so that it is decided the same
    way every time.
    """
    if not (
        model.device.type == "cpu"
        and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
        and torch.backends.cpu.get_cpu_capability() == "AVX512"
    ):
        return False
    if model.dtype == torch.bfloat16:
        return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    return model.dtype == torch.float32 and torch.backends.mkl.is_available() and _is_amd()  # type: ignore[no-untyped-call]


def _is_amd(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Say whether the first processor is AMD's; False where the system doesn't tell."""
    try:
        with cpuinfo.open(encoding="utf-8") as lines:
            return any("AuthenticAMD" in line for line in lines if line.startswith("vendor_id"))
    except OSError:
        return False
