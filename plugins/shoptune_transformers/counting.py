"""Counts a model's tokens, without the model and without torch."""

from __future__ import annotations

from collections.abc import Sequence

from shoptune.components import ModelFiles
from shoptune.errors import UsageError

__all__ = ["count_tokens"]


def count_tokens(files: ModelFiles, texts: Sequence[str]) -> list[int]:
    """Return how many tokens each text has for this model, without special tokens.

    Almost every model comes with a ``tokenizer.json``, which needs nothing but the tokenizers library.  For another
    one transformers converts what there is, and brings torch, whose import takes seconds.

    Raises:
        UsageError: The folder holds no tokenizer that can be read.

    """
    path = files.folder / "tokenizer.json"
    if not path.is_file():
        from shoptune_transformers.loading import load_tokenizer
        from shoptune_transformers.quiet import quiet

        with quiet():
            tokenizer = load_tokenizer(files)
            return [len(tokenizer(text, add_special_tokens=False).input_ids) for text in texts]

    from tokenizers import Tokenizer

    try:
        fast = Tokenizer.from_file(str(path))
    except Exception as error:  # the library has no class of its own
        raise UsageError(f"{path}: the tokenizer can't be read: {error}") from error
    fast.no_truncation()
    fast.no_padding()
    return [len(encoding) for encoding in fast.encode_batch_fast(list(texts), add_special_tokens=False)]
