"""The kinds of plugin that can be begun, and what the package of each holds."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["KINDS", "Kind"]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of plugin, shown by a small real example of it."""

    component: str
    """What it brings, as in `shoptune.plugins.KINDS`, or ``observer`` or ``command``."""
    module: str
    """The example's module, whose test is called alike."""
    summary: str
    """What the example is, as a sentence without its full stop."""
    about: str
    """What it does, and what the example does: how the README goes on after naming its kind."""
    dependencies: tuple[str, ...]
    """Beside shoptune."""
    data: tuple[str, ...]
    """The templates of the files that lie beside the experiment, in its folder ``data/``."""


KINDS = {
    "task": Kind(
        component="task",
        module="sentiment",
        summary="A task for shoptune: say whether a review is positive or negative",
        about="records become prompts with a right answer, and models' answers are read. As it stands, it asks whether "
        "a review is positive or negative, and knows the answer by the review's stars.",
        dependencies=("pydantic>=2.11",),
        data=("task/reviews.csv",),
    ),
    "metric": Kind(
        component="metric",
        module="shouting",
        summary="A metric for shoptune: the share of words in capitals",
        about="rows of numbers that add up, and what their sum means. As it stands, it is the share of words in "
        "capitals.",
        dependencies=("numpy>=2.0", "pydantic>=2.11"),
        data=("common/products.csv",),
    ),
    "method": Kind(
        component="tuning method",
        module="norm_tuning",
        summary="A tuning method for shoptune: normalisation layers alone, by plain gradient descent",
        about="makes a tuned model of a model and training examples. As it stands, it changes a model's normalisation "
        "layers alone, with plain torch.",
        dependencies=("pydantic>=2.11", "safetensors>=0.5,<1", "torch>=2.13,<2.14", "transformers>=5.23,<5.24"),
        data=("common/products.csv",),
    ),
    "adapter": Kind(
        component="data adapter",
        module="key_value",
        summary="A data adapter for shoptune: files of 'key = value' lines",
        about="reads one kind of file into records. As it stands, it reads `key = value` lines, in which a blank line "
        "ends a record.",
        dependencies=("pydantic>=2.11",),
        data=("adapter/products.kv",),
    ),
    "backend": Kind(
        component="model backend",
        module="word_pairs",
        summary="A model backend for shoptune: which word follows which in a text file",
        about="finds, loads and asks models. As it stands, a model is a text file, and which word follows which in it.",
        dependencies=("pydantic>=2.11",),
        data=("common/products.csv", "backend/small.words.txt"),
    ),
    "report": Kind(
        component="report format",
        module="plain_text",
        summary="A report format for shoptune: plain text",
        about="renders a comparison into files. As it stands, it writes plain text for a mail or a terminal.",
        dependencies=(),
        data=("common/products.csv",),
    ),
    "export": Kind(
        component="export format",
        module="question_answer",
        summary="An export format for shoptune: questions and answers",
        about="writes training rows for other tools. As it stands, it writes questions and answers.",
        dependencies=(),
        data=("common/products.csv",),
    ),
    "recogniser": Kind(
        component="recogniser",
        module="loyalty_cards",
        summary="A recogniser for shoptune: numbers of loyalty cards",
        about="finds personal data, which is masked before anything is stored. As it stands, it finds the numbers of "
        "an invented shop's loyalty cards.",
        dependencies=(),
        data=("recogniser/messages.csv",),
    ),
    "executor": Kind(
        component="executor",
        module="cheapest_first",
        summary="An executor for shoptune: steps without an accelerator first",
        about="decides where and in what order steps are computed. As it stands, it computes them one after the other, "
        "those that need no accelerator first.",
        dependencies=("pydantic>=2.11",),
        data=("common/products.csv",),
    ),
    "observer": Kind(
        component="observer",
        module="step_log",
        summary="An observer for shoptune: a log of what each step took",
        about="is told of runs and steps. As it stands, it writes down what each step took, beside the reports.",
        dependencies=(),
        data=("common/products.csv",),
    ),
    "command": Kind(
        component="command",
        module="best_candidate",
        summary="A command for shoptune: the best candidate by each metric",
        about="is called as `shoptune NAME`. As it stands, it names the best candidate of a run by each metric.",
        dependencies=("click>=8.2",),
        data=("common/products.csv",),
    ),
}
"""What a user calls it -> what it is."""
