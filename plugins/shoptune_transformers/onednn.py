"""Computes float32 linear layers with oneDNN where torch's own choice is slow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

__all__ = ["use_onednn"]


class OneDnnLinear(torch.nn.Linear):
    """A linear layer of a model that only answers: its product is oneDNN's and knows no gradient."""

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Return states @ weight.T + bias."""
        product: torch.Tensor = torch.ops.mkldnn._linear_pointwise(states, self.weight, self.bias, "none", [], "")
        return product


def use_onednn(model: Any) -> bool:
    """Have a model's linear layers computed by oneDNN if that is the quicker way; say whether it is.

    For float32, torch takes Intel's MKL, which leaves the wide vectors (AVX-512) of AMD's processors unused: on a Zen 4
    it computes less than half as fast as oneDNN.  The results agree but for rounding.  Decided by what the processor
    is and not by a clock, so that it is decided the same way every time.
    """
    quicker = (
        model.device.type == "cpu"
        and model.dtype == torch.float32
        and torch.backends.mkl.is_available()  # type: ignore[no-untyped-call]
        and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
        and torch.backends.cpu.get_cpu_capability() == "AVX512"
        and _is_amd()
    )
    if quicker:
        for module in model.modules():
            if type(module) is torch.nn.Linear:
                module.__class__ = OneDnnLinear
    return quicker


def _is_amd(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Say whether the first processor is AMD's; False where the system doesn't tell."""
    try:
        with cpuinfo.open(encoding="utf-8") as lines:
            return any("AuthenticAMD" in line for line in lines if line.startswith("vendor_id"))
    except OSError:
        return False
