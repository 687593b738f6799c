import os
import random
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from shoptune.dataset import near_duplicates
from shoptune.dataset.near_duplicates import Clusters, TextIndex

VOCABULARY = [f"word{number}" for number in range(5_000)]


def clusters(texts: Iterable[str], similarity: float = 0.8) -> Clusters:
    index = TextIndex()
    for text in texts:
        index.add(text)
    return index.clusters(similarity)


def partition(labels: npt.NDArray[np.int64], numbers: Sequence[int]) -> set[frozenset[int]]:
    return {frozenset(np.array(numbers)[labels == label].tolist()) for label in labels}


def jaccard(left: str, right: str) -> float:
    """Python's own sets, independent of any hash of ours."""
    one, other = ({tuple(words[i : i + 3]) for i in range(len(words) - 2)} for words in (left.split(), right.split()))
    return len(one & other) / len(one | other)


def changed(words: Sequence[str], places: Iterable[int], rng: random.Random) -> list[str]:
    result = list(words)
    for place in places:
        result[place] = f"new{rng.getrandbits(32)}"
    return result


def pairs(count: int, *, words: int, changes: int, seed: int) -> list[tuple[str, str]]:
    """Make pairs of invented texts, the second of which has `changes` words of the first changed, far from one another.

    A changed word changes three shingles of words - 2, so the similarity is s = (n - 3c) / (n + 3c) with n = words - 2.
    """
    rng = random.Random(seed)
    places = [2 + 6 * i for i in range(changes)]
    texts = [rng.choices(VOCABULARY, k=words) for _ in range(count)]
    return [(" ".join(text), " ".join(changed(text, places, rng))) for text in texts]


def found(made: Sequence[tuple[str, str]], similarity: float = 0.8) -> npt.NDArray[np.bool_]:
    labels = clusters((text for pair in made for text in pair), similarity).labels
    together: npt.NDArray[np.bool_] = labels[0::2] == labels[1::2]
    return together


# --- what is found ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("words", "changes"), [(62, 1), (92, 1), (200, 3)])
def test_texts_nine_tenths_alike_are_found(words: int, changes: int) -> None:
    made = pairs(1_000, words=words, changes=changes, seed=words)
    assert min(jaccard(*pair) for pair in made) >= 0.9
    # 103 of 128 places must agree: of a pair at 0.9 they do with a probability of 0.9998.
    assert found(made).mean() >= 0.998


@pytest.mark.parametrize(("words", "changes"), [(32, 4), (62, 7), (200, 25)])
def test_texts_less_than_half_alike_are_not(words: int, changes: int) -> None:
    made = pairs(1_000, words=words, changes=changes, seed=words)
    assert max(jaccard(*pair) for pair in made) < 0.5
    assert not found(made).any()


@pytest.mark.parametrize(("similarity", "least", "most"), [(0.5, 0.99, 1), (0.9, 0, 0.01)])
def test_the_threshold_is_the_callers(similarity: float, least: float, most: float) -> None:
    made = pairs(500, words=62, changes=3, seed=3)
    assert jaccard(*made[0]) == pytest.approx(51 / 69)  # 0.74
    assert least <= found(made, similarity).mean() <= most


def test_the_estimate_has_the_standard_error_that_is_stated() -> None:
    made = pairs(4_000, words=62, changes=2, seed=1)
    similarity = jaccard(*made[0])
    assert similarity == pytest.approx(54 / 66)
    for threshold in (0.75, 0.8, 0.85, 0.9):
        expected = binom.sf(np.ceil(threshold * 128) - 1, 128, similarity)
        # Four standard deviations of a binomial of 4,000, and the 1 % that banding may miss.
        spread = 4 * np.sqrt(expected * (1 - expected) / len(made))
        assert expected - spread - 0.01 <= found(made, threshold).mean() <= expected + spread


def test_duplicates_of_duplicates_are_one_cluster() -> None:
    rng = random.Random(4)
    chain = [rng.choices(VOCABULARY, k=92)]
    for step in range(12):
        chain.append(changed(chain[-1], [7 * step], rng))
    texts = [" ".join(words) for words in chain]
    assert jaccard(texts[0], texts[-1]) < 0.5
    result = clusters(["something else entirely", *texts])
    assert result.labels.tolist() == [0, *[1] * len(texts)]
    assert result.texts.tolist() == list(range(len(texts) + 1))


def test_hundreds_that_are_just_alike_enough_are_one_cluster() -> None:
    rng = random.Random(10)
    template = rng.choices(VOCABULARY, k=60)
    texts = [" ".join(changed(template, range(20, 24), rng)) for _ in range(1_000)]
    assert jaccard(texts[0], texts[1]) == pytest.approx(52 / 64)  # 0.81
    assert np.bincount(clusters(texts).labels).max() >= 970


def test_near_duplicates_are_found_among_thousands_that_are_nearly_so() -> None:
    # A catalogue of one template: all share two thirds of their shingles, and each text has one near-duplicate.
    rng = random.Random(5)
    template = rng.choices(VOCABULARY, k=60)
    texts = [changed(template, range(20, 30), rng) for _ in range(2_000)]
    made = [(" ".join(text), " ".join(changed(text, [0], rng))) for text in texts]
    assert jaccard(made[0][0], made[1][0]) == pytest.approx(46 / 70)
    assert found(made).mean() == 1
    assert len(set(clusters(text for pair in made for text in pair).labels)) >= 1_960


# --- what counts as the same words -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "other", "same"),
    [
        ("Red wool scarf, 180 cm.", "red WOOL scarf 180 cm", True),
        ("Großer Schal aus Wolle", "GROSSER SCHAL AUS WOLLE", True),
        ("caf\u00e9 table", "cafe\u0301 table", True),
        ("ＷＯＯＬ scarf", "wool scarf", True),
        ("丝绸围巾", "丝绸，围巾！", True),
        ("wool", "Wool!", True),
        ("wool", "silk", False),
        ("red wool", "wool red", False),
        ("red wool", "red", False),
        ("red wool", "red wool red", False),
        ("का", "की", False),
        ("丝绸围巾", "丝绸手套", False),
    ],
)
def test_same_words(text: str, other: str, same: bool) -> None:
    result = clusters([text, other])
    assert result.texts.tolist() == result.labels.tolist() == [0, 0 if same else 1]


def test_the_same_shingles_are_not_the_same_words() -> None:
    result = clusters(["soft warm wool soft warm wool", "soft warm wool soft warm wool soft warm wool"], similarity=1)
    assert result.labels.tolist() == [0, 0]
    assert result.texts.tolist() == [0, 1]


@pytest.mark.parametrize(
    "text",
    [
        "这款真丝围巾手感柔软，色泽自然，适合春秋两季佩戴，也是送给朋友的理想礼物。每条围巾都由熟练的工匠手工缝边，经久耐用。",
        "ผ้าพันคอไหมเนื้อนุ่มสีสวยเหมาะสำหรับทุกฤดูกาลและเป็นของขวัญที่ดีสำหรับเพื่อนของคุณทุกผืนเย็บขอบด้วยมืออย่างประณีต",
    ],
)
def test_scripts_without_spaces(text: str) -> None:
    near, far = text[:-4] + text[-3:], text[::-1]
    assert clusters([text, near, far]).labels.tolist() == [0, 0, 2]


def test_texts_without_words_are_duplicates_of_nothing() -> None:
    result = clusters(["", "wool", "★ – !", "", "wool"])
    assert result.texts.tolist() == result.labels.tolist() == [0, 1, 2, 3, 1]


# --- what it does not depend on --------------------------------------------------------------------------------------

SHORT_TEXTS = st.lists(st.lists(st.sampled_from(["ab", "CD", "dé", "丝", "!"]), max_size=9).map(" ".join), max_size=24)


@given(SHORT_TEXTS, st.randoms(use_true_random=False))
def test_order_changes_no_cluster(texts: list[str], rng: random.Random) -> None:
    order = rng.sample(range(len(texts)), len(texts))
    straight, shuffled = clusters(texts), clusters([texts[number] for number in order])
    assert partition(straight.labels, range(len(texts))) == partition(shuffled.labels, order)
    assert partition(straight.texts, range(len(texts))) == partition(shuffled.texts, order)


@given(SHORT_TEXTS)
def test_texts_and_labels_mean_what_they_say(texts: list[str]) -> None:
    result = clusters(texts)
    words = [re.findall(r"\w+", text.casefold()) for text in texts]
    assert result.texts.tolist() == [words.index(own) if own else number for number, own in enumerate(words)]
    assert (result.labels[result.texts] == result.labels).all()
    labels = result.labels.tolist()
    assert labels == [labels.index(label) for label in labels]


def borderline() -> list[tuple[str, str]]:
    """Pairs of which some are found and some are not, so that any change of a signature shows."""
    return pairs(150, words=60, changes=2, seed=6)


def test_order_changes_nothing_on_the_borderline() -> None:
    texts = [text for pair in borderline() for text in pair]
    order = random.Random(7).sample(range(len(texts)), len(texts))
    expected = partition(clusters(texts).labels, range(len(texts)))
    assert partition(clusters([texts[number] for number in order]).labels, order) == expected


@pytest.mark.parametrize("limits", [(1, 10**9), (7, 10**9), (10**9, 1_000)])
def test_batches_change_nothing(limits: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    expected = found(borderline()).tolist()
    assert 75 < sum(expected) < 125
    monkeypatch.setattr(near_duplicates, "_BATCH_TEXTS", limits[0])
    monkeypatch.setattr(near_duplicates, "_BATCH_CHARACTERS", limits[1])
    assert found(borderline()).tolist() == expected


def test_another_process_finds_the_same() -> None:
    made = borderline()
    program = (
        "import sys; from shoptune.dataset.near_duplicates import TextIndex; index = TextIndex(); "
        "[index.add(line) for line in sys.stdin]; print(*index.clusters().labels)"
    )
    lines = "\n".join(text for pair in made for text in pair)
    labels = [
        subprocess.run(
            [sys.executable, "-c", program],
            input=lines,
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout.split()
        for seed in ("1", "2")
    ]
    here = clusters(text for pair in made for text in pair).labels
    assert labels[0] == labels[1] == [str(label) for label in here]


def test_texts_can_be_added_after_clusters_were_asked_for() -> None:
    index = TextIndex()
    assert len(index.clusters().labels) == 0
    for number, text in enumerate(["red wool scarf", "blue wool scarf", "red wool scarf"], start=1):
        index.add(text)
        assert len(index) == len(index.clusters().labels) == number
    assert index.clusters().labels.tolist() == [0, 1, 0]


@pytest.mark.parametrize("similarity", [0, -1, 1.01, float("nan")])
def test_impossible_thresholds_are_refused(similarity: float) -> None:
    with pytest.raises(ValueError, match="similarity is"):
        TextIndex().clusters(similarity)


# --- what it costs ---------------------------------------------------------------------------------------------------


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pairs each call compared: what decides the time."""
    calls: list[int] = []
    estimates = near_duplicates._estimates

    def counting(
        signatures: near_duplicates.Signatures, left: near_duplicates.IndexArray, right: near_duplicates.IndexArray
    ) -> npt.NDArray[np.float64]:
        calls.append(len(left))
        return estimates(signatures, left, right)

    monkeypatch.setattr(near_duplicates, "_estimates", counting)
    return calls


def test_identical_texts_are_never_compared(compared: list[int]) -> None:
    result = clusters(["A soft, warm scarf of merino wool"] * 20_000)
    assert not result.labels.any()
    assert not result.texts.any()
    assert sum(compared) == 0


def test_thousands_of_alike_texts_are_compared_with_few(compared: list[int]) -> None:
    rng = random.Random(8)
    template = rng.choices(VOCABULARY, k=60)
    result = clusters(" ".join(changed(template, [30], rng)) for _ in range(5_000))
    assert not result.labels.any()
    assert sum(compared) < 4 * 5_000  # all pairs would be 12 million


def test_only_texts_that_agree_in_a_band_are_compared(compared: list[int]) -> None:
    assert found(pairs(1_000, words=92, changes=1, seed=11)).all()
    assert sum(compared) < 1_050


def test_texts_are_signed_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    signatures = near_duplicates._signatures

    def counting(texts: list[list[str]]) -> near_duplicates.Signatures:
        sizes.append(len(texts))
        return signatures(texts)

    monkeypatch.setattr(near_duplicates, "_signatures", counting)
    monkeypatch.setattr(near_duplicates, "_BATCH_TEXTS", 4)
    monkeypatch.setattr(near_duplicates, "_BATCH_CHARACTERS", 1_000)
    clusters(["wool " * 10] * 6 + ["silk " * 300] + ["wool " * 10] * 5)
    assert sizes == [4, 3, 4, 1]


def test_a_text_of_ten_megabytes() -> None:
    long = " ".join(random.Random(9).choices(VOCABULARY, k=1_250_000))
    assert len(long) > 10**7
    assert clusters(["soft wool", long, long + " soft", "soft wool"]).labels.tolist() == [0, 1, 1, 0]
