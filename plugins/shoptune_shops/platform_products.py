"""The adapters for exports that are forms of rows and columns: one reader, driven by a platform's table."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, ValidationInfo

from shoptune.components import DataAdapter
from shoptune.data import Dropped, Note, Record
from shoptune.errors import UsageError
from shoptune_files.rows import usable
from shoptune_files.workbook import with_workbooks
from shoptune_shops.facts import Facts, named_columns
from shoptune_shops.platform_header import Form, open_form
from shoptune_shops.platform_record import Maker
from shoptune_shops.platform_rows import group_by_product, parent_of, read_rows, variants_elsewhere
from shoptune_shops.platform_table import Platform, load_platform
from shoptune_shops.price_cells import PriceCells
from shoptune_shops.shop_rows import ProductFileOptions

__all__ = ["OwnPlatformOptions", "PlatformOptions", "platform_products", "read"]


class PlatformOptions(ProductFileOptions):
    """Which products are read."""

    statuses: tuple[str, ...] = ("active",)
    """Products with another state are dropped; one whose file says nothing of it is active."""


def _loaded(value: object, info: ValidationInfo) -> object:
    """Return the platform of a file that is named by its path, relative to the experiment file."""
    if not isinstance(value, str):
        return value
    try:
        return load_platform(Path((info.context or {}).get("folder", "")) / value)
    except UsageError as error:
        raise ValueError(str(error).rstrip(".")) from error


class OwnPlatformOptions(PlatformOptions):
    """How an export of another kind is laid out, and which of its products are read."""

    platform: Annotated[Platform, BeforeValidator(_loaded, json_schema_input_type=str | Platform)]
    """The table that says which column is what: a YAML file, or what would stand in it."""


def read(platform: Platform, path: Path, options: PlatformOptions) -> Iterator[Record | Dropped | Note]:
    """Read a platform's export, one record per product: id and group are what the platform's table says.

    Fields: ``name``, ``description`` (plain text), ``description_html``, ``short_description``, ``brand``,
    ``category`` (the deepest), ``type``, ``status``, ``tags`` (list), ``sku``, ``gtin``, ``mpn``, ``price``,
    ``currency``, ``images``, ``product_highlight`` (list), ``variants`` (each with ``sku``, ``barcode``, ``price``,
    ``options``), ``options`` (name -> values), ``attributes``, ``seo_title`` and ``seo_description``, as far as the
    platform has them.  An empty text is "", a price that isn't given None.  A product without variants is its own only
    variant.
    """
    origins: dict[str, str] = {}
    with open_form(path, platform, options.encoding) as table:
        form = Form.of(platform, table, options.attributes)
        prices = PriceCells(partial(open_form, path, platform, options.encoding))
        facts = Facts(asked_for=options.attributes)
        maker = Maker(form=form, statuses=options.statuses, facts=facts, prices=prices)
        for row in variants_elsewhere(form, table) if platform.layout == "parent" else ():
            parent = parent_of(form, row)
            maker.held.setdefault(parent, []).append(maker.variant(row, row))
            origins.setdefault(parent, row.origin)
    with open_form(path, platform, options.encoding) as table:
        yield from usable(group_by_product(form, read_rows(form, table)), maker.make)
    for parent in maker.held:
        detail = f"found {parent!r}; export variants together with their products"
        yield Dropped(origin=origins[parent], reason="a variant's product is not in this file", detail=detail, bad=True)
    yield from (*maker.facts.notes(), *maker.prices.notes())
    yield from named_columns("columns that were not read", form.unread)


def _read_own(path: Path, options: OwnPlatformOptions) -> Iterator[Record | Dropped | Note]:
    return read(options.platform, path, options)


platform_products = DataAdapter(
    name="platform_products",
    table="products",
    summary="An export of rows and columns, read by a table of your own",
    options=OwnPlatformOptions,
    read=with_workbooks(_read_own),
)
