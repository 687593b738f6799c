"""The Hugging Face hub and its local cache.

A model on the hub is fingerprinted before its weights are downloaded: the hub knows the SHA-256 of every large file,
and the small ones are fetched and hashed.  So a first run, which downloads, and a later one, which finds the files in
the cache, agree on what the model is.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import TYPE_CHECKING, Any

from shoptune.components import Progress
from shoptune.errors import StepError, UsageError
from shoptune_transformers.disk_cache import sha256_of
from shoptune_transformers.folders import CODE_PATTERN, MODEL_PATTERNS, check_folder, model_files
from shoptune_transformers.resolved_files import ResolvedFiles, contents_of_folder

if TYPE_CHECKING:
    from huggingface_hub import ModelInfo

__all__ = ["download", "find_in_cache", "find_on_hub", "is_hub_location"]

PREFIX = "hub:"
PATIENCE_SECONDS = 3.0
"""How long the hub may take to answer at all; a machine without network must not wait for retries."""


def find_in_cache(name: str, *, trust_remote_code: bool) -> ResolvedFiles | str:
    """Look for ``org/name`` in the Hugging Face cache; return why not where it isn't there, or is incomplete."""
    try:
        folder = _snapshot(name, trust_remote_code=trust_remote_code, local_files_only=True)
        check_folder(folder)
    except (OSError, ValueError):  # the client's errors for what isn't there, and for what is no name
        return "it isn't there"
    except UsageError:
        return "it is there in part only"
    return ResolvedFiles(
        contents=contents_of_folder(folder, trust_remote_code=trust_remote_code),
        source=_source(name, folder.name),
        location=str(folder),
    )


def find_on_hub(name: str, *, trust_remote_code: bool) -> ResolvedFiles | str:
    """Look for ``org/name`` on the hub; return why not where it isn't there, or the hub can't be reached quickly."""
    from huggingface_hub import is_offline_mode

    if is_offline_mode():
        return "not asked, since HF_HUB_OFFLINE is set"
    try:
        info = _model_info(name)
        wanted = model_files((s.rfilename for s in info.siblings or ()), trust_remote_code=trust_remote_code)
        if not any(file.endswith(".safetensors") for file in wanted):
            return "it is there, but without safetensors weights, and pickles are not loaded"
        contents = _contents(info, wanted)
    except Exception as error:  # the network stack has many
        return _why_not(error)
    return ResolvedFiles(contents=contents, source=_source(name, str(info.sha)), location=f"{PREFIX}{name}@{info.sha}")


def is_hub_location(location: str) -> bool:
    """Say whether `find_on_hub` gave this location, and `download` can fetch it."""
    return location.startswith(PREFIX)


def download(location: str, progress: Progress, *, trust_remote_code: bool) -> Path:
    """Download what `find_on_hub` found into the Hugging Face cache and return its folder.

    Raises:
        StepError: The download failed, or the model changed since it was found.

    """
    name, _, commit = location.removeprefix(PREFIX).rpartition("@")
    try:
        folder = _snapshot(name, trust_remote_code=trust_remote_code, tqdm_class=_bar(progress))
    except Exception as error:  # the network stack's, or a full disk
        raise StepError(
            f"{name}: the download from the Hugging Face hub failed: {_in_a_line(error)}. Run again to go on."
        ) from error
    if folder.name != commit:
        raise StepError(f"{name}: the model was changed on the Hugging Face hub a moment ago. Run again.")
    return folder


def _snapshot(name: str, *, trust_remote_code: bool, **how: Any) -> Path:
    """Return the folder of a model in the Hugging Face cache; fetch what decides answers, never a pickle."""
    from huggingface_hub import HfApi

    patterns = [*MODEL_PATTERNS, CODE_PATTERN] if trust_remote_code else [*MODEL_PATTERNS]
    # No revision is named, so that the cache also learns what "main" is, and finds it without network.
    return Path(HfApi().snapshot_download(name, allow_patterns=patterns, ignore_patterns=["*/*"], **how))


def _contents(info: ModelInfo, wanted: Sequence[str]) -> dict[str, str]:
    """Return name -> SHA-256 of the wanted files, large ones as the hub says, small ones downloaded and hashed."""
    from huggingface_hub import HfApi
    from huggingface_hub.utils import disable_progress_bars, logging

    disable_progress_bars()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # every retry is logged otherwise
    large = {sibling.rfilename: sibling.lfs for sibling in info.siblings or ()}
    return {
        name: lfs.sha256 if (lfs := large[name]) else sha256_of(Path(HfApi().hf_hub_download(info.id, name)))
        for name in wanted
    }


def _model_info(name: str) -> ModelInfo:
    """Ask the hub about a model, and give up after `PATIENCE_SECONDS`, even where a name server hangs."""
    from huggingface_hub import HfApi

    answers: Queue[ModelInfo | Exception] = Queue()

    def ask() -> None:
        try:
            answers.put(HfApi().model_info(name, files_metadata=True, timeout=PATIENCE_SECONDS))
        except Exception as error:  # raised again below, in the caller's thread
            answers.put(error)

    Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=PATIENCE_SECONDS)
    except Empty:
        raise TimeoutError(f"no answer within {PATIENCE_SECONDS:.0f} s") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _why_not(error: Exception) -> str:
    """Say what the hub's refusal, or its silence, means."""
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError

    match error:
        case GatedRepoError():
            return "it is gated: ask for access on its page there, and set HF_TOKEN"
        case RepositoryNotFoundError():
            return "there is no such model, or it is private and HF_TOKEN is not set"
        case HfHubHTTPError():
            return f"it answered: {_in_a_line(error)}"
        case _:
            return f"it can't be reached ({_in_a_line(error)})"


def _in_a_line(error: Exception) -> str:
    """Return the error's text, which the network stack spreads over lines, or its name where it has none."""
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__


def _source(name: str, commit: str) -> str:
    """Say where the model is from, the same whether it was just downloaded or not."""
    return f"Hugging Face hub, {name} at {commit[:12]}"


def _bar(progress: Progress) -> type[Any]:
    """Return a progress bar for the hub's client that draws nothing and tells `progress` how many bytes came."""
    from huggingface_hub.utils import tqdm

    class Bar(tqdm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self.in_bytes = kwargs.get("unit") == "B"
            self.received = 0.0
            super().__init__(*args, **{**kwargs, "disable": True})  # type: ignore[no-untyped-call]

        def update(self, n: float | None = 1) -> bool | None:
            if self.in_bytes:
                self.received += n or 0
                progress(self.received, max(self.total or 0, self.received), "B", "download")
            return None

    return Bar
