"""Reading YAML as people write it, and finding the line of a key."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from shoptune.errors import UsageError

__all__ = ["YamlFile", "read_yaml"]


MAX_BYTES = 2**20
"""How long an experiment file may be."""
MAX_VALUES = 100_000
"""How many values it may stand for, when each alias is what it names."""


class _Loader(yaml.SafeLoader):
    """Safe YAML in which ``1e-4`` is a number and a key can't be given twice."""

    def compose_mapping_node(self, anchor: dict[Any, yaml.Node]) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        seen: dict[str, int] = {}
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                line = key.start_mark.line + 1
                if key.value in seen:
                    raise yaml.composer.ComposerError(
                        None, None, f"{key.value!r} stands here again, first on line {seen[key.value]}", key.start_mark
                    )
                seen[key.value] = line
        return node


# YAML 1.1, which PyYAML reads, wants a dot and a signed exponent and takes 1e-4 for text; YAML 1.2 does not.
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?[eE][-+]?[0-9]+|\.[0-9]+[eE][-+]?[0-9]+)$"),
    list("-+0123456789."),
)


class YamlFile:
    """A YAML file: its content, which nothing has checked yet (hence `Any`), and where each key stands."""

    def __init__(self, path: Path, content: Any, root: yaml.Node | None) -> None:
        self.path = path
        self.content = content
        self._root = root

    def where(self, keys: Sequence[str | int]) -> str:
        """Return ``experiment.yaml:12`` for the key (or the nearest one above it that is there)."""
        node, line = self._root, 1
        for key in keys:
            found = _child(node, key)
            if found is None:
                break
            line, node = found
        return f"{self.path.name}:{line}"


def read_yaml(path: Path) -> YamlFile:
    """Read the file; raises UsageError that says what is wrong with it and where."""
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise UsageError(f"{path} is a pipe or a device; write the experiment to a file")
        with path.open("rb") as file:
            text = _limited(path, file.read(MAX_BYTES + 1)).decode("utf-8-sig")
    except FileNotFoundError:
        others = sorted(p.name for p in path.parent.glob("*.y*ml")) if path.parent.is_dir() else []
        near = f" In {path.parent} there are: {', '.join(others)}." if others else ""
        raise UsageError(f"there is no file {path}.{near}") from None
    except IsADirectoryError:
        raise UsageError(f"{path} is a folder; name the experiment file in it") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8") from None
    except OSError as error:
        raise UsageError(f"can't read {path}: {error.strerror}") from None
    try:
        content, root = _parse(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UsageError(f"{path.name}:{line}: {error.problem}") from None
    except RecursionError:
        raise UsageError(f"{path}: it has too many brackets, lists or mappings within one another") from None
    except (yaml.YAMLError, ValueError) as error:  # a character that YAML forbids; a date that there isn't
        raise UsageError(f"{path}: {error}") from None
    if not isinstance(content, Mapping):
        raise UsageError(
            f"{path} is empty or no mapping of keys to values; an experiment starts with `name: ...`, and "
            f"`shoptune init {path.name}` makes one of a shop's file"
        )
    return YamlFile(path, content, root)


def _parse(text: str) -> tuple[Any, yaml.Node | None]:
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        if root is not None:
            _refuse_too_many(root)
        return (loader.construct_document(root) if root is not None else None), root
    finally:
        loader.dispose()


def _limited(path: Path, content: bytes) -> bytes:
    if len(content) > MAX_BYTES:
        raise UsageError(f"{path} is longer than {MAX_BYTES // 2**20} MiB, as no experiment is; is it a data file?")
    return content


def _refuse_too_many(root: yaml.Node) -> None:
    """Refuse aliases that stand for very much, or for themselves: ten lines of them can stand for a billion values."""
    sizes: dict[int, int] = {}

    def size(node: yaml.Node) -> int:
        found = sizes.get(id(node))
        if found is not None:
            return found
        sizes[id(node)] = MAX_VALUES + 1  # if it is met again before it is known: an alias within what it names
        children = [part for pair in node.value for part in pair] if isinstance(node, yaml.MappingNode) else node.value
        inner = sum(map(size, children)) if isinstance(node, yaml.CollectionNode) else 0
        sizes[id(node)] = 1 + inner
        if inner > MAX_VALUES:
            raise yaml.composer.ComposerError(
                None, None, f"this stands for more than {MAX_VALUES:,} values; use fewer aliases", node.start_mark
            )
        return sizes[id(node)]

    size(root)


def _child(node: yaml.Node | None, key: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key_node, value in node.value:
            if key_node.value == str(key):
                return key_node.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        value = node.value[key]
        return value.start_mark.line + 1, value
    return None
