"""Arguments and options that several commands take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

__all__ = ["experiment_argument", "plain_option", "reports_option", "store_option"]

F = TypeVar("F", bound=Callable[..., Any])

experiment_argument: Callable[[F], F] = click.argument("experiment", type=click.Path(path_type=Path))
store_option: Callable[[F], F] = click.option(
    "--store",
    type=click.Path(path_type=Path),
    default=Path(".shoptune"),
    show_default=True,
    help="Where steps are kept.",
)
reports_option: Callable[[F], F] = click.option(
    "--reports",
    type=click.Path(path_type=Path),
    default=Path("reports"),
    show_default=True,
    help="Reports go into a folder in here, named as the experiment.",
)
plain_option: Callable[[F], F] = click.option("--plain", is_flag=True, help="Lines instead of a live display.")
