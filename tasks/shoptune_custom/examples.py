"""Records become examples: what the tasks of this package have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from shoptune.data import Dropped, Example, Invalid, Note, Record, Tables, prompt_of
from shoptune.errors import UsageError, did_you_mean
from shoptune.formatting import format_value
from shoptune_custom.options import CustomOptions
from shoptune_labels.fields import refuse_unknown_fields

if TYPE_CHECKING:
    from shoptune_custom.templates import FieldTemplate

__all__ = ["make_examples", "texts_of"]

Read = Callable[[str, Example], str | Invalid]
"""Reads a target as an answer is read."""


def make_examples(
    tables: Tables,
    options: CustomOptions,
    read: Read,
    *,
    facts: tuple[str, ...] = (),
    complete: Callable[[Example], Example] = lambda example: example,
) -> Iterator[Example | Dropped | Note]:
    """Yield one example per record for which both templates give a text, then how many prompts hold theirs.

    Args:
        tables: The shop's tables.
        options: The templates, and more.
        read: Makes the reference of the target.
        facts: The fields that a text may state.
        complete: Adds to an example without a reference what `read` needs: its choices, its schema.

    Raises:
        UsageError: There is no such table, or no row has one of the fields.

    """
    from shoptune_custom.templates import compile_template  # brings jinja2, which a plan without these tasks spares

    table = _table(tables, options.table)
    prompt, target = compile_template(options.prompt), compile_template(options.target)
    refuse_unknown_fields(table, (*prompt.fields, *target.fields, *options.slices, *facts))
    counts: Counter[str] = Counter()
    for record in table:
        made = _example(record, options, (prompt, target), read, complete=complete, facts=facts)
        yield made
        if isinstance(made, Example) and not made.choices:  # a prompt may well name the choices
            shown = made.messages[-1]["content"].casefold()
            counts.update({"examples": 1, "prompts that hold their answer": made.references[0].casefold() in shown})
    if counts:
        yield Note(topic="answers", figures=dict(counts))


def _table(tables: Tables, name: str | None) -> Iterable[Record]:
    if name is None:
        if len(tables) > 1:
            raise UsageError(f"there are several tables ({', '.join(sorted(tables))}); say which with `table`")
        return next(iter(tables.values()))
    if name not in tables:
        raise UsageError(f"there is no table {name!r}.{did_you_mean(name, tables)}")
    return tables[name]


def _example(
    record: Record,
    options: CustomOptions,
    templates: tuple[FieldTemplate, FieldTemplate],
    read: Read,
    *,
    complete: Callable[[Example], Example],
    facts: tuple[str, ...],
) -> Example | Dropped:
    from shoptune_custom.language import TemplateFault

    filled: list[str] = []
    for what, template in zip(("prompt", "target"), templates, strict=True):
        try:
            filled.append(template.fill(record.fields))
        except TemplateFault as fault:
            return Dropped(origin=record.origin, reason=f"the {what} can't be filled in", detail=str(fault))
        if not filled[-1]:
            return Dropped(origin=record.origin, reason=f"the {what} is empty")
    fields = dict.fromkeys(name for template in templates for name in template.fields)
    example = complete(
        Example(
            id=record.id,
            messages=prompt_of(options.instruction, filled[0]),
            group=record.group,
            slices={name: text for name in options.slices if (text := format_value(record.fields.get(name)))},
            facts=texts_of(record, facts),
            content="\n".join(texts_of(record, fields).values()),
            date=str(record.fields.get("created_at") or ""),
            origin=record.origin,
        )
    )
    reference = read(filled[1], example)
    if isinstance(reference, Invalid):
        detail = f"{reference.reason}: {filled[1][:80]!r}"
        return Dropped(origin=record.origin, reason="the target is no valid answer", detail=detail)
    return replace(example, references=(reference,))


def texts_of(record: Record, names: Iterable[str]) -> dict[str, str]:
    """Return name -> text of those of the fields that have one; of a mapping, what is in it.

    >>> record = Record(id="1", group="1", origin="", fields={"name": "Mug", "attributes": {"color": "red"}})
    >>> texts_of(record, ["name", "attributes", "brand"])
    {'name': 'Mug', 'color': 'red'}
    """
    found: dict[str, str] = {}
    for name in names:
        value = record.fields.get(name)
        cells = value if isinstance(value, Mapping) else {name: value}
        found |= {str(inner): text for inner, cell in cells.items() if (text := format_value(cell))}
    return found
