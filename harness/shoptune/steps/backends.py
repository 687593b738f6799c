"""What steps ask of a model backend, held against what the backend says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from shoptune.components import (
    ChoosingSession,
    Model,
    ModelBackend,
    ModelSession,
    Progress,
    RemoteIdentity,
    RemoteModel,
    ResolvedModel,
)
from shoptune.errors import PluginError, StepError

__all__ = ["able_to_choose", "fetched", "opened"]


def fetched(backend: ModelBackend[Any], resolved: ResolvedModel, progress: Progress) -> Model:
    """Return the model as `backend` opens it; raises PluginError where it has neither files nor a remote name."""
    if backend.fetch is not None:
        return backend.fetch(resolved, progress)
    if not isinstance(resolved.identity, RemoteIdentity):
        raise PluginError(
            f"the model backend {backend.name!r} fetches no files, and gives {resolved.name!r} no RemoteIdentity. "
            "Tell its author."
        )
    return RemoteModel(identity=resolved.identity, settings=resolved.settings)


@contextmanager
def opened(backend: ModelBackend[Any], model: Model) -> Iterator[ModelSession]:
    """Open the model; raises PluginError where the session can't do what the backend says."""
    with backend.open(model) as session:
        if "choose" in backend.abilities and not isinstance(session, ChoosingSession):
            raise PluginError(
                f"the model backend {backend.name!r} says that it can choose, and its session has no method `choose`. "
                "Tell its author."
            )
        yield session


def able_to_choose(session: ModelSession) -> ChoosingSession:
    """Return the session as one that scores given texts; raises StepError where it can't."""
    if not isinstance(session, ChoosingSession):
        raise StepError("the backend can't tell how probable given texts are; take one that can `choose`")
    return session
