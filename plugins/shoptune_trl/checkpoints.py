"""Finds the checkpoint from which a killed training goes on.

Trainer writes ``trainer_state.json`` last, so a checkpoint is complete where that file can be read.  A checkpoint that
was cut short is removed, lest its files mix with those of the one written there next.
"""

import json
import shutil
from pathlib import Path

__all__ = ["newest_checkpoint"]


def newest_checkpoint(work: Path) -> Path | None:
    """Return the newest complete checkpoint in `work`; remove those that are not complete."""
    complete = {}
    for folder in work.glob("checkpoint-*"):
        step = _step(folder)
        if step is None:
            shutil.rmtree(folder)
        else:
            complete[step] = folder
    return complete[max(complete)] if complete else None


def _step(checkpoint: Path) -> int | None:
    """Return the step at which a checkpoint was written; None where it is not complete."""
    try:
        return int(json.loads((checkpoint / "trainer_state.json").read_text(encoding="utf-8"))["global_step"])
    except (OSError, ValueError, KeyError):
        return None
