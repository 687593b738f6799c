"""What the commands of plugins build on: the options that ours take, and what ours do.

Importing this module is as quick as ``shoptune --help`` has to be; what a function needs is imported when it is called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from pydantic.json_schema import JsonSchemaValue

    from shoptune.components import AnyAdapter

__all__ = [
    "adapter_for",
    "check_experiment",
    "experiment_argument",
    "experiment_schema",
    "impossible_candidates",
    "is_identifier",
    "is_personal",
    "plain_option",
    "reports_option",
    "run_experiment",
    "store_option",
]

F = TypeVar("F", bound=Callable[..., Any])  # a command, whatever it takes and returns

experiment_argument: Callable[[F], F] = click.argument("experiment", type=click.Path(path_type=Path))
"""``experiment: Path``, the experiment file."""
store_option: Callable[[F], F] = click.option(
    "--store",
    type=click.Path(path_type=Path),
    default=Path(".shoptune"),
    show_default=True,
    help="Where steps are kept.",
)
"""``store: Path``, the folder of the store."""
reports_option: Callable[[F], F] = click.option(
    "--reports",
    type=click.Path(path_type=Path),
    default=Path("reports"),
    show_default=True,
    help="Reports go into a folder in here, named as the experiment.",
)
"""``reports: Path``, the folder in which each experiment has one of its own."""
plain_option: Callable[[F], F] = click.option("--plain", is_flag=True, help="Lines instead of a live display.")
"""``plain: bool``, for logs."""


def run_experiment(experiment: Path, store: Path, reports: Path, *, plain: bool = False) -> int:
    """Do what ``shoptune run`` does: run an experiment file, print the comparison; returns the exit code."""
    from shoptune.cli.experiment import run_experiment as run

    return run(experiment, store, reports, plain=plain)


def check_experiment(experiment: Path) -> None:
    """Check an experiment file to its last key, as each command does first; reads the names of data files only.

    Raises UsageError that says file, line, key and remedy of all that is wrong.
    """
    from shoptune.experiment.load import load_experiment

    load_experiment(experiment)


def impossible_candidates(experiment: Path) -> Mapping[str, str]:
    """Prepare an experiment's data, to be thrown away; return the candidates that they can't make, and why.

    A candidate that starts from such a one, or is chosen among it and others, is there too.

    Raises:
        ShoptuneError: The file is no experiment, its data can't be prepared, or nothing can be compared by them.

    """
    from tempfile import TemporaryDirectory

    from shoptune.errors import DataError
    from shoptune.execution.execute import execute
    from shoptune.execution.progress import display
    from shoptune.experiment.load import load_experiment
    from shoptune.experiment.without import fallen_with
    from shoptune.planning.impossible import impossible
    from shoptune.planning.make_plan import plan_preparing
    from shoptune.planning.plan import with_inputs
    from shoptune.storage.store import Store

    loaded = load_experiment(experiment)
    tasks = plan_preparing(loaded)
    with TemporaryDirectory(prefix="shoptune-") as folder, display() as shown:
        store = Store(Path(folder))
        store.prepare()
        execute(with_inputs(list(tasks.values())), loaded.executor, store, loaded.plugins, shown)
        found = impossible(loaded, tasks, store)
    if of_all := [each.why for each in found if not each.candidate]:
        raise DataError("\n".join(of_all))
    because: dict[str, str] = {}
    for candidate, why in found:
        for fallen in sorted(fallen_with(loaded, candidate)):
            because.setdefault(fallen, why)
    return because


def experiment_schema() -> JsonSchemaValue:
    """Return the JSON Schema of experiment files that ``shoptune schema`` prints, with all installed components."""
    from shoptune.experiment.schema import experiment_schema as schema
    from shoptune.plugins import load_plugins

    return schema(load_plugins())


_UNREAD = (
    "`shoptune adapters` lists what is read; a file under another name is read where the experiment file names its "
    "`adapter`."
)


def adapter_for(file: Path) -> AnyAdapter:
    """Return the installed adapter that reads a file whose experiment file names none.

    Raises UsageError where no adapter recognises it.
    """
    from shoptune.errors import UsageError
    from shoptune.plugins import load_plugins

    plugins = load_plugins()
    name = plugins.select_data_adapter(file)
    if name is None:
        suspects = plugins.suspects("data adapter")
        raise UsageError(
            "\n".join([f"{file}: no adapter recognises this file by its name or its first lines. {_UNREAD}", *suspects])
        )
    return plugins.data_adapters[name].component


def is_personal(column: str) -> bool:
    """Whether a column's name says that it holds personal data, such as ``Billing Address1``: it is never read."""
    from shoptune.dataset.personal_data import fields

    return fields.is_personal(column)


def is_identifier(column: str) -> bool:
    """Whether a column's name says that it holds a key or an address on the web: ``sku``, ``variant_id``."""
    from shoptune.dataset.personal_data import fields

    return fields.is_identifier(column)
