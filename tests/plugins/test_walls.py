"""What is private or fragile in the model libraries is used in the plugins' `_compat` alone.

Private is a name with an underscore, a module that is not a library's front door, and what is assigned to a library's
own things.  Fragile are the names in `FRAGILE`: they have no underscore, but no library promises them.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIBRARIES = {
    *("accelerate", "datasets", "huggingface_hub", "llguidance", "peft", "sacrebleu", "safetensors", "tokenizers"),
    *("torch", "transformers", "trl"),
}
FRONT_DOORS = LIBRARIES | {
    *("huggingface_hub.errors", "huggingface_hub.utils", "llguidance.hf", "llguidance.numpy"),
    *("sacrebleu.metrics", "torch.nn", "torch.nn.functional", "transformers.utils"),
}
"""Modules whose names the libraries document."""
FRAGILE = {
    *("DynamicLayer", "DynamicSlidingWindowLayer", "FusedCausalLMOutput", "LengthGroupedSampler"),
    *("active_peft_config", "fused_lm_head", "log_probs", "log_sum_sq_probs", "peft_config"),
    *("inspect", "prepare_inputs_for_generation", "HF_HUB_DISABLE_TELEMETRY"),
}
ASSIGNED = {"__class__", "forward", "use_weighting"}
"""Attributes of the libraries' objects that work when they are assigned, and are not made for it."""
MODULES = [
    path
    for package in ("shoptune_text", "shoptune_transformers", "shoptune_trl")
    for path in sorted((ROOT / "plugins" / package).rglob("*.py"))
    if "_compat" not in path.relative_to(ROOT).parts
]


def is_private(name: str) -> bool:
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__"))


def violations(source: str) -> list[str]:
    """Return, line by line, what a module outside of a wall should not do."""
    tree = ast.parse(source)
    imported = {
        alias.asname or alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if (getattr(node, "module", None) or alias.name).partition(".")[0] in LIBRARIES
    }
    own = {
        node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        or (
            isinstance(node, ast.Attribute | ast.Name)
            and isinstance(node.ctx, ast.Store)
            and (isinstance(node, ast.Name) or (isinstance(node.value, ast.Name) and node.value.id == "self"))
        )
    }
    return sorted(
        f"{getattr(node, 'lineno', 0)}: {what}" for node in ast.walk(tree) for what in _faults(node, imported, own)
    )


def _faults(node: ast.AST, imported: set[str], own: set[str]) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (n.name for n in names if n.name.partition(".")[0] in LIBRARIES and n.name not in FRONT_DOORS)
            yield from (n.name for n in names if n.name in FRAGILE)
        case ast.ImportFrom(module=str(module), names=names) if module.partition(".")[0] in LIBRARIES:
            if module not in FRONT_DOORS:
                yield module
            yield from (n.name for n in names if is_private(n.name) or n.name in FRAGILE)
        case ast.Attribute(attr=attr) if is_private(attr) and attr not in own:
            yield attr
        case ast.Attribute(value=ast.Name("torch"), attr="ops"):
            yield "torch.ops"
        case ast.Attribute(attr=attr) if attr in FRAGILE:
            yield attr
        case ast.Constant(value=str(text)) if text in FRAGILE or (text.isidentifier() and is_private(text)):
            yield text
        case ast.ClassDef(bases=bases, body=body) if any(_root(base) in imported for base in bases):
            parents = [_root(base) for base in bases]
            yield from (f"{node.name} of {parent}" for parent in parents if parent.endswith("Cache"))
            if any(parent.endswith("Trainer") for parent in parents):
                methods = [definition.name for definition in body if isinstance(definition, ast.FunctionDef)]
                yield from (f"{node.name}.{name}" for name in methods if is_private(name))
        case ast.Attribute(attr=attr, ctx=ast.Store()) if attr in ASSIGNED or _root(node) in imported:
            yield f"{attr} ="


def _root(node: ast.AST) -> str:
    """Return the name that a chain of attributes begins with."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nothing_private_outside_of_the_wall(path: Path) -> None:
    found = violations(path.read_text("utf-8"))
    assert not found, f"{path.relative_to(ROOT)}, line {', '.join(found)}: put it into the plugin's _compat, with why"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def f(model): return model.config._attn_implementation", "_attn_implementation"),
        ("from transformers.cache_utils import Cache", "transformers.cache_utils"),
        ("import trl.trainer.utils", "trl.trainer.utils"),
        ("from trl import _compat", "_compat"),
        ("import torch\ntorch.ops.mkldnn.reorder", "torch.ops"),
        ("def f(model): return getattr(model, '_keep_in_fp32_modules_strict', None)", "_keep_in_fp32_modules_strict"),
        ("def f(model): return model.peft_config['default']", "peft_config"),
        ("from huggingface_hub import constants\nconstants.HF_HUB_OFFLINE = True", "HF_HUB_OFFLINE ="),
        ("def f(layer, kind): layer.__class__ = kind", "__class__ ="),
        ("def f(model, forward): model.forward = forward", "forward ="),
        ("from trl import SFTTrainer\nclass T(SFTTrainer):\n  def _prepare_dataset(self): ...", "T._prepare_dataset"),
        ("from transformers import DynamicCache\nclass C(DynamicCache): ...", "C of DynamicCache"),
        ("def f(trainer): trainer.use_weighting = True", "use_weighting ="),
        ("import inspect", "inspect"),
    ],
)
def test_a_planted_violation_is_found(source: str, found: str) -> None:
    assert [line.partition(": ")[2] for line in violations(source)] == [found]


def test_our_own_private_names_and_public_ones_of_the_libraries_are_fine() -> None:
    assert not violations(
        "from transformers import LogitsProcessor\n"
        "class Allowed(LogitsProcessor):\n"
        "    def __init__(self, begin): self._begin = begin\n"
        "    def __call__(self, ids): return self._begin + _half(ids)\n"
        "def _half(ids): return ids / 2\n"
        "def f(model, trainer): model.generation_config = None; trainer.args.remove_unused_columns = False\n"
    )


def test_every_wall_says_what_it_relies_on() -> None:
    """Each function and class that a wall offers has a docstring, as each of its modules has."""
    walls = list((ROOT / "plugins").rglob("_compat/*.py"))
    assert len(walls) > 5
    for path in walls:
        tree = ast.parse(path.read_text("utf-8"))
        assert ast.get_docstring(tree), path
        offered = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef) and not is_private(n.name)]
        assert all(ast.get_docstring(node) for node in offered), path
