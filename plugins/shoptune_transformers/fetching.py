"""Brings a located model into a folder that can be loaded: downloads it, or converts it from GGUF, once."""

from __future__ import annotations

import io
import os
import shutil
from contextlib import redirect_stderr
from pathlib import Path

from filelock import FileLock

from shoptune.components import ModelFiles, Progress, ResolvedModel
from shoptune.errors import StoreError, UsageError
from shoptune_transformers.disk_cache import Manifest, converted_folder, read_manifest, sha256_of
from shoptune_transformers.folders import check_folder
from shoptune_transformers.hub import download, is_hub_location
from shoptune_transformers.resolving import ALIASES

__all__ = ["fetch"]


def fetch(located: ResolvedModel, progress: Progress) -> ModelFiles:
    """Return the folder of a located model, downloaded or converted where need be.

    Raises:
        StepError: The download failed.
        UsageError: The GGUF file can't be converted, or the folder can't be loaded.
        StoreError: The cache can't be written.

    """
    if is_hub_location(located.location):
        trusted = bool(located.settings.get("trust_remote_code", False))
        folder = download(located.location, progress, trust_remote_code=trusted)
    elif located.location.endswith(".gguf"):
        folder = _converted(located, Path(located.location), progress)
    else:
        folder = Path(located.location)
    check_folder(folder)
    return ModelFiles(folder=folder, settings=located.settings)


def _converted(located: ResolvedModel, gguf: Path, progress: Progress) -> Path:
    """Convert a GGUF file into the cache, unless that has been done; one process at a time."""
    sha256 = sha256_of(gguf)
    folder = converted_folder(sha256)
    alias = located.name if located.name in ALIASES else None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_name(f".{folder.name}.lock")):
            if read_manifest(folder) is None:
                shutil.rmtree(folder, ignore_errors=True)
                for leftover in folder.parent.glob(f".{folder.name}.*.partial"):
                    shutil.rmtree(leftover)
                beside = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
                progress(0, 1, "model", f"converting {gguf.name}, once")
                _convert(gguf, beside)
                Manifest(sha256=sha256, source=located.source, alias=alias).write(beside)
                beside.rename(folder)
                progress(1, 1, "model", f"converted {gguf.name}")
    except OSError as error:
        raise StoreError(
            f"{folder}: the converted model can't be written: {error}. Set SHOPTUNE_CACHE to a folder with space."
        ) from error
    return folder


def _convert(gguf: Path, folder: Path) -> None:
    """Write a GGUF file's weights, tokenizer and chat template as a model folder.

    Weights are written in float32: a quantised weight is a scale times a small integer plus an offset, both of 16 bits,
    and neither bfloat16 nor float16 holds the exact result (SmolLM2's Q4_1 weights would be off by 8e-3 and 2e-3).
    Reading casts to the dtype asked for, and takes about a second for 500 MB.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    from shoptune_transformers.quiet import quiet

    with quiet(), redirect_stderr(io.StringIO()):  # the reader draws a bar that can't be switched off
        try:
            tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name, local_files_only=True)
            model = AutoModelForCausalLM.from_pretrained(
                gguf.parent,
                gguf_file=gguf.name,
                quantization_config=GgufConfig(gguf_file=gguf.name, dequantize=True),
                local_files_only=True,
                dtype=torch.float32,
            )
        except Exception as error:  # a damaged or unknown GGUF file fails in many ways, deep in its reader
            raise UsageError(f"{gguf}: this GGUF file can't be converted: {error}") from error
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
