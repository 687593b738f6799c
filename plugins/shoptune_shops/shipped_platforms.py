"""The adapters of the platforms whose tables come with shoptune, each made when it is asked for by its name."""

from functools import cache, partial
from pathlib import Path
from typing import Any

from shoptune.components import DataAdapter
from shoptune_files.workbook import with_workbooks
from shoptune_shops.platform_files import shipped
from shoptune_shops.platform_header import has_signs, headers_of
from shoptune_shops.platform_products import PlatformOptions, read
from shoptune_shops.platform_table import Platform, load_platform

__all__ = ["platform", "recognise"]


@cache
def platform(adapter: str) -> Platform:
    """Return the table of the platform that an adapter reads; raises KeyError where none is called so."""
    return load_platform(shipped()[adapter])


def __getattr__(name: str) -> DataAdapter[Any]:
    try:
        table = platform(name)
    except KeyError:
        raise AttributeError(f"no platform's adapter is called {name!r}") from None
    return DataAdapter(
        name=name,
        table="products",
        summary=table.summary,
        options=PlatformOptions,
        read=with_workbooks(partial(read, table)),
    )


def recognise(path: Path) -> str | None:
    """Return the adapter of the platform whose columns one of a file's first rows has."""
    headers = [header for header, _, _ in headers_of(path)]
    return next((name for name in shipped() if any(has_signs(platform(name), header) for header in headers)), None)
