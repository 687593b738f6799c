"""The checkpoint from which a killed training goes on.

Relies on Trainer's names, ``checkpoint-7`` for the one after step 7, and on all of its files being there when callbacks
are told that it was saved: then it is sealed, since some of them are pickles, and none is to be read that is not as it
was written.  The public way is to begin anew.  When names or order change, a killed training begins anew: the test
notices.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from shoptune.leftovers import is_sealed, seal

__all__ = ["newest_checkpoint", "seal_checkpoint"]


def seal_checkpoint(work: Path, step: int, *, best: str | None) -> None:
    """Seal the checkpoint that was just written after a step, and remove those before it but the best."""
    newest = work / f"checkpoint-{step}"
    seal(newest)
    for folder in work.glob("checkpoint-*"):
        if folder != newest and str(folder) != best:
            shutil.rmtree(folder)


def newest_checkpoint(work: Path, say: Callable[[str], None]) -> Path | None:
    """Return the newest checkpoint in `work` that is as it was written; remove others, and say so."""
    whole = {}
    for folder in work.glob("checkpoint-*"):
        if is_sealed(folder):
            whole[int(folder.name.rpartition("-")[2])] = folder
        else:
            shutil.rmtree(folder)
            say(f"{folder.name}, which an interrupted run left, is not complete or damaged, and not used")
    return whole[max(whole)] if whole else None
