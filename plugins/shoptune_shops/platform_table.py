"""The table that says how a platform's export is laid out: which column is what, which rows are products.

A platform is a YAML file of some 30 lines; those that come with shoptune lie in ``platforms/``.  A shop can write one
for an export of its own.  Columns are named as the file does, upper and lower case alike; ``{...}`` stands for what
differs between files or columns: ``{n}`` for a number, ``{name}`` for what a property is called, any other word for
anything.  A star in front or behind, with which templates mark the columns that they need, is no part of a name.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BeforeValidator, Field, ValidationError

from shoptune.components import Options
from shoptune.errors import UsageError, did_you_mean

__all__ = ["Columns", "Packed", "Platform", "Properties", "ShopColumns", "load_platform"]

LARGEST = 2**16
"""Characters of a platform's file."""
_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The quick one, where PyYAML was built with it."""


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _spelt(cells: object) -> object:
    """Return a mapping whose keys are text: YAML reads ``TRUE`` and ``no`` as truth values."""
    return {str(key).lower(): value for key, value in cells.items()} if isinstance(cells, Mapping) else cells


Columns = Annotated[tuple[str, ...], BeforeValidator(_listed, json_schema_input_type=str | list[str])]
"""A column, or several of which the first counts that the file has and the row fills."""
States = Annotated[dict[str, str], BeforeValidator(_spelt)]


class Packed(Options):
    """A cell that holds several properties: ``Colour:red:1,Material:oak:2``."""

    column: Columns
    """Where it stands."""
    between: str = Field(min_length=1)
    """What parts one property from the next."""
    equals: str = Field(min_length=1)
    """What parts a name from its value."""
    before: str = ""
    """What a name comes after, if not at once: the ``]`` of ``[S]Colour=red``."""
    numbered: bool = False
    """Whether a number stands behind each value, parted from it as the name is."""


class Properties(Options):
    """Where properties stand: a product's attributes, or the options in which its variants differ."""

    columns: dict[str, Columns] = Field(default_factory=dict)
    """What a property is called -> its column."""
    patterns: tuple[str, ...] = ()
    """Columns that say themselves what the property is called: ``C:{name}``."""
    pairs: tuple[tuple[str, str], ...] = ()
    """Two columns, the name in one and the value in the other: ``[Option{n} Name, Option{n} Value]``."""
    packed: tuple[Packed, ...] = ()
    """Columns that hold several properties."""
    between: str | None = None
    """What parts several values in one cell of a product's row: ``red;navy``."""
    none: tuple[str, ...] = ()
    """Values by which the platform says that there is none: ``Default Title``."""


class ShopColumns(Options):
    """Our fields, and what the platform calls them."""

    name: Columns
    """What the product is called."""
    description: Columns
    """Its text."""
    id: Columns = ()
    """What identifies a product.  Without one, the name does, with a number where it comes again."""
    group: Columns = ()
    """What products share that are variants of one another, each with texts of its own."""
    parent: Columns = ()
    """What the row of a variant has of its product's id."""
    short_description: Columns = ()
    """A shorter text, which stands in for a description that is empty."""
    brand: Columns = ()
    """The brand, or else the maker."""
    category: Columns = ()
    """Where the shop shows it."""
    type: Columns = ()
    """The platform's type of product."""
    tags: Columns = ()
    """The shop's tags."""
    sku: Columns = ()
    """What orders call it."""
    gtin: Columns = ()
    """Its bar code: EAN, UPC, ISBN."""
    mpn: Columns = ()
    """The maker's number."""
    price: Columns = ()
    """What it costs."""
    surcharge: Columns = ()
    """What a variant costs more than its product."""
    currency: Columns = ()
    """What the price is in."""
    images: Columns = ()
    """Addresses of its pictures."""
    product_highlight: Columns = ()
    """Bullet points."""
    seo_title: Columns = ()
    """The title for search engines."""
    seo_description: Columns = ()
    """The text for search engines."""


class Separators(Options):
    """What parts the items of a list within one cell; None: there is one item."""

    sku: str | None = None
    """Parts several SKUs."""
    category: str | None = None
    """Parts several categories."""
    path: str | None = None
    """Parts the levels of one category, the uppermost first."""
    tags: str | None = ","
    """Parts tags."""
    images: str | None = ","
    """Parts the addresses of pictures."""


class Rows(Options):
    """Which rows are no product's own, by what one of their cells says; ``""`` is an empty cell."""

    variant: dict[str, Columns] = Field(default_factory=dict)
    """Column -> the values that make a row a variant of the product above it."""
    ignored: dict[str, Columns] = Field(default_factory=dict)
    """Column -> the values that make a row none of our concern: an image, an example."""


class Platform(Options):
    """How a platform's export is laid out."""

    summary: str
    """What the file is, in a few words."""
    signs: tuple[tuple[str, ...], ...] = ()
    """Lists of columns, each of which gives the file away."""
    columns: ShopColumns
    """Our field -> the platform's columns."""
    layout: Literal["row", "shared_id", "following", "parent"] = "row"
    """``row``: every row is a product.  ``shared_id``: each row is a variant or an image of a product; its rows stand
    together and have its id, which may be empty, as the name then is, after the first.  ``following``: a product's
    variants follow its row.  ``parent``: a variant names its product, which may stand anywhere in the file."""
    rows: Rows = Rows()
    """Which rows are no product's own."""
    states: dict[str, States] = Field(default_factory=dict)
    """Column -> what its cells say of a product's state: ``active`` is published.  ``true`` and ``false`` stand for
    all spellings of yes and no.  A product is active whose cell is empty; another word is a state of its own."""
    options: Properties = Properties()
    """Where the options stand in which a product's variants differ."""
    attributes: Properties = Properties()
    """Where a product's attributes stand."""
    separators: Separators = Separators()
    """What parts the items of a list within one cell."""
    category: Literal["deepest", "last"] = "deepest"
    """Which one it is, of several."""
    text: Literal["html", "plain"] = "html"
    """What a description is: in plain text, line breaks stand."""
    unread: tuple[str, ...] = ()
    """Columns that are known to say nothing of the product itself: stock, taxes, shipping.  Others that nothing reads
    are named in the data report."""


def load_platform(path: Path) -> Platform:
    """Read a platform's file; raises UsageError that says file and key, and what to write instead."""
    try:
        text = path.read_text("utf-8-sig")
        if len(text) > LARGEST:
            raise UsageError(f"{path}: a platform's table has at most {LARGEST:,} characters, this file {len(text):,}.")
        return Platform.model_validate(yaml.load(text, _LOADER))  # noqa: S506 - it is a safe one
    except FileNotFoundError:
        others = (file.name for file in path.parent.glob("*.y*ml")) if path.parent.is_dir() else ()
        raise UsageError(f"there is no file {path}.{did_you_mean(path.name, others)}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: the platform's table can't be read: {error}.") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise UsageError(f"{path}: this is no YAML: {error}") from error
    except ValidationError as error:
        raise UsageError("\n".join(f"{path}: {_fault(problem)}" for problem in error.errors())) from None


def _fault(problem: Any) -> str:
    """Return one of pydantic's findings for people."""
    place = ".".join(map(str, problem["loc"])) or "the file"
    if problem["type"] == "missing":
        return f"{place}: this key is needed and missing."
    if problem["type"] == "extra_forbidden":
        return f"{place}: unknown key.{did_you_mean(str(problem['loc'][-1]), _keys_at(problem['loc'][:-1]))}"
    return f"{place}: {problem['msg'].removeprefix('Value error, ')}; found {str(problem['input'])[:60]!r}."


def _keys_at(place: tuple[str | int, ...]) -> list[str]:
    model: type[Options] = Platform
    for key in place:
        annotation = model.model_fields[key].annotation if key in model.model_fields else None
        parts = (annotation, *getattr(annotation, "__args__", ()))
        model = next((part for part in parts if isinstance(part, type) and issubclass(part, Options)), model)
    return list(model.model_fields)
