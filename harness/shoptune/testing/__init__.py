"""For tests of plugins: contract checks for every kind of component, invented samples, a tiny random model.

Each ``check_*`` raises `ContractError`, an `AssertionError`, that lists all that is wrong with a component::

    def test_contract() -> None:
        check_task(MY_TASK, sample_tables())

`check_plugin` runs all of them on all that a plugin brings, as ``shoptune plugins check`` does.  Fixtures for pytest
stand in `shoptune.testing.fixtures`.
"""

from shoptune.testing.adapters import check_adapter, repeat_lines
from shoptune.testing.backends import check_backend
from shoptune.testing.contract import ContractError, Finding
from shoptune.testing.executors import check_executor
from shoptune.testing.exports import check_export_format
from shoptune.testing.hostile import everywhere
from shoptune.testing.invented_comparison import sample_comparison
from shoptune.testing.methods import check_method, make_job
from shoptune.testing.metrics import check_metric
from shoptune.testing.plugin import check_plugin, only_plugin
from shoptune.testing.recognisers import check_recogniser
from shoptune.testing.reports import check_report_format
from shoptune.testing.samples import (
    sample_attribute_examples,
    sample_examples,
    sample_judgements,
    sample_label_examples,
    sample_pairs,
    sample_products,
    sample_reviews,
    sample_tables,
)
from shoptune.testing.tasks import check_task
from shoptune.testing.tiny import tiny_model

__all__ = [
    "ContractError",
    "Finding",
    "check_adapter",
    "check_backend",
    "check_executor",
    "check_export_format",
    "check_method",
    "check_metric",
    "check_plugin",
    "check_recogniser",
    "check_report_format",
    "check_task",
    "everywhere",
    "make_job",
    "only_plugin",
    "repeat_lines",
    "sample_attribute_examples",
    "sample_comparison",
    "sample_examples",
    "sample_judgements",
    "sample_label_examples",
    "sample_pairs",
    "sample_products",
    "sample_reviews",
    "sample_tables",
    "tiny_model",
]
