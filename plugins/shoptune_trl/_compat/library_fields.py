"""The field names of TRL's and peft's configuration classes, as installed, without importing them.

Importing `trl` takes seconds and brings torch; checking an experiment file must not.  So the names are read off the
installed source, which keeps them right for whatever version there is.  The public way is to import the classes and ask
`dataclasses.fields`.  When a class or file moves, checking an experiment file raises a `PluginError` that says so.
"""

import ast
import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from shoptune.errors import PluginError

__all__ = ["SOURCES", "field_names"]

_TRAINING_ARGUMENTS = (
    ("trl", "trainer/base_config.py", "_BaseConfig"),
    ("transformers", "training_args.py", "TrainingArguments"),
)

SOURCES = {
    "SFTConfig": (("trl", "trainer/sft_config.py", "SFTConfig"), *_TRAINING_ARGUMENTS),
    "DPOConfig": (("trl", "trainer/dpo_config.py", "DPOConfig"), *_TRAINING_ARGUMENTS),
    "LoraConfig": (
        ("peft", "tuners/lora/config.py", "LoraConfig"),
        ("peft", "config.py", "PeftConfig"),
        ("peft", "config.py", "PeftConfigMixin"),
    ),
}
"""Configuration class -> itself and its bases as (package, file in the package, class)."""


@cache
def field_names(config: str) -> frozenset[str]:
    """Return the names of all dataclass fields of `config`, a key of `SOURCES`.

    Raises:
        PluginError: The installed library has no such class where it used to be.

    """
    return frozenset(name for source in SOURCES[config] for name in _annotated_names(*source))


def _annotated_names(package: str, file: str, class_name: str) -> Iterator[str]:
    """Yield the annotated names in the body of a class: a dataclass's own fields."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise PluginError(f"shoptune_trl needs the package {package!r}, which is not installed.")
    path = Path(spec.submodule_search_locations[0], file)
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([], [])
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == class_name:
            for statement in node.body:
                if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                    yield statement.target.id
            return
    raise PluginError(f"{path} has no class {class_name}: this version of {package} is not known to shoptune_trl.")
