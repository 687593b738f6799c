import json
import subprocess
import sys
from pathlib import Path

import pytest

from shoptune.components import ModelFiles
from shoptune.errors import UsageError
from shoptune.testing import tiny_model
from shoptune_transformers.backend import BACKEND
from shoptune_transformers.counting import count_tokens
from shoptune_transformers.loading import load_tokenizer

TEXTS = ["", "A red vase for a calm home.", " crème brûlée\n\n", "<|im_end|> in a text", "丝绸围巾", "vase " * 400]


def test_bytes_are_tokens_of_the_byte_tokenizer(saved_model: Path) -> None:
    assert BACKEND.count_tokens is not None
    assert BACKEND.count_tokens(ModelFiles(folder=saved_model), ["", "vase", "été"]) == [0, 4, 5]
    assert count_tokens(ModelFiles(folder=saved_model), []) == []


def test_counts_are_those_of_the_tokenizer_that_the_model_uses(tmp_path: Path) -> None:
    files = tiny_model(tmp_path)
    tokenizer = load_tokenizer(files)
    assert count_tokens(files, TEXTS) == [len(tokenizer(t, add_special_tokens=False).input_ids) for t in TEXTS]


def test_truncation_and_padding_saved_with_a_tokenizer_do_not_count(model_folder: Path) -> None:
    path = model_folder / "tokenizer.json"
    settings = json.loads(path.read_text("utf-8"))
    settings["truncation"] = {"direction": "Right", "max_length": 5, "strategy": "LongestFirst", "stride": 0}
    settings["padding"] = {
        "strategy": {"Fixed": 8},
        "direction": "Right",
        "pad_to_multiple_of": None,
        "pad_id": 3,
        "pad_type_id": 0,
        "pad_token": "<|pad|>",
    }
    path.write_text(json.dumps(settings), "utf-8")
    assert count_tokens(ModelFiles(folder=model_folder), ["vase", "a red vase"]) == [4, 10]


def test_special_tokens_are_not_added(model_folder: Path) -> None:
    from tokenizers import Tokenizer, processors

    path = str(model_folder / "tokenizer.json")
    tokenizer = Tokenizer.from_file(path)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<|im_start|> $A <|im_end|>", special_tokens=[("<|im_start|>", 1), ("<|im_end|>", 2)]
    )
    tokenizer.save(path)
    assert len(Tokenizer.from_file(path).encode("vase")) == 6
    assert count_tokens(ModelFiles(folder=model_folder), ["vase"]) == [4]


def test_a_tokenizer_in_another_form_is_converted(model_folder: Path) -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model_folder / "tokenizer.json"))
    tokenizer.model.save(str(model_folder))
    (model_folder / "tokenizer.json").unlink()
    (model_folder / "tokenizer_config.json").write_text('{"tokenizer_class": "GPT2Tokenizer"}', "utf-8")
    assert count_tokens(ModelFiles(folder=model_folder), ["vase", "a red vase"]) == [4, 10]


@pytest.mark.parametrize("content", ["", "{}", "[1"])
def test_a_tokenizer_that_can_not_be_read_is_an_error_that_names_the_file(content: str, model_folder: Path) -> None:
    (model_folder / "tokenizer.json").write_text(content, "utf-8")
    with pytest.raises(UsageError, match=r"tokenizer\.json: the tokenizer can't be read: "):
        count_tokens(ModelFiles(folder=model_folder), ["vase"])


def test_neither_torch_nor_transformers_is_imported(saved_model: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from shoptune.components import ModelFiles\n"
        "from shoptune_transformers.backend import BACKEND\n"
        f"assert BACKEND.count_tokens(ModelFiles(folder=Path({str(saved_model)!r})), ['vase'] * 1000) == [4] * 1000\n"
        "print(*sorted({'torch', 'transformers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
