"""What steps ask of a model backend, held against what the backend says of itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from shoptune.components import (
    AnyBackend,
    ChoosingSession,
    Model,
    ModelSession,
    Progress,
    RemoteIdentity,
    RemoteModel,
    ResolvedModel,
)
from shoptune.data import Example
from shoptune.errors import PluginError, StepError

__all__ = ["able_to_choose", "fetched", "opened", "refuse_unable"]


def fetched(backend: AnyBackend, resolved: ResolvedModel, progress: Progress) -> Model:
    """Return the model as `backend` opens it; raises PluginError where it has neither files nor a remote name."""
    if backend.fetch is not None:
        return backend.fetch(resolved, progress)
    if not isinstance(resolved.identity, RemoteIdentity):
        raise PluginError(
            f"the model backend {backend.name!r} fetches no files, and gives {resolved.name!r} no RemoteIdentity. "
            "Tell its author."
        )
    return RemoteModel(identity=resolved.identity, settings=resolved.settings)


def refuse_unable(backend: AnyBackend, examples: Sequence[Example], step: str) -> None:
    """Raise StepError where the backend can't answer one of the examples: what a task makes is known only now."""
    written = [e.id for e in examples if not e.choices]
    if written and "write" not in backend.abilities:
        raise StepError(
            f"{step}: the backend {backend.name!r} can't write, and {len(written)} examples have no choices: "
            f"{written[:5]}"
        )
    chosen = [e.id for e in examples if e.choices]
    if chosen and "choose" not in backend.abilities:
        raise StepError(
            f"{step}: the backend {backend.name!r} can't choose, and {len(chosen)} examples have choices: {chosen[:5]}"
        )


@contextmanager
def opened(backend: AnyBackend, model: Model) -> Iterator[ModelSession]:
    """Open the model; raises PluginError where the session can't do what the backend says."""
    with backend.open(model) as session:
        if "choose" in backend.abilities and not isinstance(session, ChoosingSession):
            raise PluginError(
                f"the model backend {backend.name!r} says that it can choose, and its session has no method `choose`. "
                "Tell its author."
            )
        yield session


def able_to_choose(session: ModelSession) -> ChoosingSession:
    """Return the session of a backend that can ``choose`` as what `opened` made sure that it is."""
    if not isinstance(session, ChoosingSession):
        raise StepError("the backend can't tell how probable given texts are; take one that can `choose`")
    return session
