"""The weights of examples and pairs, held against gradients computed without TRL."""

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import ModelFiles, TuningReport
from shoptune.data import Example, PreferencePair
from shoptune.errors import DataError, UsageError
from shoptune.testing import make_job, sample_pairs
from shoptune_transformers.quiet import quiet
from shoptune_trl import dpo as dpo_module
from shoptune_trl import sft as sft_module
from shoptune_trl.options import DPOOptions, SFTOptions
from tests.tiny import examples, tensors

WEIGHTS = (0.25, 3.0, 1.0, 0.5)

OTHER_LOSSES = (
    "apo_down",
    "apo_zero",
    "bco_pair",
    "discopop",
    "exo_pair",
    "ipo",
    "nca_pair",
    "robust",
    "sigmoid_norm",
    "sppo_hard",
)

Gradient = Mapping[str, Any]


def weighted(n: int, weights: Sequence[float] = WEIGHTS) -> list[Example]:
    return [dataclasses.replace(e, weight=weights[i % len(weights)]) for i, e in enumerate(examples(n))]


def weighted_pairs(n: int, weights: Sequence[float] = WEIGHTS) -> list[PreferencePair]:
    return [dataclasses.replace(p, weight=weights[i % len(weights)]) for i, p in enumerate(sample_pairs(n))]


def trainer_of(module: Any, job: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run `job` up to the first step and return its trainer, whose model is then one that has been trained a little."""
    import torch

    seen = []

    def stop(trainer: Any, *_: Any) -> None:
        seen.append(trainer)
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "report_on", stop)
    with pytest.raises(KeyboardInterrupt):
        module.tune(job)
    torch.manual_seed(3)
    with torch.no_grad():
        for parameter in seen[0].model.parameters():
            parameter.add_(0.02 * torch.randn_like(parameter))
    return seen[0]


def gradient(model: Any) -> Gradient:
    return {name: parameter.grad.clone() for name, parameter in model.named_parameters()}


def step_of(trainer: Any, batches: Iterable[Sequence[Mapping[str, Any]]]) -> tuple[float, Gradient]:
    """Return loss and gradient of one optimiser step on micro-batches of prepared rows."""
    trainer.model.zero_grad()
    collated = [trainer.data_collator(list(rows)) for rows in batches]
    samples, number = trainer.get_batch_samples(iter(collated), len(collated), trainer.args.device)
    trainer.current_gradient_accumulation_steps = len(samples)
    with quiet():
        loss = sum(trainer.training_step(trainer.model, batch, number).item() for batch in samples)
    return loss, gradient(trainer.model)


def mean(of: Sequence[Gradient], weights: Sequence[float]) -> Gradient:
    return {n: sum(w * g[n] for w, g in zip(weights, of, strict=True)) / sum(weights) for n in of[0]}


def assert_same(one: tuple[float, Gradient], other: tuple[float, Gradient]) -> None:
    assert one[0] == pytest.approx(other[0], rel=1e-5, abs=1e-6)
    assert one[1].keys() == other[1].keys()
    largest = max(float(g.abs().max()) for g in one[1].values())
    assert largest > 1e-2, "gradients this small say nothing"
    for name in one[1]:
        assert one[1][name].allclose(other[1][name], rtol=1e-5, atol=1e-6 * max(1, largest)), name


@pytest.fixture
def sft(tiny: ModelFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    options = SFTOptions(batch_size=4, lora=False)
    return trainer_of(sft_module, make_job(tiny, tmp_path, options, rows=weighted(8)), monkeypatch)


@pytest.fixture
def dpo(tiny: ModelFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    options = DPOOptions(batch_size=4, lora=False)
    return trainer_of(dpo_module, make_job(tiny, tmp_path, options, rows=weighted_pairs(8)), monkeypatch)


def of_one_row(model: Any, row: Mapping[str, Any]) -> tuple[float, Gradient]:
    """Return the mean loss of a row's trained tokens and its gradient, as transformers computes them."""
    import torch

    model.zero_grad()
    loss = model(torch.tensor([row["input_ids"]]), labels=torch.tensor([row["labels"]])).loss
    loss.backward()
    return loss.item(), gradient(model)


def of_one_pair(trainer: Any, row: Mapping[str, Any]) -> tuple[float, Gradient]:
    """Return the sigmoid loss of a pair and its gradient, by equation 7 of Rafailov et al. (2023)."""
    import torch
    from torch.nn.functional import logsigmoid

    def log_probability(model: Any, answer: Sequence[int]) -> Any:
        ids = torch.tensor([[*row["prompt_ids"], *answer]])
        each = model(ids).logits.log_softmax(dim=-1)[0, :-1].gather(1, ids[0, 1:, None])
        return each[-len(answer) :].sum()

    def ratio(answer: Sequence[int]) -> Any:
        with torch.no_grad():
            reference = log_probability(trainer.ref_model, answer)
        return log_probability(trainer.model, answer) - reference

    trainer.model.zero_grad()
    loss: Any = -logsigmoid(trainer.beta * (ratio(row["chosen_ids"]) - ratio(row["rejected_ids"])))
    loss.backward()
    return loss.item(), gradient(trainer.model)


def test_the_gradient_of_sft_is_the_weighted_mean_over_tokens(sft: Any) -> None:
    rows = [sft.train_dataset[i] for i in range(4)]
    single = [of_one_row(sft.model, row) for row in rows]
    shares = [row["weight"] * sum(label != -100 for label in row["labels"]) for row in rows]
    assert len(set(shares)) == 4
    loss = sum(s * one[0] for s, one in zip(shares, single, strict=True)) / sum(shares)
    assert_same(step_of(sft, [rows]), (loss, mean([one[1] for one in single], shares)))


def test_the_gradient_of_dpo_is_the_weighted_mean_over_pairs(dpo: Any) -> None:
    rows = [dpo.train_dataset[i] for i in range(4)]
    single = [of_one_pair(dpo, row) for row in rows]
    shares = [row["weight"] for row in rows]
    loss = sum(s * one[0] for s, one in zip(shares, single, strict=True)) / sum(shares)
    assert abs(loss - math.log(2)) > 1e-3
    assert_same(step_of(dpo, [rows]), (loss, mean([one[1] for one in single], shares)))


@pytest.mark.parametrize("loss_type", OTHER_LOSSES)
def test_other_losses_of_pairs_are_weighted_too(
    loss_type: str, tiny: ModelFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    smoothing = {"label_smoothing": 0.1} if loss_type in ("exo_pair", "robust") else {}
    options = DPOOptions(batch_size=4, lora=False, trainer={"loss_type": [loss_type], **smoothing})
    trainer = trainer_of(dpo_module, make_job(tiny, tmp_path, options, rows=weighted_pairs(4)), monkeypatch)
    rows = [trainer.train_dataset[i] for i in range(4)]
    single = [step_of(trainer, [[row]]) for row in rows]
    shares = [row["weight"] for row in rows]
    loss = sum(s * one[0] for s, one in zip(shares, single, strict=True)) / sum(shares)
    assert_same(step_of(trainer, [rows]), (loss, mean([one[1] for one in single], shares)))


@pytest.mark.parametrize("method", ["sft", "dpo"])
def test_weight_0_is_as_good_as_leaving_the_row_out(method: str, request: pytest.FixtureRequest) -> None:
    trainer = request.getfixturevalue(method)
    rows = [trainer.train_dataset[i] for i in range(8)]
    kept = [rows[0], rows[1], rows[3], rows[4], rows[5]]
    nothing = [row if row in kept else {**row, "weight": 0.0} for row in rows]
    assert_same(step_of(trainer, [nothing]), step_of(trainer, [kept]))
    # A micro-batch may come to nothing, but not the others with it.
    away = [{**row, "weight": 0.0} for row in rows[:4]]
    assert_same(step_of(trainer, [away, rows[4:]]), step_of(trainer, [rows[4:]]))


@pytest.mark.parametrize("method", ["sft", "dpo"])
def test_only_the_ratios_of_weights_matter(method: str, request: pytest.FixtureRequest) -> None:
    trainer = request.getfixturevalue(method)
    rows = [trainer.train_dataset[i] for i in range(4)]
    for factor in (1e-5, 7.0):
        scaled = [{**row, "weight": factor * row["weight"]} for row in rows]
        assert_same(step_of(trainer, [scaled]), step_of(trainer, [rows]))


@pytest.mark.parametrize("method", ["sft", "dpo"])
@pytest.mark.parametrize("sizes", [(4, 4), (5, 3), (1, 2, 5)])
def test_micro_batches_make_one_step(method: str, sizes: Sequence[int], request: pytest.FixtureRequest) -> None:
    trainer = request.getfixturevalue(method)
    trainer.model_accepts_loss_kwargs = False  # as with models that can't be told how many tokens a step has
    rows = iter([trainer.train_dataset[i] for i in range(8)])
    batches = [[next(rows) for _ in range(size)] for size in sizes]
    assert_same(step_of(trainer, batches), step_of(trainer, [[row for batch in batches for row in batch]]))


@pytest.mark.parametrize("method", ["sft", "dpo"])
def test_weights_of_1_give_the_loss_of_trl(
    method: str, request: pytest.FixtureRequest, tiny: ModelFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = request.getfixturevalue(method)
    if method == "sft":
        options: Any = SFTOptions(batch_size=4, lora=False)
        job = make_job(tiny, tmp_path / "plain", options, rows=examples(8))
    else:
        options = DPOOptions(batch_size=4, lora=False)
        job = make_job(tiny, tmp_path / "plain", options, rows=sample_pairs(8))
    plain = trainer_of({"sft": sft_module, "dpo": dpo_module}[method], job, monkeypatch)
    assert type(trainer).__mro__[1] is type(plain), "without weights TRL's own trainer is used"
    rows = [trainer.train_dataset[i] for i in range(8)]
    ones = [[{**row, "weight": 1.0} for row in part] for part in (rows[:4], rows[4:])]
    assert_same(step_of(trainer, ones), step_of(plain, [rows[:4], rows[4:]]))


# --- whole trainings -------------------------------------------------------------------------------------------------


def run_sft(tiny: ModelFiles, folder: Path, given: Sequence[Example], **options: Any) -> tuple[TuningReport, Any]:
    options = {"batch_size": 4, "epochs": 2, "learning_rate": 0.01} | options
    job = make_job(tiny, folder, SFTOptions(**options), rows=given, validation_rows=weighted(4))
    return sft_module.tune(job), tensors(folder / "output" / "adapter")


def run_dpo(tuned: ModelFiles, folder: Path, given: Sequence[PreferencePair], **options: Any) -> tuple[Any, Any]:
    options = {"batch_size": 4, "epochs": 2, "learning_rate": 0.01} | options
    job = make_job(tuned, folder, DPOOptions(**options), rows=given, validation_rows=weighted_pairs(4))
    return dpo_module.tune(job), tensors(folder / "output" / "adapter")


def losses(report: TuningReport, name: str = "loss") -> list[float]:
    return [row[name] for row in report.loss if name in row]


Run = Callable[..., tuple[TuningReport, Mapping[str, Any]]]


@pytest.fixture(params=["sft", "dpo"])
def method(request: pytest.FixtureRequest, tiny: ModelFiles, tuned: tuple[ModelFiles, TuningReport]) -> Any:
    """A model to start from, something to learn from, and how."""
    return (tiny, weighted, run_sft) if request.param == "sft" else (tuned[0], weighted_pairs, run_dpo)


def test_weights_that_are_all_equal_change_nothing(method: Any, tmp_path: Path) -> None:
    model, make, run = method
    plain, weights = run(model, tmp_path / "plain", make(8, [1.0]))
    equal, same_weights = run(model, tmp_path / "equal", make(8, [2.5]))
    assert equal.loss == plain.loss
    assert all(weights[name].equal(same_weights[name]) for name in weights)
    assert plain.data["weights"] == {"weighted": 0, "min": 1, "median": 1, "max": 1}
    assert equal.data["weights"] == {"weighted": 8, "min": 2.5, "median": 2.5, "max": 2.5}


def test_rows_of_weight_0_might_as_well_not_be_there(method: Any, tmp_path: Path) -> None:
    model, make, run = method
    some = [item for item in make(16, [0.0, 2.0, 0.0, 0.5]) if item.weight]
    without, weights = run(model, tmp_path / "without", some)
    report, same_weights = run(model, tmp_path / "with", make(16, [0.0, 2.0, 0.0, 0.5]))
    assert report.loss == without.loss
    assert all(weights[name].equal(same_weights[name]) for name in weights)
    assert report.data["dropped"]["weight 0"]["count"] == 8


def test_rows_of_almost_no_weight_have_almost_no_effect(method: Any, tmp_path: Path) -> None:
    model, make, run = method
    # One step is all rows of an epoch, so that steps coincide.
    heavy = [item for item in make(16, [1.0, 1e-30]) if item.weight == 1]
    alone, weights = run(model, tmp_path / "alone", heavy, batch_size=8)
    report, near_weights = run(model, tmp_path / "among", make(16, [1.0, 1e-30]), batch_size=16)
    assert losses(report) == pytest.approx(losses(alone), abs=1e-5)
    assert all(weights[name].allclose(near_weights[name], atol=1e-4) for name in weights)
    other, other_weights = run(model, tmp_path / "equal", make(16, [1.0]), batch_size=16)
    assert losses(other) != pytest.approx(losses(alone), abs=1e-3)
    assert not all(weights[name].allclose(other_weights[name], atol=1e-3) for name in weights)


def test_the_validation_loss_is_not_weighted(method: Any, tmp_path: Path) -> None:
    model, make, run = method
    reports = [
        run(model, tmp_path / name, make(8, weights), learning_rate=1e-12)[0]
        for name, weights in (("weighted", WEIGHTS), ("plain", [1.0]))
    ]
    weighted_loss, plain_loss = (losses(report, "validation_loss") for report in reports)
    assert len(weighted_loss) == 2
    assert weighted_loss == pytest.approx(plain_loss, abs=1e-6)


def test_the_first_loss_of_weighted_pairs_is_ln_2(tuned: tuple[ModelFiles, TuningReport], tmp_path: Path) -> None:
    report, _ = run_dpo(tuned[0], tmp_path, weighted_pairs(12))
    assert report.loss[0]["loss"] == pytest.approx(math.log(2), abs=1e-6)
    assert report.loss[-1]["loss"] < 0.6


def test_the_heavier_of_two_contradictions_is_learnt(
    tiny: ModelFiles, tuned: tuple[ModelFiles, TuningReport], tmp_path: Path
) -> None:
    bfloat16 = {**tiny.settings, "dtype": "bfloat16"}
    right = sample_pairs(8)
    wrong = [dataclasses.replace(p, chosen=p.rejected, rejected=p.chosen, weight=1e-3) for p in right]
    started = dataclasses.replace(tuned[0], settings=bfloat16)
    report, _ = run_dpo(started, tmp_path / "dpo", [*right, *wrong], batch_size=16, epochs=6)
    assert losses(report)[-1] < 0.6 < math.log(2)  # which is where equal contradictions would stay
    light = [dataclasses.replace(e, references=("Buy now!",), weight=1e-3) for e in examples(8)]
    report, _ = run_sft(
        dataclasses.replace(tiny, settings=bfloat16), tmp_path / "sft", [*examples(8), *light], batch_size=16
    )
    alone, _ = run_sft(dataclasses.replace(tiny, settings=bfloat16), tmp_path / "alone", examples(8), batch_size=8)
    assert report.info["dtype"] == "bfloat16 autocast over float32 weights"
    assert losses(report) == pytest.approx(losses(alone), abs=1e-2)


def test_weights_are_reported_and_said(tiny: ModelFiles, tmp_path: Path) -> None:
    said: list[str] = []
    endless = dataclasses.replace(
        examples(1)[0], id="endless", weight=9.0, messages=({"role": "user", "content": "vase " * 60},)
    )
    given = [*weighted(8), endless]
    options = SFTOptions(epochs=1, max_length=60)
    report = sft_module.tune(make_job(tiny, tmp_path / "a", options, rows=given, say=said.append))
    assert report.data["weights"] == {"weighted": 6, "min": 0.25, "median": 0.75, "max": 3.0}
    assert "; weights 0.25 to 3, median 0.75; " in said[0]
    sft_module.tune(make_job(tiny, tmp_path / "b", options, rows=examples(4), say=said.append))
    assert "weight" not in said[1]


@pytest.mark.parametrize(
    ("trainer", "name"),
    [
        ({"packing": True}, "packing"),
        ({"loss_type": "dft"}, "loss_type"),
        ({"label_smoothing_factor": 0.1}, "label_smoothing_factor"),
    ],
)
def test_settings_of_sft_that_would_lose_the_weights(trainer: Any, name: str, tiny: ModelFiles, tmp_path: Path) -> None:
    options = SFTOptions(trainer=trainer)
    with pytest.raises(UsageError, match=rf"`{name}` as given under `trainer:` does not go with weights"):
        sft_module.tune(make_job(tiny, tmp_path, options, rows=weighted(4)))


def test_the_losses_that_can_be_weighted_are_all_tried() -> None:
    from shoptune_trl.weighted_dpo import OF_ONE_PAIR

    assert {"sigmoid", *OTHER_LOSSES} == OF_ONE_PAIR


@pytest.mark.parametrize(
    "trainer", [{"loss_type": ["aot"]}, {"loss_type": ["sigmoid", "sft"]}, {"use_weighting": True}]
)
def test_settings_of_dpo_that_would_lose_the_weights(trainer: Any, tiny: ModelFiles, tmp_path: Path) -> None:
    (name,) = trainer
    with pytest.raises(UsageError, match=rf"`{name}` as given under `trainer:` does not go with weights"):
        dpo_module.tune(make_job(tiny, tmp_path, DPOOptions(trainer=trainer), rows=weighted_pairs(4)))


@pytest.mark.parametrize("weight", [-0.5, math.nan, math.inf])
def test_a_weight_must_be_a_number_and_not_negative(weight: float, tiny: ModelFiles, tmp_path: Path) -> None:
    one = dataclasses.replace(examples(1)[0], weight=weight, origin="products.csv:7")
    with pytest.raises(DataError, match=r"products\.csv:7: the weight is (-0\.5|nan|inf)"):
        sft_module.tune(make_job(tiny, tmp_path, SFTOptions(), rows=[one]))
    pair = dataclasses.replace(sample_pairs(1)[0], weight=weight)
    with pytest.raises(DataError, match=r"p0: the weight is"):
        dpo_module.tune(make_job(tiny, tmp_path, DPOOptions(), rows=[pair]))
