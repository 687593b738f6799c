"""Which of an example's choices a model takes."""

from typing import Literal

import numpy as np

from shoptune.components import FloatArray
from shoptune.data import Prediction

__all__ = ["Normalise", "best_choice", "choice_scores"]

Normalise = Literal["none", "length", "prior"]


def choice_scores(prediction: Prediction, normalise: Normalise) -> FloatArray:
    """Return the score of each choice (nats, shape [choices]): the higher, the more the model is for it.

    ``none``: its log-probability; ``length``: that per token; ``prior``: that less its log-probability after a prompt
    that says nothing, which is the pointwise mutual information of prompt and choice (A. Holtzman et al., "Surface Form
    Competition: Why the Highest Probability Answer Isn't Always Right", 2021).
    """
    scores = np.array(prediction.choice_log_probabilities, dtype=np.float64)
    if normalise == "length":
        return scores / np.maximum(prediction.choice_tokens, 1)
    return scores - np.array(prediction.choice_priors) if normalise == "prior" else scores


def best_choice(prediction: Prediction, normalise: Normalise) -> int:
    """Return the position of the choice with the highest score, the first of equals."""
    return int(np.argmax(choice_scores(prediction, normalise)))
