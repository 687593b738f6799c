"""The backend's options, and what ``auto`` means on this machine, decided without importing torch."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from shoptune.components import Options
from shoptune.errors import UsageError
from shoptune_transformers.plain import plain

__all__ = ["DEFAULT_BATCH_TOKENS", "NO_TEMPLATE", "TransformersOptions", "settings_of"]

Device = Literal["cpu", "cuda"]
Dtype = Literal["float32", "bfloat16"]

DEFAULT_BATCH_TOKENS: Mapping[str, int] = {"cpu": 16_384, "cuda": 131_072}

NO_TEMPLATE = "none"


class TransformersOptions(Options):
    """How a model is loaded and run.

    ``SHOPTUNE_PLAIN=1`` in the environment has it run in transformers' public ways alone: slower, with the same answers
    but for rounding, for when a new version of a library breaks one of shoptune's faster ways.
    """

    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    """``auto``: bfloat16 on CUDA and on processors that compute in it, float32 elsewhere."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """``auto``: CUDA where there is such a device that the installed torch can use, else the processor."""
    trust_remote_code: bool = False
    """Run Python code that comes with the model.  Leave this off unless you have read that code."""
    chat_template: Literal["none"] | Path | None = None
    """A Jinja file (relative to the experiment file) that replaces the model's own chat template.  ``none``: prompts
    are asked as they stand, without roles or marks: the messages' texts, one right after the other (behind the BOS
    token where the model's tokenizer begins every text with one)."""
    thinking: bool | None = None
    """Whether a model that can think before it answers does: the variable ``enable_thinking`` of its chat template.
    Without it, what the template does of its own accord.  What is thought is no part of an answer in any metric, and
    takes its share of ``max_new_tokens``."""
    batch_tokens: int | None = Field(default=None, ge=1)
    """How many tokens, prompts and answers together, are computed at once; less needs less memory.  Without a number:
    16,384 on a processor, 131,072 on CUDA.  A batch that does not fit into memory is halved in any case."""


def settings_of(options: TransformersOptions, folder: Path) -> dict[str, Any]:
    """Return, as JSON values, what loading needs beside the files: `ResolvedModel.settings`.

    Args:
        options: From the experiment file.
        folder: The experiment file's folder.

    Raises:
        UsageError: The chat template's file can't be read.

    """
    device = _device() if options.device == "auto" else options.device
    return {
        "dtype": _dtype(device) if options.dtype == "auto" else options.dtype,
        "device": device,
        "trust_remote_code": options.trust_remote_code,
        "chat_template": _template(options.chat_template, folder),
        "batch_tokens": options.batch_tokens or DEFAULT_BATCH_TOKENS[device],
        **({} if options.thinking is None else {"thinking": options.thinking}),
        **({"plain": True} if plain() else {}),
    }


def _template(template: Path | str | None, folder: Path) -> str | None:
    """Return the template's text, ``none`` or None."""
    if template is None or template == NO_TEMPLATE:
        return NO_TEMPLATE if template else None
    path = folder / template
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"chat_template: {path} can't be read: {error}") from error
    if not text.strip():
        raise UsageError(f"chat_template: {path} is empty.")
    return text


def _device() -> Device:
    """Return cuda where there is an NVIDIA device that this torch can use and the environment doesn't hide."""
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES", "all").strip() in ("", "-1")
    if hidden or version("torch").endswith("+cpu"):
        return "cpu"
    return "cuda" if any(Path("/dev").glob("nvidia[0-9]*")) else "cpu"


def _dtype(device: Device) -> Dtype:
    """Return bfloat16 where it is computed in hardware: emulated, it is slower than float32 and less exact."""
    return "bfloat16" if device == "cuda" or _processor_flags() & {"avx512_bf16", "amx_bf16"} else "float32"


def _processor_flags(cpuinfo: Path = Path("/proc/cpuinfo")) -> frozenset[str]:
    """Return what the first processor can do, in Linux's words; empty where the system doesn't say."""
    try:
        with cpuinfo.open(encoding="utf-8") as lines:
            flags = next((line for line in lines if line.startswith("flags")), "")
    except OSError:
        return frozenset()
    return frozenset(flags.partition(":")[2].split())
