"""How well attribute values are read from product text."""

__all__ = ["METRICS"]

METRICS = (
    "attribute_f1",
    "attribute_macro_f1",
    "attribute_precision",
    "attribute_recall",
    "invented_attributes",
    "unseen_values",
    "exact_objects",
)
"""What a task that asks for attributes is measured by."""
