"""Answers that follow a JSON Schema, on a tiny random model, which left alone writes no JSON at all."""

import json
import string
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examined
from hypothesis import strategies as st
from jsonschema import validate

from shoptune.components import GenerationSettings, ModelFiles
from shoptune.data import Message, Prediction
from shoptune.errors import StepError
from shoptune_transformers.session import TransformersSession, open_session
from tests.smollm2 import needs_smollm2

GREEDY = GenerationSettings(max_new_tokens=100)
Schema = Mapping[str, Any]


def attributes(*names: str, required: bool = True) -> Schema:
    return {
        "type": "object",
        "properties": {name: {"type": "string", "maxLength": 6} for name in names},
        "required": list(names) if required else [],
        "additionalProperties": False,
    }


LAMP = attributes("color", 'cord "length"', "größe")
SIZES: Schema = {"type": "array", "items": {"enum": ["S", "M", "one size"]}, "minItems": 1, "maxItems": 3}
TEXTS = ["a lamp", "a blue linen scarf of 180 cm", "x", "an oak table for six", "wool", "a steel bottle, 0.5 l"]
PROMPTS: list[tuple[Message, ...]] = [({"role": "user", "content": text},) for text in TEXTS]
MIXED: list[Schema] = [LAMP, {}, SIZES, LAMP, {}, attributes("a", "b", required=False)]


def open_model(folder: Path, batch_tokens: int = 10_000) -> Any:
    settings = {"dtype": "float32", "device": "cpu", "batch_tokens": batch_tokens}
    return open_session(ModelFiles(folder=folder, settings=settings))


@pytest.fixture(scope="module")
def session(saved_model: Path) -> Iterator[TransformersSession]:
    with open_model(saved_model) as opened:
        yield opened


def answers(
    session: TransformersSession,
    schemas: Sequence[Schema],
    settings: GenerationSettings = GREEDY,
    done: Collection[int] = (),
) -> dict[int, Prediction]:
    """All predictions, timings aside."""
    batches = session.generate(PROMPTS, settings, schemas=schemas, done=done)
    return {i: replace(prediction, seconds=0.0) for batch in batches for i, prediction in batch}


def follows(answer: Prediction, schema: Schema) -> bool:
    """Say whether an answer has ended, is valid, and has its properties in the schema's order."""
    value = json.loads(answer.text)
    validate(value, schema)
    in_order = not isinstance(value, dict) or list(value) == [name for name in schema["properties"] if name in value]
    return in_order and answer.finish == "stop"


# --- what is written -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("penalty", [1.0, 1.5])
@pytest.mark.parametrize("temperature", [0.0, 1.0, 3.0])
def test_every_answer_follows_its_schema(session: TransformersSession, temperature: float, penalty: float) -> None:
    settings = replace(GREEDY, temperature=temperature, repetition_penalty=penalty)
    written = answers(session, MIXED, settings)
    assert sorted(written) == list(range(len(PROMPTS)))
    for index, answer in written.items():
        assert not MIXED[index] or follows(answer, MIXED[index])


NAMES = st.text(string.ascii_letters + ' "\\/ä€', min_size=1, max_size=6)
SCALARS = st.one_of(
    st.just({"type": "boolean"}),
    st.just({"type": "null"}),
    st.builds(lambda n: {"type": "string", "maxLength": n}, st.integers(0, 8)),
    st.builds(lambda n: {"type": "integer", "minimum": -n, "maximum": n}, st.integers(0, 5000)),
    st.builds(lambda values: {"enum": values}, st.lists(NAMES, min_size=1, max_size=4, unique=True)),
)
VALUES = st.one_of(SCALARS, st.builds(lambda items: {"type": "array", "items": items, "maxItems": 3}, SCALARS))


@st.composite
def objects(draw: st.DrawFn) -> Schema:
    properties = draw(st.dictionaries(NAMES, VALUES, max_size=4))
    required = [name for name in properties if draw(st.booleans())]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


@given(st.lists(objects(), min_size=len(PROMPTS), max_size=len(PROMPTS)), st.sampled_from([0.0, 1.0]))
@examined(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_schemas_in_one_batch(session: TransformersSession, schemas: list[Schema], temperature: float) -> None:
    settings = replace(GREEDY, max_new_tokens=250, temperature=temperature)
    for index, answer in answers(session, schemas, settings).items():
        assert follows(answer, schemas[index])


def test_the_most_likely_of_the_tokens_allowed_is_written(session: TransformersSession) -> None:
    """Against a loop without cache or batch that asks llguidance about every token."""
    import torch
    from llguidance import LLMatcher
    from llguidance.hf import from_tokenizer

    tokenizer: Any = session.tokenizer
    tokens = from_tokenizer(tokenizer, eos_token=list(session.ends))
    grammar = LLMatcher.grammar_from_json_schema(json.dumps(LAMP), overrides={"whitespace_flexible": False})
    for index, answer in answers(session, [LAMP] * len(PROMPTS)).items():
        ids: list[int] = tokenizer(session._render(PROMPTS[index]), add_special_tokens=False).input_ids
        new: list[int] = []
        matcher = LLMatcher(tokens, grammar)
        while not matcher.is_accepting():
            with torch.inference_mode():
                logits = session.model(torch.tensor([ids + new])).logits[0, -1]
            allowed = [token for token in range(len(logits)) if matcher.validate_tokens([token])]
            new.append(max(allowed, key=logits.tolist().__getitem__))
            assert matcher.consume_token(new[-1])
        assert answer.text == tokenizer.decode(new)
        assert answer.completion_tokens == len(new)


def test_any_end_token_may_end_a_whole_answer_and_none_another(session: TransformersSession) -> None:
    import torch

    constraint = session._schemas.constraint([SIZES])
    scores = torch.zeros(1, len(session.tokenizer))
    for token in session.tokenizer('["M"]', add_special_tokens=False).input_ids:
        assert not constraint.allowed([0], scores)[0, list(session.ends)].any()
        constraint.go_on([0], [token])
    for end in session.ends:
        assert constraint.allowed([0], scores)[0].nonzero().flatten().tolist() == sorted(session.ends)
        constraint.go_on([0], [end])  # as `generate` fills up answers that ended


def test_an_answer_that_is_cut_off_says_so(session: TransformersSession) -> None:
    short = answers(session, [LAMP] * len(PROMPTS), replace(GREEDY, max_new_tokens=20))
    whole = answers(session, [LAMP] * len(PROMPTS))
    assert {answer.finish for answer in short.values()} == {"length"}
    assert all(whole[index].text.startswith(short[index].text) for index in whole)


# --- what it does not change -----------------------------------------------------------------------------------------


def test_an_empty_schema_allows_any_text(session: TransformersSession) -> None:
    mixed, free = answers(session, MIXED), answers(session, ())
    for index, schema in enumerate(MIXED):
        assert (mixed[index] == free[index]) == (not schema)
    assert answers(session, [{}] * len(PROMPTS)) == free


@pytest.mark.parametrize("batch_tokens", [1, 400])
def test_batch_size_does_not_change_answers(session: TransformersSession, saved_model: Path, batch_tokens: int) -> None:
    with open_model(saved_model, batch_tokens) as other:
        assert answers(other, MIXED) == answers(session, MIXED)


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_resumed_run_gives_the_same_answers(saved_model: Path, temperature: float) -> None:
    settings = replace(GREEDY, temperature=temperature)
    with open_model(saved_model, 400) as opened:
        whole = answers(opened, MIXED, settings)
        for done in ({0, 3, 4}, {1, 2}):
            rest = answers(opened, MIXED, settings, done=done)
            assert rest == {index: answer for index, answer in whole.items() if index not in done}


def test_a_batch_is_halved_with_its_schemas(session: TransformersSession, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = answers(session, MIXED)
    run = TransformersSession._run

    def small(self: TransformersSession, asked: Any, settings: GenerationSettings) -> list[Prediction]:
        if len(asked) > 2:
            raise MemoryError
        return run(self, asked, settings)

    monkeypatch.setattr(TransformersSession, "_run", small)
    assert answers(session, MIXED) == whole


# --- other models ----------------------------------------------------------------------------------------------------


def test_a_model_that_scores_more_tokens_than_its_tokenizer_has(session: TransformersSession) -> None:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    small: Any = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    wide = replace(session, model=_bare(LlamaForCausalLM(LlamaConfig(**small, vocab_size=len(session.tokenizer) + 77))))
    settings = replace(GREEDY, temperature=1.0)
    free = answers(wide, (), settings)
    for index, answer in answers(wide, MIXED, settings).items():
        assert follows(answer, MIXED[index]) if MIXED[index] else answer == free[index]


@pytest.mark.parametrize("penalty", [1.0, 1.5])
def test_transformers_own_generate_writes_the_same(
    session: TransformersSession, monkeypatch: pytest.MonkeyPatch, penalty: float
) -> None:
    from shoptune_transformers import decoding

    settings = replace(GREEDY, repetition_penalty=penalty)
    ours = answers(session, MIXED, settings)
    monkeypatch.setattr(decoding, "can_decode", lambda *_: False)
    assert answers(session, MIXED, settings) == ours
    for index, answer in answers(session, MIXED, replace(settings, temperature=1.0)).items():
        assert not MIXED[index] or follows(answer, MIXED[index])


def test_an_encoder_decoder(session: TransformersSession) -> None:
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    torch.manual_seed(0)
    small: Any = {"d_model": 32, "d_kv": 16, "d_ff": 32, "num_layers": 2, "num_heads": 2}
    model = T5ForConditionalGeneration(T5Config(**small, vocab_size=len(session.tokenizer)))
    model.config.decoder_start_token_id = session.ends[0]
    for index, answer in answers(replace(session, model=_bare(model)), MIXED).items():
        assert not MIXED[index] or follows(answer, MIXED[index])


@pytest.mark.slow
@needs_smollm2
def test_smollm2_writes_json() -> None:
    from shoptune_transformers.backend import BACKEND

    model = BACKEND.resolve("smollm2-135m-instruct", Path(), BACKEND.options())
    assert BACKEND.fetch is not None
    with BACKEND.open(BACKEND.fetch(model, lambda *_: None)) as session:
        prompts = [[Message(role="user", content=f"Attributes as JSON: {text}")] for text in TEXTS[:3]]
        schemas = [attributes("material", "color")] * 3
        for batch in session.generate(prompts, replace(GREEDY, max_new_tokens=64), schemas=schemas):
            for index, answer in batch:
                assert follows(answer, schemas[index])


# --- what can't be done ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"type": "object", "properties": {"a": {"type": "strin"}}}, "Invalid type: strin"),
        ({"not": {"type": "string"}}, "Unimplemented keys"),
        ({"type": "integer", "minimum": 5, "maximum": 1}, "Unsatisfiable schema"),
    ],
)
def test_a_schema_that_can_not_be_followed_is_refused(
    session: TransformersSession, schema: Schema, reason: str
) -> None:
    with pytest.raises(StepError, match=f"constrained to the schema {{.*: {reason}"):
        answers(session, [*MIXED[1:], schema])


def _unigram(characters: str, decoder: Any) -> Any:
    """A tokenizer of single characters, as sentencepiece makes them."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    special = ["<pad>", "</s>", "<unk>"]
    tokenizer = Tokenizer(models.Unigram([(token, -3.0) for token in [*special, *characters]], unk_id=2))
    tokenizer.add_special_tokens(special)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoder
    names = {"eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names)  # type: ignore[no-untyped-call]


def test_a_tokenizer_that_can_not_be_read_is_refused() -> None:
    from tokenizers import decoders

    from shoptune_transformers.constraint import Schemas

    with pytest.raises(StepError, match=r"can't read its tokenizer .*decoder.*Leave `constrain` out"):
        Schemas(_unigram('ab"{}:,', decoders.Metaspace()), ends=[0, 1], width=10)


def test_a_tokenizer_without_braces_is_told() -> None:
    """T5's has none: not before the answer begins does it show that no token can begin it."""
    import torch
    from tokenizers import decoders

    from shoptune_transformers.constraint import Schemas

    decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    constraint = Schemas(_unigram('ab":,', decoder), ends=[0, 1], width=8).constraint([attributes("a")])
    scores = torch.zeros(1, 8)
    with pytest.raises(StepError, match=r"can't produce output that satisfies the JSON Schema.* got '\{'"):
        constraint.go_on([0], [int(constraint.allowed([0], scores)[0].nonzero()[0])])


def _bare(model: Any) -> Any:
    """The model as a session would have it: without settings of its own for generation."""
    from transformers import GenerationConfig

    model.generation_config = GenerationConfig()  # type: ignore[no-untyped-call]
    return model.eval()
