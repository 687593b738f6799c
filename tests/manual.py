"""Makes the manual's reference of the frame's own source: ``python -m tests.manual`` writes it anew.

Read as source and not imported, because what an attribute means stands in the text behind it.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.packaging.project import ROOT, package_folders

__all__ = ["MANUAL", "REFERENCE", "blocks", "reference", "users"]

CORE = ROOT / "harness/shoptune"
MANUAL = CORE / "manual"
REFERENCE = MANUAL / "hooks.md"

HEAD = """\
# Reference of hooks and components

<!-- Made by `python -m tests.manual` from hookspecs, components, deferred, data and training_rows: change those. -->

New here? [The guide](guide.md) builds a plugin step by step. What may change, and how: [the policy](policy.md).
"""

PARTS = {
    "hookspecs.py": "Hooks",
    "components.py": "What hooks return",
    "deferred.py": "What stands for a component",
    "data.py": "What flows between them",
    "training_rows.py": "Kinds of training rows",
}


def blocks(document: Path) -> list[tuple[str, str, str]]:
    """Return (language, file name or "", content) of each fenced block in a document, in order."""
    return re.findall(r"^```(\w+) ?(\S*)\n(.*?)^```$", document.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def users() -> dict[str, list[str]]:
    """Return hook -> who implements it: the project's own plugins, then the plugins that the manual builds."""
    sources = {f"`{name}`": (folder / "plugin.py") for name, folder in package_folders().items()}
    texts = {name: path.read_text("utf-8") for name, path in sources.items() if path.exists()}
    guide = MANUAL / "guide.md"
    texts["[the guide's plugin](guide.md)"] = "".join(
        text for language, _, text in blocks(guide) if language == "python"
    )
    texts["[the manual's plugin for presidio](personal_data.md)"] = "".join(
        text for language, _, text in blocks(MANUAL / "personal_data.md") if language == "python"
    )
    found: dict[str, list[str]] = {}
    for name, text in texts.items():
        for hook in dict.fromkeys(re.findall(r"^@hookimpl\b.*\ndef (\w+)", text, re.MULTILINE)):
            found.setdefault(hook, []).append(name)
    return found


def reference() -> str:
    """Return the reference as Markdown."""
    sources = {file: (CORE / file).read_text("utf-8") for file in PARTS}
    text = "".join(_part(PARTS[file], source) for file, source in sources.items())
    known = set(re.findall(r"^#### (\w+)$", text, re.MULTILINE))
    return HEAD + re.sub(r"`(?:shoptune\.\w+\.)?(\w+)`(?!\])", partial(_link, known=known), text)


def _link(match: re.Match[str], known: set[str]) -> str:
    name = match[1]
    return f"[`{name}`](#{name.lower()})" if name in known else match[0]


def _part(title: str, source: str) -> str:
    """Render one module: its docstring, then what `__all__` offers, under the headings that its comments give."""
    tree = ast.parse(source)
    headings = {
        number: heading[1].capitalize()
        for number, line in enumerate(source.splitlines(), start=1)
        if (heading := re.match(r"# --- (.+?) -{3,}$", line))
    }
    offered = _offered(tree)
    written = [f"\n## {title}\n\n{_prose(ast.get_docstring(tree))}\n"]
    last = 0
    for node, following in zip(tree.body, [*tree.body[1:], None], strict=True):
        written += [f"\n### {text}\n" for number, text in headings.items() if last < number < node.lineno]
        last = node.lineno
        if isinstance(node, ast.FunctionDef) and _is_hook(node):
            written.append(_hook(node))
        elif isinstance(node, ast.ClassDef) and node.name in offered:
            written.append(_class(node))
        elif (name := _assigned(node)) in offered and (name or "_")[0].isupper():
            written.append(f"\n#### {name}\n\n```python\n{ast.get_source_segment(source, node)}\n```\n")
            written += [f"\n{_prose(meaning)}\n"] if (meaning := _text_of(following)) else []
    return "".join(written)


def _offered(tree: ast.Module) -> set[str]:
    """Return what the module's ``__all__`` names."""
    (names,) = [n.value for n in tree.body if isinstance(n, ast.Assign) and _assigned(n) == "__all__"]
    return set(ast.literal_eval(names))


def _hook(node: ast.FunctionDef) -> str:
    meaning, by = _prose(ast.get_docstring(node)), ", ".join(users().get(node.name, ["nobody"]))
    return f"\n#### {node.name}\n\n```python\n{_signature(node)}\n```\n\n{meaning}\n\nUsed by {by}.\n"


def _class(node: ast.ClassDef) -> str:
    return f"\n#### {node.name}\n\n{_prose(ast.get_docstring(node))}\n{''.join(_members(node))}"


def _members(node: ast.ClassDef) -> Iterator[str]:
    """Yield a list item per field, property and method."""
    yield "\n"
    for member, following in zip(node.body, [*node.body[1:], None], strict=True):
        if isinstance(member, ast.AnnAssign):
            yield _item(ast.unparse(member), _text_of(following))
        elif isinstance(member, ast.FunctionDef) and (member.name == "__call__" or not member.name.startswith("_")):
            is_property = any(ast.unparse(decorator) == "property" for decorator in member.decorator_list)
            name = (
                f"{member.name}: {ast.unparse(member.returns)}"
                if is_property and member.returns
                else _signature(member)
            )
            yield _item(name, ast.get_docstring(member))


def _item(code: str, meaning: str | None) -> str:
    first, *more = _prose(meaning).splitlines() or [""]
    return f"- `{code}`" + (f": {first}" if first else "") + "".join(f"\n  {line}".rstrip(" ") for line in more) + "\n"


def _is_hook(node: ast.FunctionDef) -> bool:
    return any(ast.unparse(decorator).startswith("hookspec") for decorator in node.decorator_list)


def _assigned(node: ast.stmt) -> str | None:
    return node.targets[0].id if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) else None


def _signature(node: ast.FunctionDef) -> str:
    """Return ``name(argument: type) -> result``, without ``self``."""
    arguments = ast.unparse(node.args).removeprefix("self").removeprefix(", ")
    return f"{node.name}({arguments})" + (f" -> {ast.unparse(node.returns)}" if node.returns else "")


def _text_of(node: ast.stmt | None) -> str | None:
    """Return the text that stands behind an attribute and says what it means."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return inspect.cleandoc(node.value.value)
    return None


def _prose(text: str | None) -> str:
    """Return a docstring as Markdown: its highlights for code and for what follows are those of reStructuredText."""
    return re.sub(r"::$", ":", re.sub(r"``(.+?)``", r"`\1`", (text or "").strip()), flags=re.MULTILINE).replace(
        ".  ", ". "
    )


if __name__ == "__main__":
    REFERENCE.write_text(reference(), "utf-8")
