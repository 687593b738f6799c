"""Finds the checkpoint from which a killed training goes on.

Relies on Trainer writing ``trainer_state.json`` last, so that a checkpoint is complete where that file can be read;
transformers' own `get_last_checkpoint` doesn't tell a whole one from one that was cut short.  The public way is to
begin anew.  When the order changes, a training that was killed while it saved may fail to go on: the test notices.
"""

import json
import shutil
from pathlib import Path

__all__ = ["newest_checkpoint"]


def newest_checkpoint(work: Path) -> Path | None:
    """Return the newest complete checkpoint in `work`; remove torn ones, whose files would mix with new ones."""
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
