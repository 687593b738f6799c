from types import SimpleNamespace
from typing import Any

import pytest

from shoptune.errors import StepError
from shoptune.testing.methods import say_nothing


def control() -> Any:
    return SimpleNamespace(should_save=False)


def state(step: int, epoch: float, total: int = 100, history: Any = ()) -> Any:
    return SimpleNamespace(global_step=step, epoch=epoch, max_steps=total, log_history=list(history))


def test_checkpoints_follow_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    from shoptune_trl import callbacks

    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    checkpoints = callbacks.TimedCheckpoints()

    def asks(seconds: float, at: Any, event: str = "on_step_end") -> bool:
        now[0] = seconds
        c = control()
        getattr(checkpoints, event)(None, at, c)
        return bool(c.should_save)

    assert not asks(24, state(1, 0.1))
    assert not asks(26, state(10, 1.0)), "the validation of the epoch is still to come"
    assert asks(27, state(10, 1.0), "on_epoch_end")
    now[0] = 60.0
    checkpoints.on_evaluate(None, None, control())  # type: ignore[arg-type]
    now[0] = 64.0  # four seconds of writing: 5 % of 80
    checkpoints.on_save(None, None, control())  # type: ignore[arg-type]
    assert not asks(143, state(11, 1.1))
    assert asks(145, state(12, 1.2))
    assert not asks(200, state(100, 2.5)), "nothing would be left to resume"


def test_gradient_that_is_no_number_is_found_before_the_loss_shows_it() -> None:
    from shoptune_trl.callbacks import ProgressCallback

    history = [{"step": 1, "loss": 2.5}, {"step": 2, "loss": 2.25}]
    logs = {"loss": 2.25, "grad_norm": float("inf"), "learning_rate": 1e-3}
    args: Any = SimpleNamespace(learning_rate=5e-3)
    with pytest.raises(StepError, match=r"The gradient became inf at step 2 of 100; .* 2\.5, a step .*\(try 0\.001\)"):
        ProgressCallback(say_nothing).on_log(args, state(2, 0.2, history=history), control(), logs)


def test_first_loss_is_checked_at_the_first_step_alone() -> None:
    from shoptune_trl.callbacks import InitialLossCheck

    check = InitialLossCheck(expected=0.6931, tolerance=1e-3, meaning="that is why.")
    args: Any = None
    check.on_log(args, state(1, 0.1), control(), {"loss": 0.6935})
    check.on_log(args, state(2, 0.2), control(), {"loss": 0.1})
    with pytest.raises(StepError, match=r"0\.7000 and must be 0\.6931 \(within 0\.001\): that is why\."):
        check.on_log(args, state(1, 0.1), control(), {"loss": 0.7})
