from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoptune.comparing.compare import compare
from shoptune.comparing.measured import Measured, TaskSamples
from shoptune.comparing.slicing import MAX_SLICES
from shoptune.comparing.statistics import holm
from shoptune.comparison import Result
from shoptune.components import AdditiveMetric, CorpusMetric, Evaluation, FloatArray, NoOptions
from shoptune.errors import PluginError

N = 60
RESAMPLES = 2000


def never(evaluation: Evaluation, options: NoOptions) -> Any:
    raise AssertionError("a comparison needs no sample, only rows")


def mean(higher_is_better: bool | None = True) -> AdditiveMetric[NoOptions]:
    return AdditiveMetric(
        name="mean",
        summary="",
        options=NoOptions,
        rows=never,
        reduce=lambda totals: np.divide(totals[..., 0], totals[..., 1]),
        higher_is_better=higher_is_better,
    )


def total(**fields: Any) -> AdditiveMetric[NoOptions]:
    """Return a metric whose reduction gives a number, 0, also where it applies to nothing."""
    return AdditiveMetric(
        name="total",
        summary="",
        options=NoOptions,
        rows=never,
        reduce=lambda totals: totals[..., 0],
        higher_is_better=True,
        **fields,
    )


def of(values: FloatArray) -> FloatArray:
    """Rows of `mean`; a NaN is a sample that it does not apply to."""
    known = np.isfinite(values)
    return np.column_stack([np.where(known, values, 0), known.astype(np.float64)])


def macro_f1(totals: FloatArray) -> FloatArray:
    """Totals of a flattened 2 x 2 confusion matrix [truth, answer]."""
    confusion = totals.reshape(*totals.shape[:-1], 2, 2)
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    return np.asarray((2 * hits / (confusion.sum(-1) + confusion.sum(-2))).mean(-1))


def task(
    name: str = "description",
    groups: Sequence[str] | None = None,
    slices: Sequence[Mapping[str, str]] | None = None,
    candidates: Sequence[str] = ("base", "sft"),
) -> TaskSamples:
    groups = groups or [f"product {i:03}" for i in range(N)]
    invalid = {c: np.arange(len(groups)) < i for i, c in enumerate(candidates)}
    return TaskSamples(task=name, groups=groups, slices=slices or [{}] * len(groups), invalid=invalid)


def measured(
    rows: Mapping[str, FloatArray], component: AdditiveMetric[NoOptions] | None = None, metric: str = "rouge_l"
) -> Measured:
    return Measured(task="description", metric=metric, component=component or mean(), rows=rows)


def run(
    samples: TaskSamples, metrics: Sequence[Measured], candidates: Sequence[str] = ("base", "sft"), **options: Any
) -> dict[tuple[str, str, str | None], Result]:
    """Return results by metric, candidate and the slice's value."""
    found = compare([samples], metrics, candidates, "base", **{"seed": 7, "resamples": RESAMPLES} | options).results
    results = {(r.metric, r.candidate, r.slice.value if r.slice else None): r for r in found}
    assert len(results) == len(found)
    return results


@pytest.fixture
def scores() -> FloatArray:
    return np.random.default_rng(0).random(N)


def noise(scale: float, seed: int = 1) -> FloatArray:
    return np.random.default_rng(seed).normal(scale=scale, size=N)


class TestAllSamples:
    def test_value_difference_and_their_intervals(self, scores: FloatArray) -> None:
        better = scores + 0.1 + noise(0.05)
        results = run(task(), [measured({"base": of(scores), "sft": of(better)})])
        base, sft = results["rouge_l", "base", None], results["rouge_l", "sft", None]

        assert base.value == pytest.approx(scores.mean(), rel=1e-12)
        assert sft.value == pytest.approx(better.mean(), rel=1e-12)
        assert sft.difference == pytest.approx((better - scores).mean(), rel=1e-12)
        assert (base.n, sft.n, base.invalid, sft.invalid) == (N, N, 0, 1)
        assert {base.difference, base.difference_interval, base.p_value, base.verdict, base.wins} == {None}
        # Pairing: the interval is that of the differences, far narrower than the values' own.
        assert sft.interval is not None
        assert sft.difference_interval is not None
        half = 2.001 * (better - scores).std(ddof=1) / np.sqrt(N)  # 2.001: Student's 97.5 % quantile, 59 degrees
        assert sft.difference_interval == pytest.approx((sft.difference - half, sft.difference + half), abs=0.15 * half)
        assert sft.interval[1] - sft.interval[0] > 4 * (sft.difference_interval[1] - sft.difference_interval[0])
        assert sft.verdict == "better"

    @pytest.mark.parametrize(
        ("higher_is_better", "shift", "verdict"),
        [
            (True, 0.1, "better"),
            (True, -0.1, "worse"),
            (False, 0.1, "worse"),
            (False, -0.1, "better"),
            (True, 0.0, "inconclusive"),
            (False, 0.0, "inconclusive"),
            (None, 0.1, None),
        ],
    )
    def test_verdict(
        self, scores: FloatArray, higher_is_better: bool | None, shift: float, verdict: str | None
    ) -> None:
        changed = scores + shift + noise(0.05) - noise(0.05).mean()
        sft = run(task(), [measured({"base": of(scores), "sft": of(changed)}, mean(higher_is_better))])[
            "rouge_l", "sft", None
        ]
        assert sft.verdict == verdict
        assert (sft.p_value is None) == (higher_is_better is None)
        assert sft.difference_interval is not None

    @pytest.mark.parametrize(("higher_is_better", "expected"), [(True, (20, 10, 25)), (False, (10, 20, 25))])
    def test_gained_lost_and_tied_are_in_the_better_direction(
        self, scores: FloatArray, higher_is_better: bool, expected: tuple[int, int, int]
    ) -> None:
        changed = scores.copy()
        changed[:20] += 0.5
        changed[20:30] -= 0.5
        changed[55:] = np.nan  # applies to the baseline's answers alone: no gain and no loss
        results = run(task(), [measured({"base": of(scores), "sft": of(changed)}, mean(higher_is_better))])
        sft = results["rouge_l", "sft", None]
        assert (sft.wins, sft.losses, sft.ties) == expected
        assert sft.n == 55

    def test_gains_are_counted_where_the_metric_applies_to_both_answers(self) -> None:
        place = np.arange(N)
        rows = {
            "base": np.where(place < 10, 1.0, 0)[:, None],
            "sft": np.where((place > 3) & (place < 20), 2.0, 0)[:, None],
        }
        sft = run(task(), [measured(rows, total())])["rouge_l", "sft", None]
        assert (sft.wins, sft.losses, sft.ties, sft.n) == (6, 0, 0, 16)

    def test_no_difference_at_all(self, scores: FloatArray) -> None:
        sft = run(task(), [measured({"base": of(scores), "sft": of(scores)})])["rouge_l", "sft", None]
        assert (sft.difference, sft.difference_interval, sft.p_value, sft.ties) == (0, None, None, N)
        assert (sft.verdict, sft.minimum_detectable_effect, sft.differing) == ("same", None, 0)

    def test_rows_of_many_columns(self) -> None:
        truth = np.arange(N) % 2
        guess = {"base": np.zeros(N, dtype=int), "sft": np.where(np.arange(N) % 5 == 0, 1 - truth, truth)}
        rows = {c: np.eye(4)[2 * truth + guess[c]] for c in guess}
        component = AdditiveMetric(
            name="macro_f1",
            summary="",
            options=NoOptions,
            rows=never,
            reduce=macro_f1,
            higher_is_better=True,
        )
        results = run(task(), [measured(rows, component)])
        # The majority class alone has recall 1 and precision 1/2 on one of two classes.
        assert results["rouge_l", "base", None].value == pytest.approx((2 / 3 + 0) / 2)
        assert results["rouge_l", "sft", None].value == pytest.approx(0.8)
        assert results["rouge_l", "sft", None].verdict == "better"

    def test_variants_of_a_product_are_resampled_together(self, scores: FloatArray) -> None:
        changed = scores + 0.02 + np.repeat(noise(0.1)[:10], 6)
        rows = {"base": of(scores), "sft": of(changed)}
        by_sample = run(task(), [measured(rows)])["rouge_l", "sft", None]
        by_product = run(task(groups=[f"p{i // 6}" for i in range(N)]), [measured(rows)])["rouge_l", "sft", None]
        assert by_product.difference == by_sample.difference
        assert by_product.minimum_detectable_effect is not None
        assert by_sample.minimum_detectable_effect is not None
        assert by_product.minimum_detectable_effect > 2 * by_sample.minimum_detectable_effect

    def test_a_metric_that_applies_to_no_sample(self, scores: FloatArray) -> None:
        nothing = np.zeros((N, 2))
        results = run(task(), [measured({"base": nothing, "sft": nothing})])
        for candidate in ("base", "sft"):
            result = results["rouge_l", candidate, None]
            assert (result.value, result.interval, result.verdict, result.n) == (None, None, None, 0)
        sft = run(task(), [measured({"base": nothing, "sft": of(scores)})])["rouge_l", "sft", None]
        assert (sft.difference, sft.verdict, sft.n) == (None, None, N)

    def test_a_metric_says_itself_where_it_applies(self, scores: FloatArray) -> None:
        nothing = np.zeros((N, 1))
        always = total(applies=lambda rows: np.ones(len(rows), dtype=bool))
        assert run(task(), [measured({"base": nothing, "sft": nothing}, always)])["rouge_l", "sft", None].n == N
        result = run(task(), [measured({"base": nothing, "sft": nothing}, total())])["rouge_l", "sft", None]
        assert (result.value, result.n) == (None, 0)

    def test_only_groups_that_the_metric_applies_to_count(self, scores: FloatArray) -> None:
        first = np.where(np.arange(N) == 0, scores + 1, 0)[:, None]
        results = run(task(), [measured({"base": -first, "sft": first}, total())])
        sft = results["rouge_l", "sft", None]
        assert (sft.n, sft.interval, sft.difference_interval, sft.verdict) == (1, None, None, "inconclusive")
        assert (sft.wins, sft.losses, sft.ties) == (1, 0, 0)

    def test_baseline_and_candidate_swapped_give_the_mirror_image(self, scores: FloatArray) -> None:
        rows = {"base": of(scores), "sft": of(np.where(np.arange(N) % 2, scores + noise(0.2), np.nan))}
        (one,) = (r for r in compare([task()], [measured(rows)], list(rows), "base", seed=1).results if r.difference)
        (two,) = (r for r in compare([task()], [measured(rows)], list(rows), "sft", seed=1).results if r.difference)
        assert one.difference_interval is not None
        assert two.difference_interval == pytest.approx([-bound for bound in reversed(one.difference_interval)])
        assert (two.p_value, two.minimum_detectable_effect) == pytest.approx(
            (one.p_value, one.minimum_detectable_effect)
        )
        assert (two.wins, two.losses) == (one.losses, one.wins)

    def test_one_group_can_show_nothing(self, scores: FloatArray) -> None:
        sft = run(task(groups=["one"] * N), [measured({"base": of(scores), "sft": of(scores + 1)})])
        result = sft["rouge_l", "sft", None]
        assert result.difference == pytest.approx(1)
        assert (result.interval, result.difference_interval, result.p_value) == (None, None, None)
        assert result.verdict == "inconclusive"

    def test_a_metric_that_is_not_additive_has_a_value_alone(self, scores: FloatArray) -> None:
        component = CorpusMetric(name="distinct", summary="", options=NoOptions, value=never, higher_is_better=True)
        values = {"base": {"own": 0.5}, "sft": {"own": float("nan")}}
        results = run(
            task(),
            [
                Measured(task="description", metric="distinct_2", component=component, values=values),
                measured({"base": of(scores), "sft": of(scores)}),
            ],
        )
        base, sft = results["distinct_2", "base", None], results["distinct_2", "sft", None]
        assert (base.value, sft.value) == (0.5, None)
        assert (sft.interval, sft.difference, sft.verdict, sft.n, sft.invalid) == (None, None, None, N, 1)

    def test_all_verdicts_of_the_experiment_are_corrected_together(self, scores: FloatArray) -> None:
        candidates = ("base", "sft", "dpo")
        shifts = {"base": 0.0, "sft": 0.02, "dpo": 0.04}
        rows = {c: of(scores + shift + noise(0.06, seed=len(c))) for c, shift in shifts.items()}
        tasks = [task("description", candidates=candidates), task("title", candidates=candidates)]
        metrics = [
            Measured(task=t, metric=m, component=mean(m != "length" or None), rows=rows)
            for t in ("description", "title")
            for m in ("rouge_l", "length")
        ]
        results = compare(tasks, metrics, candidates, "base", seed=1, resamples=RESAMPLES).results
        family = [r for r in results if r.p_value is not None]
        assert {(r.task, r.metric, r.candidate) for r in family} == {
            (t, "rouge_l", c) for t in ("description", "title") for c in ("sft", "dpo")
        }
        assert [r.p_adjusted for r in family] == holm([r.p_value for r in family])
        assert all((r.verdict == "inconclusive") == (r.p_adjusted is not None and r.p_adjusted > 0.05) for r in family)


def right(places: Sequence[int], n: int = N) -> FloatArray:
    """Rows of a share: which of n samples are right."""
    return np.column_stack([np.isin(np.arange(n), places).astype(np.float64), np.ones(n)])


SHARE = replace(mean(), format="share")


class TestShares:
    def test_all_right_is_no_certainty(self) -> None:
        everything = range(30)
        of_30 = task(groups=[str(i) for i in everything])
        rows = {"base": right(range(24), 30), "sft": right(everything, 30)}
        sft = run(of_30, [measured(rows, SHARE)])["rouge_l", "sft", None]
        assert sft.value == 1
        assert sft.interval == pytest.approx((0.878, 1), abs=0.001)
        assert sft.difference_interval is not None
        low, high = sft.difference_interval
        # Six gains and no loss: McNemar's exact test gives 2 / 2**6; Newcombe's interval is wider above than below.
        assert sft.p_value == 2 / 2**6
        assert 0 < low < 0.07
        assert high > 0.35
        assert (sft.groups, sft.differing, sft.wins, sft.losses) == (30, 6, 6, 0)

    def test_five_gains_show_nothing_however_many_products_there_are(self) -> None:
        rows = {"base": right(range(5, N)), "sft": right(range(N))}
        sft = run(task(), [measured(rows, SHARE)])["rouge_l", "sft", None]
        assert (sft.p_value, sft.verdict) == (2 / 2**5, "inconclusive")
        assert sft.difference_interval is not None
        assert sft.difference_interval[0] == 0

    def test_no_score_that_never_varied_has_an_interval(self) -> None:
        sft = run(task(), [measured({"base": of(np.zeros(N)), "sft": of(np.ones(N))})])["rouge_l", "sft", None]
        assert (sft.interval, sft.verdict) == (None, "better")
        assert sft.difference_interval is not None
        assert 0.8 < sft.difference_interval[0] < sft.difference_interval[1] == 1


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([mean(), SHARE]), st.integers(6, 30), st.integers(1, 4))
def test_what_is_drawn_and_what_is_said_agree(seed: int, metric: Any, n: int, rivals: int) -> None:
    rng = np.random.default_rng(seed)
    names = ["base", *(f"c{i}" for i in range(rivals))]
    chances = rng.choice([0.0, 0.5, 0.8, 1.0], size=len(names))
    rows = {
        name: np.column_stack([(rng.random(n) < chance).astype(float), np.ones(n)])
        for name, chance in zip(names, chances, strict=True)
    }
    found = compare(
        [task(groups=[str(i) for i in range(n)], candidates=names)],
        [measured(rows, metric)],
        names,
        "base",
        seed=1,
        resamples=200,
        first=[("description", "rouge_l", "c0")],
    )
    for result in found.results[1:]:
        drawn, certain = result.drawn_interval, result.verdict in {"better", "worse"}
        assert (result.verdict == "same") == (drawn is None)
        if drawn is not None:
            assert certain == (not drawn[0] <= 0 <= drawn[1])
            assert drawn[0] <= (result.difference or 0) <= drawn[1]
    for two in found.versus:
        if two.interval is not None:
            assert (two.verdict in {"better", "worse"}) == (not two.interval[0] <= 0 <= two.interval[1])


class TestVersus:
    def test_two_rivals_are_compared_in_pairs(self, scores: FloatArray) -> None:
        """Their own intervals overlap widely, and yet one is better on every product."""
        rows = {"base": of(scores), "sft": of(scores + 0.1), "dpo": of(scores + 0.12 + noise(0.01))}
        names = ["base", "sft", "dpo"]
        found = compare([task(candidates=names)], [measured(rows)], names, "base", seed=1, resamples=500)
        (two,) = found.versus
        assert (two.candidate, two.other, two.verdict) == ("dpo", "sft", "better")
        by_name = {result.candidate: result.interval for result in found.results}
        sft, dpo = by_name["sft"], by_name["dpo"]
        assert sft is not None
        assert dpo is not None
        assert dpo[0] < sft[1]

    def test_a_gain_in_one_of_many_metrics_is_corrected_for_their_number(self, scores: FloatArray) -> None:
        names = ["base", "sft", "dpo"]
        shift = noise(0.1) - noise(0.1).mean() + 0.03  # p is about 0.02
        rows = {"base": of(scores), "sft": of(scores), "dpo": of(scores + shift)}
        others = [
            measured({"base": of(scores), "sft": of(scores), "dpo": of(scores + noise(0.1, 9 + i))}, metric=f"m{i}")
            for i in range(9)
        ]
        (alone,) = compare([task(candidates=names)], [measured(rows)], names, "base", seed=1, resamples=500).versus
        many = compare([task(candidates=names)], [measured(rows), *others], names, "base", seed=1, resamples=500)
        assert (alone.verdict, many.versus[0].verdict) == ("better", "inconclusive")

    def test_what_is_the_same_is_said_to_be(self, scores: FloatArray) -> None:
        names = ["base", "sft", "again"]
        rows = {"base": of(scores), "sft": of(scores + noise(0.1)), "again": of(scores + noise(0.1))}
        found = compare([task(candidates=names)], [measured(rows)], names, "base", seed=1, resamples=200)
        assert [(two.verdict, two.interval, two.p_adjusted) for two in found.versus] == [("same", None, None)]
        assert (found.correction.together, found.correction.repeated) == (1, 1)


class TestFamily:
    @pytest.mark.parametrize("first", [[], [("description", "accuracy", "sft")]])
    def test_what_an_accuracy_leaves_is_no_hypothesis_of_its_own(self, first: list[tuple[str, str, str]]) -> None:
        right = (np.arange(N) % 2).astype(np.float64)
        better = np.where(np.arange(N) < 14, 1.0, right)
        names = ["base", "sft", "dpo"]
        metrics = [
            measured({"base": of(right), "sft": of(better), "dpo": of(right)}, metric="accuracy"),
            measured({"base": of(1 - right), "sft": of(1 - better), "dpo": of(1 - right)}, metric="errors"),
        ]
        found = compare([task(candidates=names)], metrics, names, "base", seed=1, resamples=500, first=first)
        of_sft = [r for r in found.results if r.candidate == "sft"]
        assert [r.p_adjusted for r in of_sft] == [r.p_value for r in of_sft] == [2.0**-6] * 2
        assert (found.correction.repeated, found.correction.same) == (1, 2)
        assert " 0 " not in found.correction.sentence
        assert [v.p_adjusted for v in found.versus] == [2.0**-6] * 2

    def test_it_is_counted_and_said(self, scores: FloatArray) -> None:
        names = ["base", "template", "sft", "chosen"]
        changed, other = of(scores + noise(0.1)), of(scores + noise(0.1, 5))
        one = {"base": of(scores), "template": other, "sft": changed, "chosen": changed}
        found = compare(
            [task(candidates=names)],
            [
                measured(one),
                measured({**one, "sft": other, "chosen": other}, metric="b"),
                measured(dict.fromkeys(names, of(scores)), metric="c"),
            ],
            names,
            "base",
            seed=1,
            resamples=200,
            first=[("description", "b", "sft")],
            apart=["template"],
        )
        counted = found.correction
        assert (counted.first, counted.together, counted.apart, counted.same) == (1, 1, 0, 3)
        assert "what gates claim first and in the file's order (1), then 1 other (Holm)" in counted.sentence
        assert "3 the same in every sample" in counted.sentence
        (gate,) = (r for r in found.results if (r.metric, r.candidate) == ("b", "sft"))
        assert gate.p_adjusted == pytest.approx(min(1, 2 * (gate.p_value or 0)))


def test_where_all_are_no_models_theirs_is_the_only_family(scores: FloatArray) -> None:
    rows = {"base": of(scores), "sft": of(scores + noise(0.1))}
    found = compare([task()], [measured(rows)], ["base", "sft"], "base", seed=1, resamples=200, apart=["sft"])
    assert found.correction.sentence == (
        "Those of candidates that are no model are corrected for one another (1, Holm)."
    )


@pytest.mark.parametrize(
    ("differs", "said"),
    [(True, "There were too few examples to test any difference."), (False, "There was no difference to test.")],
)
def test_a_comparison_that_tests_nothing_says_why(scores: FloatArray, differs: bool, said: str) -> None:
    one = {"base": of(scores[:1]), "sft": of(scores[:1] + 0.3 * differs)}
    found = compare([task(groups=["a"])], [measured(one)], ["base", "sft"], "base", seed=1, resamples=200)
    assert found.correction.sentence == said


def test_what_a_metric_does_not_cover_is_counted_and_left_out(scores: FloatArray) -> None:
    rows = {"base": of(scores), "sft": np.zeros((N, 2))}
    languages = [*["fr"] * 40, *["nl"] * 20]
    metric = replace(measured(rows), uncovered={"base": [None] * N, "sft": languages})
    results = run(task(slices=[{"half": "ab"[i % 2]} for i in range(N)]), [metric])
    sft = results["rouge_l", "sft", None]
    assert (sft.value, sft.n, sft.verdict, sft.uncovered) == (None, 0, None, {"fr": 40, "nl": 20})
    assert results["rouge_l", "base", None].uncovered == {}
    assert results["rouge_l", "sft", "a"].uncovered == {"fr": 20, "nl": 10}


def test_invalid_answers_that_a_metric_leaves_out_are_counted(scores: FloatArray) -> None:
    """Of the three that are invalid one is measured all the same, and one is left out whoever answers."""
    rows = {"base": of(scores), "sft": of(scores)}
    rows["sft"][:2] = rows["base"][1] = 0
    samples = task()
    invalid = {"base": np.zeros(N, dtype=np.bool_), "sft": np.arange(N) < 3}
    results = run(replace(samples, invalid=invalid), [measured(rows)])
    sft, base = (results["rouge_l", name, None] for name in ("sft", "base"))
    assert (sft.unanswered, sft.left_out, sft.n, sft.invalid) == (1, 1, N - 2, 3)
    assert (base.unanswered, base.n) == (0, N - 1)


def test_what_the_references_do_too_is_no_fault() -> None:
    """Base copies nothing, and sft no more than the references; both are the same, and dpo is worse."""
    names = ["base", "sft", "dpo"]
    chance = np.random.default_rng(2).random(N)
    rows = {
        name: np.column_stack([np.round(10 * share * chance), np.full(N, 10), np.round(6 * chance), np.full(N, 10)])
        for name, share in zip(names, (0.0, 0.55, 1.0), strict=True)
    }
    copied = replace(SHARE, higher_is_better=False, reference=lambda totals: np.divide(totals[..., 2], totals[..., 3]))
    results = run(task(candidates=names), [measured(rows, copied)], names)
    sft, dpo = (results["rouge_l", name, None] for name in ("sft", "dpo"))
    assert sft.value is not None
    assert sft.value > 0.2
    assert sft.reference is not None
    assert (sft.difference, sft.verdict) == (0, "same")
    assert dpo.difference == pytest.approx((dpo.value or 0) - sft.reference)
    assert dpo.verdict == "worse"


class TestSlices:
    SLICES: tuple[Mapping[str, str], ...] = tuple(
        {
            "category": ["bags", "lamps", "rugs"][i % 3],
            "shop": "the same for all",
            "sku": f"sku-{i}",
            **({"locale": "de" if i < 30 else "en"} if i < 31 else {}),
        }
        for i in range(N)
    )

    def test_slices_have_intervals_but_no_verdict(self, scores: FloatArray) -> None:
        changed = scores + np.where(np.arange(N) % 3 == 1, 0.5, 0.0) + noise(0.01)
        results = run(task(slices=self.SLICES), [measured({"base": of(scores), "sft": of(changed)})])
        lamps = results["rouge_l", "sft", "lamps"]
        assert lamps.slice is not None
        assert lamps.slice.by == "category"
        assert (lamps.n, lamps.invalid, results["rouge_l", "sft", "bags"].invalid) == (20, 0, 1)
        assert lamps.value == pytest.approx(changed[1::3].mean(), rel=1e-12)
        assert lamps.difference == pytest.approx((changed - scores)[1::3].mean(), rel=1e-12)
        assert lamps.interval is not None
        assert lamps.difference_interval is not None
        assert lamps.difference_interval[0] > 0.4
        assert {lamps.verdict, lamps.p_value, lamps.p_adjusted, lamps.wins} == {None}
        assert results["rouge_l", "base", "lamps"].difference is None

    def test_each_slice_has_resamples_of_its_own(self) -> None:
        alike = np.repeat(np.arange(N / 2), 2)
        halves = [{"half": "ab"[i % 2]} for i in range(N)]
        results = run(task(slices=halves, candidates=["base"]), [measured({"base": of(alike)})], ["base"])
        a, b = results["rouge_l", "base", "a"], results["rouge_l", "base", "b"]
        assert a.value == b.value
        assert a.interval != b.interval
        assert a.interval == pytest.approx(b.interval, abs=0.5)

    def test_a_slice_is_worth_a_line_or_left_out(self, scores: FloatArray) -> None:
        assert MAX_SLICES < N
        results = run(task(slices=self.SLICES), [measured({"base": of(scores), "sft": of(scores)})])
        # One value: shop.  Too many: sku.  One group: locale en.
        assert [s for _, c, s in results if c == "sft"] == [None, "bags", "lamps", "rugs", "de"]

    def test_only_what_is_asked_for(self, scores: FloatArray) -> None:
        metrics = [measured({"base": of(scores), "sft": of(scores)})]
        assert {s for _, _, s in run(task(slices=self.SLICES), metrics, slices=["locale"])} == {None, "de"}
        assert {s for _, _, s in run(task(slices=self.SLICES), metrics, slices=[])} == {None}


class TestPrompts:
    PROMPTS = ("own", "terse", "polite")

    def asked(self, prompts: Sequence[str] = PROMPTS, **options: Any) -> TaskSamples:
        """20 products, each asked about in three ways."""
        slices = [{"prompt": self.PROMPTS[i // 20], "category": "ab"[i % 2]} for i in range(N)]
        return replace(task(groups=[f"p{i % 20}" for i in range(N)], slices=slices), prompts=prompts, **options)

    def test_the_spread_is_that_of_the_prompts_values(self, scores: FloatArray) -> None:
        by_prompt = np.repeat([0.0, 0.1, 0.4], 20)
        rows = {"base": of(np.full(N, 0.25)), "sft": of(np.tile(scores[:20], 3) + by_prompt)}
        results = run(self.asked(), [measured(rows)], slices=["category"])
        base, sft = (results["rouge_l", name, None].prompt_sensitivity for name in ("base", "sft"))
        assert base is not None
        assert sft is not None
        assert (base.prompts, base.lowest, base.highest, base.deviation) == (3, 0.25, 0.25, 0)
        own = scores[:20].mean()
        assert (sft.lowest, sft.highest) == pytest.approx((own, own + 0.4))
        # Mean of 0, 0.1 and 0.4: 1/6; squares of the distances: 1/36 + 1/225 + 49/900 = 13/150; divided by 2.
        assert sft.deviation == pytest.approx((13 / 300) ** 0.5)
        assert results["rouge_l", "sft", "polite"].value == pytest.approx(own + 0.4)
        assert {r.prompt_sensitivity for (_, _, part), r in results.items() if part} == {None}

    def test_what_is_asked_about_one_product_is_resampled_together(self, scores: FloatArray) -> None:
        """Three answers that agree say no more than one: the interval of 60 samples is that of 20."""
        gain = 0.02 + noise(0.1)[:20]
        rows = {"base": of(np.tile(scores[:20], 3)), "sft": of(np.tile(scores[:20] + gain, 3))}
        thrice = run(self.asked(), [measured(rows)])["rouge_l", "sft", None]
        once = run(task(groups=[f"p{i}" for i in range(20)]), [measured({c: r[:20] for c, r in rows.items()})])[
            "rouge_l", "sft", None
        ]
        assert (thrice.n, once.n) == (60, 20)
        assert thrice.difference == pytest.approx(once.difference)
        assert thrice.difference_interval == pytest.approx(once.difference_interval)
        assert (thrice.p_value, thrice.minimum_detectable_effect) == pytest.approx(
            (once.p_value, once.minimum_detectable_effect)
        )

    def test_prompts_are_told_apart_whatever_else_is(self, scores: FloatArray) -> None:
        metrics = [measured({"base": of(scores), "sft": of(scores)})]
        for slices in ([], ["prompt"], ["category", "prompt"], None):
            found = [part for _, c, part in run(self.asked(), metrics, slices=slices) if c == "sft"]
            assert found[:4] == [None, *self.PROMPTS], "in the order of the task's prompts, and once"
            assert set(found[4:]) <= {"a", "b"}

    def test_one_product_is_enough(self, scores: FloatArray) -> None:
        samples = self.asked(groups=["one"] * N)
        results = run(samples, [measured({"base": of(scores), "sft": of(scores)})], slices=[])
        assert results["rouge_l", "sft", "terse"].value == pytest.approx(scores[20:40].mean())
        assert results["rouge_l", "sft", "terse"].interval is None
        assert results["rouge_l", "sft", None].prompt_sensitivity is not None

    def test_a_metric_that_is_not_additive_has_the_mean_of_its_prompts(self) -> None:
        component = CorpusMetric(name="distinct", summary="", options=NoOptions, value=never, higher_is_better=True)
        nan = float("nan")
        values = {"base": {"own": 0.5, "terse": 0.2, "polite": 0.2}, "sft": {"own": nan, "terse": 0.1, "polite": 0.3}}
        results = run(
            self.asked(), [Measured(task="description", metric="distinct", component=component, values=values)]
        )
        base, sft = (results["distinct", c, None] for c in ("base", "sft"))
        assert base.value == pytest.approx(0.3)
        assert base.prompt_sensitivity is not None
        assert base.prompt_sensitivity.deviation == pytest.approx(0.03**0.5)
        assert sft.value is None, "the mean of all three is not known"
        over = sft.prompt_sensitivity
        assert over is not None
        assert (over.prompts, over.lowest, over.highest) == (2, 0.1, 0.3)
        terse = results["distinct", "sft", "terse"]
        assert (terse.value, terse.n, terse.invalid, terse.interval, terse.verdict) == (0.1, 20, 0, None, None)
        assert results["distinct", "sft", "own"].invalid == 1

    def test_a_slice_of_that_name_in_a_task_with_one_prompt_is_a_slice(self, scores: FloatArray) -> None:
        metrics = [measured({"base": of(scores), "sft": of(scores)})]
        samples = self.asked(prompts=("own",))
        assert {part for _, _, part in run(samples, metrics, slices=[])} == {None}
        assert {r.prompt_sensitivity for r in run(samples, metrics, slices=["prompt"]).values()} == {None}


class TestDeterminism:
    @settings(max_examples=15, deadline=None)
    @given(st.permutations(["base", "sft", "dpo", "few_shot"]), st.permutations(["a", "b", "c"]), st.data())
    def test_figures_do_not_depend_on_the_order_of_candidates_or_metrics_nor_on_the_others(
        self, candidates: list[str], names: list[str], data: st.DataObject
    ) -> None:
        geometric_mean = replace(mean(), reduce=lambda totals: np.exp(np.log(totals[..., 0]) - np.log(totals[..., 1])))

        def results_of(candidates: Sequence[str], names: Sequence[str]) -> dict[tuple[str, str, str | None], Result]:
            rows = {
                (m, c): of(np.random.default_rng([ord(m), len(c)]).lognormal(size=N)) for m in names for c in candidates
            }
            metrics = [measured({c: rows[m, c] for c in candidates}, geometric_mean, metric=m) for m in names]
            return run(
                task(candidates=["base", "sft", "dpo", "few_shot"], slices=TestSlices.SLICES),
                metrics,
                candidates,
                slices=["category"],
                resamples=200,
            )

        expected = results_of(["base", "sft", "dpo", "few_shot"], ["a", "b", "c"])
        assert results_of(candidates, names) == expected
        some = data.draw(st.sampled_from(["sft", "dpo", "few_shot"]))
        for key, result in results_of([some, "base"], names[:1]).items():
            uncorrected = {"p_adjusted", "verdict", "simultaneous_interval"}
            assert result.model_dump(exclude=uncorrected) == expected[key].model_dump(exclude=uncorrected)

    @settings(max_examples=15, deadline=None)
    @given(st.permutations(range(N)))
    def test_the_order_of_samples_changes_no_more_than_rounding(self, order: list[int]) -> None:
        def figures(places: Sequence[int]) -> list[float]:
            rng = np.random.default_rng(0)
            base, sft = rng.random(N), rng.random(N)
            found = run(
                task(groups=[f"p{i // 2}" for i in places]),
                [measured({"base": of(base[places]), "sft": of(sft[places])})],
                resamples=200,
            )["rouge_l", "sft", None]
            assert found.interval is not None
            assert found.difference is not None
            assert found.difference_interval is not None
            assert found.p_value is not None
            return [*found.interval, found.difference, *found.difference_interval, found.p_value]

        assert figures(order) == pytest.approx(figures(range(N)), rel=1e-9)

    def test_seeds_differ_and_so_do_tasks(self, scores: FloatArray) -> None:
        def intervals(name: str, seed: int) -> Any:
            metric = Measured(task=name, metric="m", component=mean(), rows={"base": of(scores)})
            return compare([task(name)], [metric], ["base"], "base", seed=seed, resamples=100).results[0].interval

        assert intervals("title", 1) == intervals("title", 1)
        assert len({intervals("title", 1), intervals("title", 2), intervals("description", 1)}) == 3


class TestPluginFaults:
    @pytest.mark.parametrize("rows", [np.ones((N - 1, 2)), np.ones(N)])
    def test_rows_of_the_wrong_shape(self, rows: FloatArray) -> None:
        with pytest.raises(
            PluginError, match=r"'rouge_l' on task 'description', candidate 'sft': rows have shape .* is \[60, k\]"
        ):
            run(task(), [measured({"base": np.ones((N, 2)), "sft": rows})])

    def test_rows_that_are_longer_for_one_candidate(self) -> None:
        with pytest.raises(PluginError, match=r"equally long for all candidates, and are {'base': 2, 'sft': 3}"):
            run(task(), [measured({"base": np.ones((N, 2)), "sft": np.ones((N, 3))})])

    def test_rows_that_are_not_finite(self, scores: FloatArray) -> None:
        rows = of(scores)
        rows[3, 0] = np.nan
        with pytest.raises(PluginError, match=r"candidate 'sft': the row of 'product 003' is \[nan, 1.0\]"):
            run(task(), [measured({"base": of(scores), "sft": rows})])

    def test_a_reduction_that_is_not_vectorised(self, scores: FloatArray) -> None:
        component = AdditiveMetric(
            name="total",
            summary="",
            options=NoOptions,
            rows=never,
            reduce=lambda totals: np.asarray(totals.sum()),
            higher_is_better=True,
        )
        with pytest.raises(PluginError, match=r"Metric 'total': reduce gave shape \(\) for totals of shape"):
            run(task(), [measured({"base": of(scores), "sft": of(scores)}, component)])
