"""The baseline that any model has to beat: a sentence filled with the facts."""

from shoptune.data import Example

__all__ = ["template"]


def template(example: Example) -> str:
    """State every fact but the category, and nothing else.

    "The Tarn 27 Backpack by Fellfoot, made of waxed cotton in moss green. Capacity 27 L, weight 1140 g."
    """
    facts = {name: value for name, value in example.facts.items() if name != "category"}
    opening = f"The {facts.pop('name', 'product')}"
    if brand := facts.pop("brand", ""):
        opening += f" by {brand}"
    made = [f"{word} {facts.pop(name)}" for name, word in (("material", "made of"), ("color", "in")) if name in facts]
    if made:
        opening += f", {' '.join(made)}"
    rest = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in facts.items())
    return f"{opening}. {rest[:1].upper()}{rest[1:]}." if rest else f"{opening}."
