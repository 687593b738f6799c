import tracemalloc
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from shoptune.comparing.statistics import (
    ALPHA,
    MAX_UNDEFINED,
    MIN_GROUPS,
    POWER,
    acceleration,
    at_level,
    bootstrap,
    difference_interval,
    holm,
    interval,
    minimum_detectable_effect,
    p_value,
    paired_difference,
    resampling_weights,
    share_difference_interval,
    share_interval,
    standard_error,
    sum_by_group,
)

FloatArray = npt.NDArray[np.float64]


def weights_of(groups: int, resamples: int, seed: int) -> FloatArray:
    return np.concatenate(list(resampling_weights(groups, resamples, seed=seed, chunk=100)))


def mean_of(totals: FloatArray) -> FloatArray:
    return np.asarray(totals[:, 0] / totals[:, 1])


def bootstrap_of_mean(values: FloatArray, resamples: int = 10_000, seed: int = 1) -> FloatArray:
    return np.sort(bootstrap(np.c_[values, np.ones_like(values)], mean_of, resamples=resamples, seed=seed))


def normal_replicates(mean: float, error: float, resamples: int = 10_000) -> FloatArray:
    """Replicates that follow a normal distribution exactly, without noise: its evenly spaced quantiles."""
    return np.asarray(mean + error * scipy.stats.norm.ppf((np.arange(resamples) + 0.5) / resamples))


class TestResampling:
    def test_each_resample_draws_as_many_groups_as_there_are(self) -> None:
        assert (weights_of(37, 250, seed=3).sum(axis=1) == 37).all()

    def test_weights_are_multinomial(self) -> None:
        weights = weights_of(20, 20_000, seed=3)
        assert weights.mean() == 1
        assert weights.mean(axis=0) == pytest.approx(np.ones(20), abs=0.03)
        expected = 20 * scipy.stats.multinomial(20, np.full(20, 1 / 20)).cov() / 20
        assert np.cov(weights.T) == pytest.approx(expected, abs=0.05)

    def test_weights_do_not_depend_on_the_chunk_but_on_the_seed(self) -> None:
        parts = np.concatenate(list(resampling_weights(7, 100, seed=3, chunk=9)))
        assert (parts == weights_of(7, 100, seed=3)).all()
        assert (parts != weights_of(7, 100, seed=4)).any()

    def test_sums_by_group(self) -> None:
        rows = np.array([[1.0, 10], [2, 20], [4, 40]])
        assert sum_by_group(rows, np.array([1, 0, 1])).tolist() == [[2, 20], [5, 50]]

    def test_replicates_are_what_drawing_the_samples_again_would_give(self) -> None:
        rng = np.random.default_rng(0)
        member = np.repeat(np.arange(8), 5)  # eight products with five variants each
        rows = np.c_[rng.random(40), np.ones(40)]
        replicates = bootstrap(sum_by_group(rows, member), mean_of, resamples=200, seed=5)
        for replicate, weights in zip(replicates, weights_of(8, 200, seed=5), strict=True):
            drawn = np.repeat(rows, weights[member].astype(int), axis=0)
            assert replicate == pytest.approx(drawn[:, 0].mean(), rel=1e-12)

    def test_a_column_is_the_same_to_the_last_bit_whatever_stands_beside_it(self) -> None:
        sums = np.random.default_rng(0).lognormal(size=(501, 97))
        together = bootstrap(sums, lambda totals: totals, resamples=50, seed=1)
        for column in (0, 40, 96):
            alone = bootstrap(sums[:, [column]], lambda totals: totals, resamples=50, seed=1)
            assert (together[:, [column]] == alone).all()
        assert together == pytest.approx(weights_of(501, 50, seed=1) @ sums, rel=1e-11)

    def test_many_groups_need_little_memory(self) -> None:
        tracemalloc.start()
        try:
            bootstrap(np.ones((2000, 40)), lambda totals: totals[:, 0], resamples=2000, seed=1)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 150e6

    def test_summation_order_is_no_difference(self) -> None:
        candidate, baseline = np.array([0.1 + 0.2, 0.31, np.nan]), np.array([0.3, 0.3, 0.3])
        assert paired_difference(candidate, baseline) == pytest.approx([0, 0.01, np.nan], nan_ok=True)
        assert paired_difference(candidate, baseline)[0] == 0


class TestInterval:
    def test_agrees_with_numpy_quantiles_at_hesterbergs_level(self) -> None:
        replicates = np.sort(np.random.default_rng(0).normal(size=999))
        tail = scipy.stats.norm.cdf(np.sqrt(12 / 11) * scipy.stats.t.ppf(0.025, 11))
        expected = np.quantile(replicates, [tail, 1 - tail])
        assert interval(replicates, groups=12) == pytest.approx(expected, rel=1e-12)

    def test_agrees_with_scipys_percentile_interval_of_the_same_resamples(self) -> None:
        values = np.random.default_rng(0).gamma(2, size=30)
        replicates = bootstrap_of_mean(values)
        tail = scipy.stats.norm.cdf(np.sqrt(30 / 29) * scipy.stats.t.ppf(0.025, 29))
        same: Any = SimpleNamespace(bootstrap_distribution=replicates)
        theirs = scipy.stats.bootstrap(
            (values,),
            np.mean,
            n_resamples=0,
            bootstrap_result=same,
            method="percentile",
            confidence_level=1 - 2 * tail,
        )
        assert interval(replicates, groups=30) == pytest.approx(tuple(theirs.confidence_interval), rel=1e-12)

    @pytest.mark.parametrize("n", [6, 10, 48, 500])
    def test_is_students_interval_where_replicates_are_normal(self, n: int) -> None:
        error = 0.3 / np.sqrt(n)
        replicates = normal_replicates(2, error * np.sqrt((n - 1) / n), resamples=100_001)
        expected = scipy.stats.t.interval(0.95, n - 1, loc=2, scale=error)
        assert interval(replicates, groups=n) == pytest.approx(expected, rel=1e-4)

    @pytest.mark.parametrize("skew", [-0.1, 0.02, 0.16])
    def test_takes_efrons_quantiles_where_the_figure_is_skewed(self, skew: float) -> None:
        replicates = np.sort(np.random.default_rng(0).normal(size=999))
        z = np.sqrt(40 / 39) * scipy.stats.t.ppf([0.025, 0.975], 39)
        quantiles = scipy.stats.norm.cdf(skew + (skew + z) / (1 - skew * (skew + z)))
        found = interval(replicates, groups=40, skew=skew)
        assert found == pytest.approx(np.quantile(replicates, quantiles), rel=1e-12)
        assert (found - interval(replicates, groups=40) > 0).all() == (skew > 0)
        assert -interval(np.sort(-replicates), groups=40, skew=-skew)[::-1] == pytest.approx(found, rel=1e-9)

    @pytest.mark.parametrize(
        ("draw", "least"),
        [("normal", 0.92), ("exponential", 0.88)],  # the percentile interval of a skewed mean covers a little less
    )
    def test_covers_the_truth_as_often_as_it_says(self, draw: str, least: float) -> None:
        rng = np.random.default_rng(11)
        trials, n = 600, 15
        samples = rng.exponential(size=(trials, n)) - 1 if draw == "exponential" else rng.normal(size=(trials, n))
        replicates = weights_of(n, 1000, seed=2) @ samples.T / n
        low, high = interval(np.sort(replicates.T), groups=n).T
        covered = np.mean((low <= 0) & (high >= 0))
        assert least < covered < 0.98

    def test_resampling_by_group_sees_that_variants_are_no_new_products(self) -> None:
        products = np.random.default_rng(0).normal(size=40)
        variants = np.repeat(products, 25)
        sums = sum_by_group(np.c_[variants, np.ones(1000)], np.repeat(np.arange(40), 25))
        by_group = np.sort(bootstrap(sums, mean_of, resamples=5000, seed=1))
        by_sample = bootstrap_of_mean(variants, resamples=5000)
        assert standard_error(by_group, groups=40) == pytest.approx(products.std(ddof=1) / np.sqrt(40), rel=0.03)
        assert by_group.std() / by_sample.std() == pytest.approx(5, rel=0.05)  # sqrt(25)

    def test_there_is_none_for_one_group(self) -> None:
        replicates = np.ones(100)
        assert np.isnan(interval(replicates, groups=1)).all()
        assert np.isnan(standard_error(replicates, groups=1))
        assert np.isnan(effect_of(replicates, groups=1))

    def test_undefined_replicates_are_left_out_while_they_are_rare(self) -> None:
        defined = np.sort(np.random.default_rng(0).normal(size=950))
        replicates = np.r_[defined, np.full(50, np.nan)]
        assert len(replicates) * MAX_UNDEFINED == 50
        for answer in (interval, standard_error, effect_of):
            assert answer(replicates, groups=9) == pytest.approx(answer(defined, groups=9), rel=1e-12)
            assert np.isnan(answer(np.r_[defined[1:], np.full(51, np.nan)], groups=9)).all()

    def test_none_is_defined(self) -> None:
        for answer in (interval, standard_error, effect_of):
            assert np.isnan(answer(np.full((3, 100), np.nan), groups=9)).all()
        assert np.isnan(p_value(np.full(2, np.nan), 9, 9))


class TestAcceleration:
    def test_of_a_mean_is_its_skewness_over_6_root_n(self) -> None:
        values = np.random.default_rng(0).gamma(2, size=30)
        expected = scipy.stats.skew(values) / (6 * np.sqrt(30))
        assert acceleration(np.c_[values, np.ones(30)], mean_of) == pytest.approx(expected, rel=1e-9)

    def test_is_0_where_nothing_varied_and_where_nothing_is_known(self) -> None:
        assert acceleration(np.ones((9, 2)), mean_of) == 0
        with np.errstate(invalid="ignore"):
            assert acceleration(np.zeros((9, 2)), mean_of) == 0

    @given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=20))
    def test_is_never_more_than_a_sixth(self, values: list[float]) -> None:
        assert abs(acceleration(np.c_[values, np.ones(len(values))], mean_of)) <= 1 / 6 + 1e-12

    def test_many_figures_are_each_what_they_are_alone(self) -> None:
        sums = np.random.default_rng(0).lognormal(size=(501, 3, 2))
        together = acceleration(
            sums.reshape(501, 6), lambda totals: np.stack([totals[:, ::2], totals[:, 1::2]], axis=1)
        )
        assert together.shape == (2, 3)
        for i, j in np.ndindex(2, 3):
            assert acceleration(sums[:, j, [i]], lambda totals: totals[:, 0]) == together[i, j]

    def test_many_groups_need_little_memory(self) -> None:
        sums = np.ones((20_000, 40))
        tracemalloc.start()
        try:
            acceleration(sums, lambda totals: totals[:, 0])
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 60e6


class TestStandardError:
    def test_of_a_mean_is_s_over_root_n(self) -> None:
        values = np.random.default_rng(0).normal(size=25)
        replicates = bootstrap_of_mean(values, resamples=40_000)
        exact = np.sqrt(24 / 25) * values.std(ddof=1) / 5  # of the multinomial bootstrap
        assert replicates.std() == pytest.approx(exact, rel=0.02)
        assert standard_error(replicates, groups=25) == pytest.approx(values.std(ddof=1) / 5, rel=0.02)

    def test_rounding_is_no_spread(self) -> None:
        assert standard_error(np.array([0.3, 0.3, 0.1 + 0.2]), groups=3) == 0

    @pytest.mark.parametrize("n", [8, 48, 1000])
    def test_the_minimum_detectable_effect_difference_is_found_with_the_power_that_is_said(self, n: int) -> None:
        error = 0.02
        smallest = effect_of(normal_replicates(0.5, error * np.sqrt((n - 1) / n)), groups=n)
        critical = scipy.stats.t.ppf(1 - ALPHA / 2, n - 1)
        power = scipy.stats.nct.sf(critical, n - 1, smallest / error)
        assert power == pytest.approx(POWER, abs=0.02)

    def test_nothing_is_known_where_nothing_varied(self) -> None:
        assert np.isnan(effect_of(np.zeros(100), groups=10))


@st.composite
def replicates_and_groups(draw: st.DrawFn) -> tuple[FloatArray, int]:
    seed, groups = draw(st.integers(0, 2**32)), draw(st.integers(2, 60))
    rng = np.random.default_rng(seed)
    skew, shift = draw(st.floats(0.2, 2)), draw(st.floats(-4, 4))
    values = rng.gamma(1 / skew**2, size=400)
    values = (values - values.mean()) / values.std() + shift
    if draw(st.booleans()):
        values = np.round(values)  # ties, also at 0
    return np.sort(values if draw(st.booleans()) else -values), groups


def of_pairs(both: int, first: int, second: int, neither: int) -> tuple[FloatArray, FloatArray]:
    """Return the shares of successes and the interval of their difference, of n pairs by the real functions."""
    one = np.repeat([1.0, 1, 0, 0], [both, first, second, neither])
    other = np.repeat([1.0, 0, 1, 0], [both, first, second, neither])
    n = len(one)
    shares = one.mean(), other.mean()
    errors = [values.std(ddof=1) / np.sqrt(n) for values in (one, other, one - other)]
    intervals = [share_interval(np.array(p), np.array(e), n) for p, e in zip(shares, errors, strict=False)]
    (p, q), (of_p, of_q) = map(np.asarray, shares), intervals
    of_one, of_other, of_both = map(np.asarray, errors)
    return np.array(shares), share_difference_interval((p, q), (of_p, of_q), (of_one, of_other, of_both))


class TestShares:
    @pytest.mark.parametrize(("right", "n"), [(30, 30), (0, 30), (29, 30), (57, 57), (3, 50), (400, 1000)])
    def test_is_wilsons_interval(self, right: int, n: int) -> None:
        """With normal quantiles, which Student's come to with many groups; a unit's error is sqrt(p (1 - p) / n)."""
        p = right / n
        found = share_interval(p, np.sqrt(p * (1 - p) / n), groups=n)
        # statsmodels has it for any level: at Student's for n groups it is the same.
        level = 2 * scipy.stats.norm.sf(scipy.stats.t.ppf(0.975, n - 1))
        assert found == pytest.approx(proportion_confint(right, n, alpha=level, method="wilson"), abs=1e-12)

    def test_thirty_of_thirty_are_no_certainty(self) -> None:
        low, high = share_interval(1.0, 0.0, groups=30)
        # Clopper and Pearson's exact interval begins at 0.025 ** (1 / 30) = 0.884.
        assert (low, high) == (pytest.approx(0.878, abs=0.001), 1)

    def test_alike_samples_of_a_group_are_not_new_ones(self) -> None:
        """Ten variants of each of 30 products, all right or all wrong with it, say what 30 samples say."""
        once = share_interval(0.9, np.sqrt(0.09 / 30), groups=30)
        assert share_interval(1.0, 0.0, groups=30)[0] < 0.9
        assert share_interval(0.9, np.sqrt(0.09 / 300), groups=30)[0] > once[0], "unless they are not alike"

    @pytest.mark.parametrize("cells", [(12, 9, 2, 21), (36, 12, 2, 0), (14, 5, 0, 22), (29, 1, 0, 0), (51, 6, 0, 0)])
    def test_the_difference_is_newcombes_of_the_same_table(self, cells: tuple[int, int, int, int]) -> None:
        """His formulas, with phi from the table's cells (Newcombe 1998, method 10 but for the continuity of phi)."""
        e, f, g, h = cells
        n = sum(cells)
        (p, q), found = of_pairs(*cells)
        (p_low, p_high), (q_low, q_high) = (
            share_interval(share, np.sqrt(share * (1 - share) / (n - 1)), n) for share in (p, q)
        )
        margins = (e + f) * (g + h) * (e + g) * (f + h)
        phi = (e * h - f * g) / np.sqrt(margins) if margins else 0.0
        below = (p - p_low) ** 2 - 2 * phi * (p - p_low) * (q_high - q) + (q_high - q) ** 2
        above = (p_high - p) ** 2 - 2 * phi * (p_high - p) * (q - q_low) + (q - q_low) ** 2
        assert found == pytest.approx((p - q - np.sqrt(below), p - q + np.sqrt(above)), abs=1e-9)

    @pytest.mark.slow
    @pytest.mark.parametrize("right", [(0.99, 0.95), (0.97, 0.97), (0.9, 0.8), (0.5, 0.5)])
    @pytest.mark.parametrize("n", [20, 60])
    def test_they_hold_the_truth_as_often_as_they_say(self, right: tuple[float, float], n: int) -> None:
        """Whatever the share; nine in ten errors of the better one are the other's as well."""
        rng, held = np.random.default_rng(3), []
        p, q = right
        for _ in range(2000):
            wrong = rng.random(n)
            one, other = wrong >= 1 - p, np.where(rng.random(n) < 0.9, wrong, rng.random(n)) >= 1 - q
            cells = (int((one & other).sum()), int((one & ~other).sum()), int((~one & other).sum()))
            _, (low, high) = of_pairs(*cells, n - sum(cells))
            held.append(low - 1e-9 <= p - q <= high + 1e-9)
        assert np.mean(held) > 0.935


def effect_of(ascending: FloatArray, groups: npt.ArrayLike) -> FloatArray:
    """Return the minimum detectable effect of sorted replicates."""
    return minimum_detectable_effect(standard_error(ascending, groups), groups)


def bounds_of(replicates: FloatArray, groups: int) -> FloatArray:
    return difference_interval(np.asarray(np.mean(replicates)), interval(replicates, groups), groups)


class TestDifferences:
    @given(replicates_and_groups(), st.floats(1e-9, 0.05), st.integers(0, 60))
    def test_p_is_below_a_level_exactly_where_the_interval_at_that_level_excludes_zero(
        self, drawn: tuple[FloatArray, int], level: float, differing: int
    ) -> None:
        replicates, groups = drawn
        if groups < MIN_GROUPS:
            assert np.isnan(bounds_of(replicates, groups)).all()
            return
        of_all = bounds_of(replicates, groups), groups, min(differing, groups)
        low, high = at_level(*of_all, level)
        p = p_value(*of_all)
        assert 0 < p <= 1
        if abs(p / level - 1) > 1e-9:
            assert (p < level) == (not low <= 0 <= high)

    @given(replicates_and_groups(), st.floats(1e-6, 0.05), st.floats(1e-6, 0.05))
    def test_intervals_of_two_levels_lie_within_one_another(
        self, drawn: tuple[FloatArray, int], one: float, other: float
    ) -> None:
        of_all = bounds_of(*drawn), drawn[1], drawn[1]
        narrow, wide = at_level(*of_all, max(one, other)), at_level(*of_all, min(one, other))
        assert np.isnan(narrow).all() or (wide[0] <= narrow[0] + 1e-12 and narrow[1] <= wide[1] + 1e-12)

    def test_it_widens_as_students_t(self) -> None:
        (bounds,) = at_level(np.array([[-1.0, 3.0]]), [20], [20], 0.05 / 10)
        # t with 19 degrees of freedom: 2.0930 at 0.025 and 3.1737 at 0.0025 (tables of Student's t).
        assert bounds == pytest.approx([1 - 2 * 3.1737 / 2.0930, 1 + 2 * 3.1737 / 2.0930], rel=1e-4)
        assert at_level(np.array([[-1.0, 3.0]]), [6], [6], ALPHA).tolist() == [[-1.0, 3.0]]

    @pytest.mark.parametrize(
        ("differing", "number", "shown"), [(5, 1, False), (6, 1, True), (10, 30, False), (11, 30, True)]
    )
    def test_it_takes_differing_groups_enough_for_a_sign_flip_to_be_significant(
        self, differing: int, number: int, shown: bool
    ) -> None:
        low, high = at_level(np.array([0.1, 0.101]), 500, differing, ALPHA / number)
        assert (low > 0) == shown
        assert high > 0.1

    @pytest.mark.parametrize("n", [10, 48, 1000])
    @pytest.mark.parametrize("t", [0.0, 0.5, 1.96, 2.5, 3.2, 6.0])
    def test_p_is_students_where_replicates_are_normal(self, n: int, t: float) -> None:
        replicates = normal_replicates(t, np.sqrt((n - 1) / n))
        for sign in (1, -1):
            p = p_value(bounds_of(np.sort(sign * replicates), n), n, n)
            assert p == pytest.approx(max(2 * scipy.stats.t.sf(t, n - 1), 2.0 ** (1 - n)), rel=0.05)

    def test_of_a_paired_mean_is_near_the_paired_t_test(self) -> None:
        differences = np.random.default_rng(4).normal(0.3, 1, size=60)
        p = p_value(bounds_of(bootstrap_of_mean(differences, resamples=40_000), 60), 60, 60)
        assert p == pytest.approx(scipy.stats.ttest_1samp(differences, 0).pvalue, rel=0.1)

    @pytest.mark.parametrize("gained", [6, 8, 12])
    def test_with_gains_alone_p_is_not_below_mcnemars(self, gained: int) -> None:
        _, bounds = of_pairs(50, gained, 0, 4)
        exact = mcnemar([[50, gained], [0, 4]], exact=True).pvalue
        assert p_value(bounds, 54 + gained, gained) >= exact

    def test_is_that_of_the_sign_flip_test_where_all_groups_differ_alike(self) -> None:
        differences = np.full(9, 0.25)
        flipped = scipy.stats.permutation_test((differences,), np.mean, permutation_type="samples")
        bounds = difference_interval(np.array(0.25), np.array([0.25, 0.25]), 9)
        assert p_value(bounds, 9, 9) == flipped.pvalue == 2**-8
        # Clopper and Pearson's limit of 9 of 9 is 0.6637: so many groups gain at least, and the others lose as much.
        assert bounds == pytest.approx((0.25 * (2 * 0.6637 - 1), 0.25), abs=1e-4)

    def test_is_never_0_and_is_1_without_any_difference(self) -> None:
        bounds = difference_interval(np.array(1.0), np.array([1.0, 1.0]), 5000)
        assert 0 < p_value(bounds, 5000, 5000) < 1e-200
        assert p_value(np.zeros(2), 20, 0) == 1


class TestManyFiguresAtOnce:
    """Each is what it would be alone."""

    @given(st.lists(replicates_and_groups(), min_size=1, max_size=6), st.randoms())
    def test_figures_do_not_touch_one_another(self, drawn: list[tuple[FloatArray, int]], random: Any) -> None:
        groups = [random.choice([n, 1]) for _, n in drawn]
        undefined = [random.choice([0, 0, 20, 21]) for _ in drawn]
        figures = [
            np.r_[values[gone:], np.full(gone, np.nan)] for (values, _), gone in zip(drawn, undefined, strict=True)
        ]
        differences = [float(np.nanmean(figure)) for figure in figures]
        stacked = np.stack(figures)
        for answer in (interval, standard_error, effect_of):
            alone = [answer(figure, n) for figure, n in zip(figures, groups, strict=True)]
            np.testing.assert_array_equal(answer(stacked, groups), alone)
        bounds = difference_interval(np.array(differences), interval(stacked, groups), groups)
        for i, (difference, figure, n) in enumerate(zip(differences, figures, groups, strict=True)):
            its_own = difference_interval(np.array(difference), interval(figure, n), n)
            np.testing.assert_array_equal(bounds[i], its_own)
            np.testing.assert_array_equal(p_value(bounds, groups, groups)[i], p_value(its_own, n, n))


class TestHolm:
    @settings(max_examples=25)
    @given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
    def test_agrees_with_statsmodels(self, p_values: list[float]) -> None:
        assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1], rel=1e-12)

    @given(st.permutations([0.001, 0.02, 0.02, 0.04, 0.9]))
    def test_does_not_depend_on_the_order(self, p_values: list[float]) -> None:
        adjusted = dict(zip(p_values, holm(p_values), strict=True))
        assert adjusted == pytest.approx({0.001: 0.005, 0.02: 0.08, 0.04: 0.08, 0.9: 0.9})

    def test_what_has_no_p_value_does_not_count(self) -> None:
        assert holm([None, 0.01, float("nan"), 0.04]) == pytest.approx([None, 0.02, float("nan"), 0.04], nan_ok=True)
        assert holm([]) == []
