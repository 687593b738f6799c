"""Gates by name: what a test case or a metric of a gate is called in every build."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from shoptune.comparison import GateVerdict

__all__ = ["asks", "named_gates"]


def asks(gate: GateVerdict) -> str:
    """Say what a gate asks: ``rouge_l of sft must be better (category: Lamps)``, or perhaps ``(worst category)``."""
    must = gate.must.replace("_", " ")
    if gate.must == "be_recommended":
        return f"{gate.candidate} must {must}"
    if gate.value is not None:
        must = f"be {must} {gate.value:g}"
    elif gate.margin:
        must = f"{must} by more than {gate.margin:g}"
    where = f"{gate.slice.by}: {gate.slice.value}" if gate.slice else ""
    if gate.worst:
        where = f"worst {gate.worst_by or 'slice'}"  # whichever it was
    return f"{gate.metric} of {gate.candidate} must {must}" + (f" ({where})" if where else "")


def named_gates(gates: Iterable[GateVerdict]) -> list[tuple[str, GateVerdict]]:
    """Return each gate with a name that no other one has, and that does not change with what the gate saw.

    A CI server knows a test case again by its name.  Gates that ask the same are numbered: ``description: rouge_l of
    sft must be better (2)``.
    """
    seen: Counter[str] = Counter()
    named = []
    for gate in gates:
        name = f"{gate.task}: {asks(gate)}"
        seen[name] += 1
        named.append((name if seen[name] == 1 else f"{name} ({seen[name]})", gate))
    return named
