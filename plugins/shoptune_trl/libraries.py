"""Keeps the training libraries quiet, private, and plain about what they refuse."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from shoptune.errors import UsageError

__all__ = ["libraries_quiet", "refusals"]


@contextmanager
def libraries_quiet() -> Iterator[None]:
    """Keep the libraries from writing over the terminal's live display, and TRL from reporting on its user.

    TRL's trainers send the hub what kind of model is being trained, unless they are told not to.
    """
    import datasets

    from shoptune_transformers.quiet import quiet
    from shoptune_trl._compat.telemetry import telemetry_off

    loggers = [logging.getLogger(name) for name in ("accelerate", "datasets", "peft", "trl")]
    levels = [logger.level for logger in loggers]
    bars = not datasets.are_progress_bars_disabled()
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        datasets.disable_progress_bars()
        with quiet(), telemetry_off():
            yield
    finally:
        if bars:
            datasets.enable_progress_bars()
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@contextmanager
def refusals(what: str) -> Iterator[None]:
    """Turn what TRL and peft raise about settings into an error about settings."""
    try:
        yield
    except (TypeError, ValueError, NotImplementedError) as error:
        raise UsageError(f"{what} refuses these settings: {error}") from error
