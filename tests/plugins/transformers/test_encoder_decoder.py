"""A model with an encoder and a decoder answers and scores as one computed prompt by prompt, without batches."""

import random
import shutil
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import GenerationSettings, ModelFiles
from shoptune.data import Message, Prediction
from shoptune.errors import StepError, UsageError
from shoptune.testing.methods import say_nothing
from shoptune_transformers import encoder_decoder
from shoptune_transformers.backend import BACKEND
from shoptune_transformers.counting import count_tokens
from shoptune_transformers.loading import chat_template_of, is_encoder_decoder, load, load_tokenizer
from shoptune_transformers.session import TransformersSession, open_session
from tests.tiny_t5 import make_t5

GREEDY = GenerationSettings(max_new_tokens=10)
TEXTS = ["a lamp", "a blue scarf for a calm home", "a mug", "Describe a red vase. Describe a clock.", "home", "a bowl"]
PROMPTS: list[tuple[Message, ...]] = [({"role": "user", "content": text},) for text in TEXTS]
CHOICES = [
    ("red", "a calm home", "", "amber vase for a home ."),
    ("a",),
    ("blue lamp", "blue"),
    ("red", "a calm home"),
    ("green chair", "mug"),
    ("basket", "basket for home", "b"),
]


@pytest.fixture(scope="module")
def t5(tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    return make_t5(tmp_path_factory.mktemp("t5"))


@pytest.fixture(scope="module")
def session(t5: ModelFiles) -> Iterator[TransformersSession]:
    with open_session(t5) as opened:
        yield opened


@pytest.fixture(scope="module")
def adapter(t5: ModelFiles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random adapter that changes what the tiny model answers."""
    import torch
    from peft import LoraConfig, get_peft_model

    folder = tmp_path_factory.mktemp("adapter")
    torch.manual_seed(1)
    lora = LoraConfig(task_type="SEQ_2_SEQ_LM", r=4, target_modules="all-linear", init_lora_weights=False)
    get_peft_model(load(t5)[0], lora).save_pretrained(str(folder))
    return folder


def with_settings(files: ModelFiles, **settings: Any) -> ModelFiles:
    return replace(files, settings={**files.settings, **settings})


def answers(
    session: TransformersSession, settings: GenerationSettings = GREEDY, done: Collection[int] = ()
) -> dict[int, Prediction]:
    batches = session.generate(PROMPTS, settings, done=done)
    return {i: replace(p, seconds=0.0) for batch in batches for i, p in batch}


def choose(session: TransformersSession, done: Collection[int] = (), **given: Any) -> dict[int, Prediction]:
    batches = session.choose(PROMPTS, CHOICES, done=done, **given)
    return {i: replace(p, seconds=0.0) for batch in batches for i, p in batch}


def flat(predictions: dict[int, Prediction]) -> list[float]:
    return [log for i in sorted(predictions) for log in predictions[i].choice_log_probabilities]


def next_logits(model: Any, prompt: str, tokenizer: Any, said: Sequence[int]) -> Any:
    """The logits behind each of the decoder's tokens, by a full pass over one prompt as T5's tokenizer reads it."""
    import torch

    with torch.inference_mode():
        return model(input_ids=tokenizer(prompt, return_tensors="pt").input_ids, decoder_input_ids=torch.tensor([said]))


def naive_score(session: TransformersSession, prompt: str, choice: str) -> float:
    """The sum of a choice's log-probabilities, token by token."""
    total = 0.0
    ids = session.tokenizer(choice, add_special_tokens=False).input_ids
    for place, token in enumerate(ids):
        logits = next_logits(session.model, prompt, session.tokenizer, [0, *ids[:place]]).logits[0, -1]
        total += float(logits.log_softmax(-1)[token])
    return total


def test_answers_are_those_of_a_plain_loop(session: TransformersSession) -> None:
    for index, answer in answers(session).items():
        said: list[int] = []
        while len(said) < GREEDY.max_new_tokens:
            token = int(next_logits(session.model, TEXTS[index], session.tokenizer, [0, *said]).logits[0, -1].argmax())
            if token in session.ends:
                break
            said.append(token)
        assert answer.text == str(session.tokenizer.decode(said, skip_special_tokens=True)).strip()
        assert answer.completion_tokens == len(said)
        assert answer.finish == ("length" if len(said) == GREEDY.max_new_tokens else "stop")
        assert answer.prompt_tokens == len(session.tokenizer(TEXTS[index]).input_ids)


def test_prompts_are_answered_differently(session: TransformersSession) -> None:
    assert len({answer.text for answer in answers(session).values()}) >= 4


@pytest.mark.parametrize("batch_tokens", [1, 60, 10_000])
def test_batch_size_changes_neither_answers_nor_scores(
    batch_tokens: int, t5: ModelFiles, session: TransformersSession
) -> None:
    with open_session(with_settings(t5, batch_tokens=batch_tokens)) as other:
        assert answers(other) == answers(session)
        assert flat(choose(other)) == pytest.approx(flat(choose(session)), abs=1e-4)


def test_an_answer_ends_at_a_stop_string(session: TransformersSession) -> None:
    whole = answers(session)
    index = next(i for i, answer in whole.items() if len(answer.text) > 6)
    mark = whole[index].text[3:5]
    cut = answers(session, replace(GREEDY, stop=(mark,)))[index]
    assert cut.text == whole[index].text.partition(mark)[0].strip()
    assert cut.finish == "stop"


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_resumed_run_gives_the_same_answers_and_scores(t5: ModelFiles, temperature: float) -> None:
    settings = replace(GREEDY, temperature=temperature)
    with open_session(with_settings(t5, batch_tokens=60)) as session:
        whole, scores = answers(session, settings), choose(session, priors=True)
        for done in ({0}, {1, 3}, {0, 2, 4, 5}, set(range(len(PROMPTS)))):
            rest = {i: answer for i, answer in whole.items() if i not in done}
            assert answers(session, settings, done) == rest
            assert choose(session, done, priors=True) == {i: of for i, of in scores.items() if i not in done}


def test_scores_are_those_of_one_pass_per_token(session: TransformersSession) -> None:
    for index, prediction in choose(session).items():
        expected = [naive_score(session, TEXTS[index], choice) for choice in CHOICES[index]]
        assert prediction.choice_log_probabilities == pytest.approx(expected, abs=1e-4)
        assert prediction.choice_tokens == tuple(
            len(session.tokenizer(choice, add_special_tokens=False).input_ids) for choice in CHOICES[index]
        )
        assert prediction.finish == "choice"
        assert prediction.prompt_tokens == len(session.tokenizer(TEXTS[index]).input_ids)


def test_priors_follow_a_prompt_that_says_nothing(session: TransformersSession) -> None:
    for index, prediction in choose(session, priors=True).items():
        expected = [naive_score(session, "", choice) for choice in CHOICES[index]]
        assert prediction.choice_priors == pytest.approx(expected, abs=1e-4)


def test_many_choices_of_one_prompt(session: TransformersSession) -> None:
    words = ("red", "blue", "vase", "lamp", "home", "a", "calm")
    draw = random.Random(0)
    choices = tuple(" ".join(draw.choices(words, k=draw.randint(1, 6))) for _ in range(80))
    ((_, prediction),) = next(session.choose(PROMPTS[:1], [choices]))
    expected = [naive_score(session, TEXTS[0], choice) for choice in choices]
    assert prediction.choice_log_probabilities == pytest.approx(expected, abs=1e-4)


def test_each_prompt_is_encoded_once(session: TransformersSession, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = session.model.get_encoder()
    rows: list[int] = []
    forward = encoder.forward

    def counting(*args: Any, **given: Any) -> Any:
        rows.append(len(given["input_ids"]))
        return forward(*args, **given)

    monkeypatch.setattr(encoder, "forward", counting)
    list(session.choose([*PROMPTS, *PROMPTS], [*CHOICES, *CHOICES]))
    assert sum(rows) == len(PROMPTS)


def test_memory_that_runs_out_halves_the_batch(session: TransformersSession, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    scores = encoder_decoder._scores
    whole = choose(session)

    def limited(*given: Any) -> Any:
        if len(given[-1]) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return scores(*given)

    monkeypatch.setattr(encoder_decoder, "_scores", limited)
    assert flat(choose(session)) == pytest.approx(flat(whole), abs=1e-4)


def test_bfloat16_is_close(t5: ModelFiles, session: TransformersSession) -> None:
    with open_session(with_settings(t5, dtype="bfloat16")) as other:
        assert other.info["dtype"] == "bfloat16"
        assert flat(choose(other)) == pytest.approx(flat(choose(session)), rel=0.2, abs=0.5)
        assert len(answers(other)) == len(PROMPTS)


def test_an_adapter_is_merged(t5: ModelFiles, adapter: Path, session: TransformersSession) -> None:
    with_adapter = replace(t5, adapter=adapter)
    model, tokenizer = load(with_adapter)
    assert type(model).__name__ == "PeftModelForSeq2SeqLM"
    beside = TransformersSession(
        model=model, tokenizer=tokenizer, template="plain words", batch_tokens=100, stop=(), ends=(0, 1), info={}
    )
    with open_session(with_adapter) as merged:
        assert flat(choose(merged)) == pytest.approx(flat(choose(beside)), abs=1e-3)
        assert flat(choose(merged)) != pytest.approx(flat(choose(session)), abs=0.1)


def test_soft_prompts_are_refused(t5: ModelFiles, tmp_path: Path) -> None:
    from peft import PrefixTuningConfig, get_peft_model

    prompts = PrefixTuningConfig(task_type="SEQ_2_SEQ_LM", num_virtual_tokens=3)
    get_peft_model(load(t5)[0], prompts).save_pretrained(str(tmp_path))
    with pytest.raises(UsageError, match="soft prompts"), open_session(replace(t5, adapter=tmp_path)):
        pass


TURNS = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Describe a lamp.\n"},
    {"role": "assistant", "content": " It shines."},
]


@pytest.mark.parametrize(
    ("template", "name", "prompt"),
    [(None, "plain words", "Be brief.\n\nDescribe a lamp.</s>"), ("none", "none", "Be brief.Describe a lamp.\n</s>")],
)
def test_a_t5_is_asked_with_plain_words(t5: ModelFiles, template: str | None, name: str, prompt: str) -> None:
    files = with_settings(t5, chat_template=template)
    tokenizer = load_tokenizer(files)
    assert chat_template_of(tokenizer, files) == name
    assert tokenizer.apply_chat_template(TURNS[:2], tokenize=False, add_generation_prompt=True) == prompt
    whole = tokenizer.apply_chat_template(TURNS, add_generation_prompt=False, return_dict=False)
    words = prompt.removesuffix("</s>")
    assert whole == tokenizer(words).input_ids + tokenizer("It shines.").input_ids


def test_earlier_answers_are_words_among_others(t5: ModelFiles) -> None:
    turns = [*TURNS[1:], {"role": "user", "content": "And a mug?"}]
    prompt = load_tokenizer(t5).apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    assert prompt == "Describe a lamp.\n\nIt shines.\n\nAnd a mug?</s>"


def test_info_says_how_it_was_asked(session: TransformersSession) -> None:
    assert session.info["chat_template"] == "plain words"
    assert session.stop == ()


def test_the_files_of_the_hub_and_of_save_pretrained_are_one_model(t5: ModelFiles, tmp_path: Path) -> None:
    """The first has the tokenizer as sentencepiece, the second as JSON; in both the head is a matrix of its own."""
    model, tokenizer = load(t5)
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    assert not model.lm_head.weight.equal(model.shared.weight)
    assert (t5.folder / "spiece.model").is_file()
    assert (tmp_path / "tokenizer.json").is_file()
    again = replace(t5, folder=tmp_path)
    with open_session(t5) as one, open_session(again) as other:
        assert answers(one) == answers(other)
        assert choose(one) == choose(other)
    assert count_tokens(t5, TEXTS) == count_tokens(again, TEXTS)


def test_an_encoder_decoder_is_found_like_any_model(t5: ModelFiles, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(t5.folder, tmp_path / "t5"))
    options = BACKEND.options(dtype="float32", device="cpu")
    located = BACKEND.resolve("./t5", tmp_path, options)
    assert BACKEND.fetch is not None
    files = BACKEND.fetch(located, say_nothing)
    assert is_encoder_decoder(files)
    tokenizer = folder / "spiece.model"
    tokenizer.write_bytes(tokenizer.read_bytes() + b"\0")
    assert BACKEND.resolve("./t5", tmp_path, options).identity != located.identity


def test_a_causal_model_has_no_encoder(saved_model: Path) -> None:
    assert not is_encoder_decoder(ModelFiles(folder=saved_model))


def test_a_model_that_does_not_say_what_answers_begin_with(t5: ModelFiles, tmp_path: Path) -> None:
    model, tokenizer = load(t5)
    model.config.decoder_start_token_id = None
    with pytest.raises(UsageError, match="decoder_start_token_id"):
        encoder_decoder.decoder_start(model, tokenizer)


@pytest.fixture(scope="module")
def bart(tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    """A random BART: its tokenizer puts BOS in front of a text, and a position has a weight of its own."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import BartConfig, BartForConditionalGeneration, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("bart")
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    alphabet = [*special, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    raw = Tokenizer(models.BPE(vocab={token: place for place, token in enumerate(alphabet)}, merges=[]))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    raw.add_special_tokens(special)
    raw.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    named: Any = {"bos_token": "<s>", "pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
    PreTrainedTokenizerFast(tokenizer_object=raw, **named).save_pretrained(folder)  # type: ignore[no-untyped-call]
    torch.manual_seed(0)
    config = BartConfig(
        vocab_size=len(alphabet),
        d_model=32,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        max_position_embeddings=64,
        init_std=0.6,
        bos_token_id=0,
        pad_token_id=1,
        eos_token_id=2,
        decoder_start_token_id=2,
    )
    BartForConditionalGeneration(config).save_pretrained(folder)
    return ModelFiles(folder=folder, settings={"dtype": "float32", "device": "cpu"})


def test_bart_begins_its_answers_with_bos(bart: ModelFiles) -> None:
    import torch

    with open_session(bart) as session:
        predictions, written = choose(session), answers(session)
        for index, prediction in predictions.items():
            prompt = session.tokenizer(TEXTS[index], return_tensors="pt").input_ids
            assert prompt[0, 0] == 0
            expected = []
            for choice in CHOICES[index]:
                ids = session.tokenizer(choice, add_special_tokens=False).input_ids
                with torch.inference_mode():
                    logits = session.model(input_ids=prompt, decoder_input_ids=torch.tensor([[2, 0, *ids]])).logits[0]
                logs = logits.log_softmax(-1)
                expected.append(sum(float(logs[1 + place, token]) for place, token in enumerate(ids)))
            assert prediction.choice_log_probabilities == pytest.approx(expected, abs=1e-4)
    with open_session(with_settings(bart, batch_tokens=1)) as one_by_one:
        assert answers(one_by_one) == written


def test_encoder_and_decoder_have_a_context_each(bart: ModelFiles) -> None:
    long = [({"role": "user", "content": "x" * 50},)]
    longer = [({"role": "user", "content": "x" * 70},)]
    with open_session(bart) as session:
        ((_, answer),) = next(session.generate(long, replace(GREEDY, max_new_tokens=60)))  # type: ignore[arg-type]
        assert answer.prompt_tokens == 52
        with pytest.raises(StepError, match="do not fit"):
            next(session.generate(longer, GREEDY))  # type: ignore[arg-type]
        with pytest.raises(StepError, match="do not fit"):
            next(session.choose(longer, [("a",)]))  # type: ignore[arg-type]
