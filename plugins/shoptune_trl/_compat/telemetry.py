"""What the hub's client has no public way for once it is imported."""

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["telemetry_off"]


@contextmanager
def telemetry_off() -> Iterator[None]:
    """Keep TRL's trainers from telling the hub what kind of model is being trained.

    Assigns a constant of ``huggingface_hub``.  The public way is the variable ``HF_HUB_DISABLE_TELEMETRY``, which must
    be set before that library is first imported, when nobody may know that something will be trained.  In use with
    ``SHOPTUNE_PLAIN=1`` too.  When the constant goes, the hub would be told: the test of this function notices.
    """
    from huggingface_hub import constants

    before = constants.HF_HUB_DISABLE_TELEMETRY
    constants.HF_HUB_DISABLE_TELEMETRY = True
    try:
        yield
    finally:
        constants.HF_HUB_DISABLE_TELEMETRY = before
