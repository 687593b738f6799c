"""How checks are run, and what they find."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from pydantic import BaseModel, ValidationError

from shoptune.errors import ShoptuneError

__all__ = ["Check", "ContractError", "Finding", "NotCheckedError", "examine", "insist", "options_of", "require"]

MaterialT = TypeVar("MaterialT")

Check = Callable[[MaterialT], None]
"""Looks at a component and its material; its name says in words what holds if it returns.  Raises `ContractError`
where that does not hold, `NotCheckedError` where it can't tell."""


class ContractError(AssertionError):
    """A component breaks its contract; the message says how, with what, and what the contract is."""


class NotCheckedError(Exception):
    """The material does not suffice for a check; the message says what would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found."""

    kind: str
    """What the component is: ``task``, ``metric``, ``tuning method``, ``data adapter``, ..."""
    name: str
    check: str
    """What was looked at, in words: ``ids are unique``."""
    outcome: Literal["passed", "failed", "not checked"]
    message: str = ""
    """What is wrong, or what a check lacked; empty where it passed."""

    def __str__(self) -> str:
        what = f": {self.message}" if self.message else ""
        return f"{self.kind} {self.name!r}: {self.check}: {self.outcome}{what}"


def examine(kind: str, name: str, checks: Iterable[Check[MaterialT]], material: MaterialT) -> list[Finding]:
    """Run every check on `material`, whatever the others find; a component that raises has failed the check."""
    return [_finding(kind, name, check, material) for check in checks]


def insist(findings: Sequence[Finding]) -> None:
    """Raise one `ContractError` that lists all that failed, if anything did, or if nothing could be checked."""
    failed = [f for f in findings if f.outcome == "failed"]
    if not failed and not any(f.outcome == "passed" for f in findings):
        failed = list(findings)
    if failed:
        found = "".join(f"\n- {f.check}: {f.message}" for f in failed)
        raise ContractError(f"the {failed[0].kind} {failed[0].name!r} breaks its contract:{found}")


def require(holds: object, message: str) -> None:
    """Raise `ContractError` with the message unless it holds."""
    if not holds:
        raise ContractError(message)


def options_of(model: type[BaseModel], given: BaseModel | None) -> BaseModel:
    """Return the options, or the defaults where none are given; raises `NotCheckedError` where there are none."""
    if given is not None:
        return given
    try:
        return model()
    except ValidationError as error:
        needed = ", ".join(".".join(map(str, problem["loc"])) for problem in error.errors())
        raise NotCheckedError(f"its options have no defaults: call the check with options ({needed})") from None


def _finding(kind: str, name: str, check: Check[MaterialT], material: MaterialT) -> Finding:
    words = check.__name__.strip("_").replace("_", " ")
    outcome: Literal["passed", "failed", "not checked"] = "failed"
    try:
        check(material)
    except NotCheckedError as error:
        outcome, message = "not checked", str(error)
    except (ContractError, ShoptuneError) as error:
        message = str(error)
    except Exception as error:
        message = f"raised {type(error).__name__}: {error}"
    else:
        outcome, message = "passed", ""
    return Finding(kind=kind, name=name, check=words, outcome=outcome, message=message)
