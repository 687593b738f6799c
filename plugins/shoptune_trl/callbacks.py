"""What happens between the steps of a training.

This module imports torch: import it where a training is about to start.
"""

import math
import time
from pathlib import Path
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from shoptune.components import Progress
from shoptune.errors import StepError
from shoptune_trl._compat.checkpoints import seal_checkpoint
from shoptune_trl._compat.trainers import order_by_seed

__all__ = [
    "CHECKPOINT_SECONDS",
    "DeterministicOrder",
    "InitialLossCheck",
    "ProgressCallback",
    "SealedCheckpoints",
    "TimedCheckpoints",
]

CHECKPOINT_SECONDS = 25.0
"""How much work a kill may cost."""

CHECKPOINT_SHARE = 0.05
"""Writing checkpoints may take this share of the time, however large they are."""


class ProgressCallback(TrainerCallback):
    """Tells how far the training is, and stops it when the loss is NaN."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Say how many steps there are, and where an interrupted training goes on."""
        self.progress(state.global_step, state.max_steps, unit="steps")

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **_: Any,
    ) -> None:
        """Look at the figures of a step, before anything is saved."""
        if not logs or "loss" not in logs:
            return
        for figure in ("loss", "grad_norm"):
            if not math.isfinite(logs.get(figure, 0.0)):
                raise StepError(self._gone_wrong(args, state, logs, figure))
        self.progress(state.global_step, state.max_steps, unit="steps", detail=f"loss {logs['loss']:.3f}")

    def _gone_wrong(self, args: TrainingArguments, state: TrainerState, logs: dict[str, float], figure: str) -> str:
        name = {"loss": "loss", "grad_norm": "gradient"}[figure]
        # This step is in the history already; all before it were good, or the training would not be here.
        good = [row["loss"] for row in state.log_history if "loss" in row and row["step"] < state.global_step]
        last = f"the last good loss was {good[-1]:.4g}, a step earlier" if good else "no step had a finite loss"
        return (
            f"The {name} became {logs[figure]} at step {state.global_step} of {state.max_steps}; {last}. "
            f"The learning rate was {logs.get('learning_rate', math.nan):.3g}. Lower `learning_rate` "
            f"(try {args.learning_rate / 5:.2g}); if that does not help, look for broken texts in the training data."
        )


class InitialLossCheck(TrainerCallback):
    """Checks the loss of the first step against what it must be, where theory says so."""

    def __init__(self, expected: float, tolerance: float, meaning: str) -> None:
        self.expected, self.tolerance, self.meaning = expected, tolerance, meaning

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **_: Any,
    ) -> None:
        """Look at step 1."""
        if state.global_step == 1 and logs and "loss" in logs and abs(logs["loss"] - self.expected) > self.tolerance:
            raise StepError(
                f"The first step's loss is {logs['loss']:.4f} and must be {self.expected:.4f} "
                f"(within {self.tolerance:g}): {self.meaning}"
            )


class TimedCheckpoints(TrainerCallback):
    """Saves by the clock, so that a kill costs little work with any size of model, data and machine.

    A checkpoint at the end of an epoch waits for the validation that comes there, which a resumed run would not repeat;
    after the last step there is none, since there would be nothing left to resume.
    """

    def __init__(self) -> None:
        self.due = time.monotonic() + CHECKPOINT_SECONDS
        self.asked = 0.0

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Ask for a checkpoint within an epoch."""
        if not float(state.epoch or 0).is_integer():
            self._ask(state, control)

    def on_epoch_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Ask for a checkpoint between epochs."""
        self._ask(state, control)

    def _ask(self, state: TrainerState, control: TrainerControl) -> None:
        now = time.monotonic()
        if now >= self.due and state.global_step < state.max_steps:
            control.should_save = True
            self.asked = now

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Start the clock anew: what a validation took says nothing about writing."""
        self.asked = time.monotonic()

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Set the time of the next one by what this one took."""
        now = time.monotonic()
        self.due = now + max(CHECKPOINT_SECONDS, (now - self.asked) / CHECKPOINT_SHARE)


class SealedCheckpoints(TrainerCallback):
    """Seals checkpoints, so that a resumed run reads none that is not as it was written.

    It goes before `TimedCheckpoints`, since sealing takes a part of the time of writing.
    """

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Seal what was just written."""
        seal_checkpoint(Path(str(args.output_dir)), state.global_step, best=state.best_model_checkpoint)


class DeterministicOrder(TrainerCallback):
    """Makes the order of length-grouped batches depend on seed and epoch alone, so that a resumed run has the same."""

    def on_epoch_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        train_dataloader: Any = None,
        **_: Any,
    ) -> None:
        """Seed the order of this epoch."""
        seed = args.seed if args.data_seed is None else args.data_seed
        order_by_seed(train_dataloader, seed + int(state.epoch or 0))
