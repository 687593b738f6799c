"""Exact and near-duplicates among up to some millions of texts, in bounded memory.

A text is the set of its shingles, runs of three successive words; two texts are as alike as their sets overlap (Jaccard
similarity, which Broder 1997 calls resemblance).  Of each text 256 bytes are kept, its MinHash signature: the smallest
shingle hash under each of 128 permutations.  Two signatures agree in any one place with a probability equal to the
similarity s, so the share of places in which they agree estimates s with a standard error of sqrt(s (1 - s) / 128):
0.035 at 0.8, 0.044 at 0.5.  Which texts are compared at all is decided by banding (Leskovec, Rajaraman and Ullman,
section 3.4): texts that agree in every place of a band are, and bands are as wide as they can be while they find 99 %
of the pairs that are as alike as asked for.

- A. Z. Broder (1997): On the resemblance and containment of documents.
- J. Leskovec, A. Rajaraman, J. D. Ullman: Mining of Massive Datasets, chapter 3.
- T. Bohman, C. Cooper, A. Frieze (2000): Min-wise independent linear permutations: why a x + b will do for one.
- P. Li, A. C. König (2010): b-bit minwise hashing: why the last 16 bits of a smallest hash will do.  Two different ones
  agree in them with a probability of 2**-16, which shifts the estimate by as much at most.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import chain

import numpy as np
import numpy.typing as npt
import regex

__all__ = ["Clusters", "TextIndex"]

SHINGLE = 3
PLACES = 128
RECALL = 0.99
"""Probability with which two texts that are exactly as alike as asked for are compared."""
NEIGHBOURS = 4
"""How many of the texts that agree with it in a band a text is compared with.  Of 1,000 texts that all are 0.81 alike
(the threshold being 0.8), 47 are missing from their cluster with 1 neighbour, 12 with 4, 9 with 8."""

_BATCH_TEXTS = 2048
_BATCH_CHARACTERS = 2**20
_CHUNK = 2**14
"""Pairs compared at once: 8 MiB of signatures."""

# The stream of a bit generator, unlike what a Generator makes of it, is the same in every release of numpy.
_RANDOM = np.random.PCG64(1997).random_raw(SHINGLE + 2 * PLACES)
_WORD_FACTORS = _RANDOM[:SHINGLE] | np.uint64(1)
_FACTORS = _RANDOM[SHINGLE : SHINGLE + PLACES].astype(np.uint32) | np.uint32(1)  # odd: x -> a x + b is a permutation
_SHIFTS = _RANDOM[SHINGLE + PLACES :].astype(np.uint32)
_BAND_FACTOR = np.uint64(0x9E3779B97F4A7C15)

_WORD = re.compile(r"\w+")
# Letters that aren't Latin, Greek, Cyrillic or Armenian, and loose marks; few texts of shops in Europe have any.
_UNUSUAL = re.compile("[\u0300-\u036f\u0590-\u1dff\u2c00-\U0010ffff]")
# Scripts without spaces: Line_Break=SA is Unicode's class of Thai, Lao, Khmer, Burmese, ...
_CHARACTER = r"[[\p{Line_Break=SA}\p{scx=Han}\p{scx=Hira}\p{scx=Kana}]&&[\p{L}\p{N}]]"
_UNUSUAL_WORD = regex.compile(rf"(?V1){_CHARACTER}\p{{M}}*|[\w--{_CHARACTER}]+")

HashArray = npt.NDArray[np.uint64]
IndexArray = npt.NDArray[np.int64]
Signatures = npt.NDArray[np.uint16]
"""[n, PLACES]"""


@dataclass(frozen=True)
class Clusters:
    """Which texts say the same; n texts in the order in which they were added."""

    texts: IndexArray
    """[n] For each text the number (from 0) of the first one with the same words in the same order, whatever their case
    and whatever stands between them."""
    labels: IndexArray
    """[n] For each text the number of the first one in its cluster: equal for texts that are duplicates of one another,
    directly or through others."""


class TextIndex:
    """Texts to be clustered; keeps 264 bytes of each.

    A text without any word says nothing and so is a duplicate of nothing.  The clusters do not depend on the order in
    which texts are added, nor on the process or machine.
    """

    def __init__(self) -> None:
        self._batch: list[str] = []
        self._batch_characters = 0
        self._keys = bytearray()  # grows in place, so that the signatures are never held twice
        self._signatures = bytearray()

    def __len__(self) -> int:
        return len(self._keys) // 8 + len(self._batch)

    def add(self, text: str) -> None:
        """Add a text; texts are numbered from 0 in the order in which they are added."""
        self._batch.append(text)
        self._batch_characters += len(text)
        if len(self._batch) == _BATCH_TEXTS or self._batch_characters >= _BATCH_CHARACTERS:
            self._sign_batch()

    def clusters(self, similarity: float = 0.8) -> Clusters:
        """Cluster all texts added so far.

        Texts are duplicates if the estimated Jaccard similarity of their shingles is at least `similarity` (above 0, up
        to 1), as it is for identical texts.  Identical texts are known by a hash of 64 bits; two different ones among a
        million share one with a probability of 3e-8.
        """
        if not 0 < similarity <= 1:
            raise ValueError(f"similarity is {similarity}; it lies above 0 and is at most 1")
        self._sign_batch()
        keys = np.frombuffer(self._keys, np.uint64)
        # np.unique sorts by key, which makes all that follows independent of the order of the texts.
        _, first, text = np.unique(keys, return_index=True, return_inverse=True)
        signatures = np.frombuffer(self._signatures, np.uint16).reshape(-1, PLACES)
        component = _components(signatures, first, similarity)[text]
        _, start, member = np.unique(component, return_index=True, return_inverse=True)
        wordless = keys == np.uint64(_hash(""))
        itself = np.arange(len(keys))
        return Clusters(texts=np.where(wordless, itself, first[text]), labels=np.where(wordless, itself, start[member]))

    def _sign_batch(self) -> None:
        if self._batch:
            texts = [_words(text) for text in self._batch]
            self._keys += np.array([_hash(" ".join(words)) for words in texts], np.uint64).tobytes()
            self._signatures += _signatures(texts).tobytes()
            self._batch, self._batch_characters = [], 0


# --- from text to signature ------------------------------------------------------------------------------------------


def _words(text: str) -> list[str]:
    """Return a text's words, case folded; in scripts written without spaces each character is a word."""
    text = unicodedata.normalize("NFKC", text).casefold()
    found: list[str] = (_UNUSUAL_WORD if _UNUSUAL.search(text) else _WORD).findall(text)
    return found


def _hash(text: str) -> int:
    """Return 64 bits that, unlike Python's own hash, are the same in every process."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


_word_hash = lru_cache(maxsize=2**16)(_hash)


def _signatures(texts: list[list[str]]) -> Signatures:
    """Return the MinHash signature of each text: [n, PLACES].  Fewer words than a shingle's are one shingle."""
    padded = [words if len(words) >= SHINGLE else [*words, *[""] * (SHINGLE - len(words))] for words in texts]
    lengths = np.fromiter(map(len, padded), np.int64, len(padded))
    words = np.fromiter(map(_word_hash, chain.from_iterable(padded)), np.uint64, int(lengths.sum()))
    size = len(words) - SHINGLE + 1
    sums = sum(factor * words[place : place + size] for place, factor in enumerate(_WORD_FACTORS))
    ends = np.cumsum(lengths)
    across = (ends[:-1, None] - np.arange(1, SHINGLE)).ravel()  # shingles that begin in one text and end in the next
    shingles = np.delete(sums >> np.uint64(32), across).astype(np.uint32)
    starts = ends - lengths - (SHINGLE - 1) * np.arange(len(texts))
    signatures = np.empty((len(texts), PLACES), np.uint16)
    permuted = np.empty_like(shingles)
    for place, (factor, shift) in enumerate(zip(_FACTORS, _SHIFTS, strict=True)):
        np.multiply(shingles, factor, out=permuted)
        np.add(permuted, shift, out=permuted)
        signatures[:, place] = np.minimum.reduceat(permuted, starts).astype(np.uint16)  # the last 16 bits
    return signatures


# --- from signatures to clusters -------------------------------------------------------------------------------------


def _components(signatures: Signatures, rows: IndexArray, similarity: float) -> IndexArray:
    """Number the clusters of the different texts whose signatures stand in `rows` [m]: [m].

    Of the texts that agree in a band each is compared with the next few, as far as they aren't joined yet.  So a bucket
    of thousands costs no more per text than one of two; those that don't stand side by side in it are joined through
    others, or in another band.
    """
    width = _band_width(similarity)
    labels = np.arange(len(rows))
    for band in range(PLACES // width):
        keys = _band_keys(signatures, rows, band, width)
        members = _sharing(keys)
        for distance in range(1, NEIGHBOURS + 1):
            left, right = members[:-distance], members[distance:]
            new = (keys[left] == keys[right]) & (labels[left] != labels[right])
            left, right = left[new], right[new]
            alike = _estimates(signatures, rows[left], rows[right]) >= similarity
            labels = _joined(labels, left[alike], right[alike])
    return labels


def _band_width(similarity: float) -> int:
    """Return the greatest number of places per band with which `RECALL` of the pairs at `similarity` are compared."""
    wide = (r for r in range(PLACES, 1, -1) if 1 - (1 - similarity**r) ** (PLACES // r) >= RECALL)
    return next(wide, 1)


def _band_keys(signatures: Signatures, rows: IndexArray, band: int, width: int) -> HashArray:
    """Hash a band of `width` places of each text in `rows` [m]: [m]."""
    start = band * width
    keys = np.zeros(len(rows), np.uint64)
    for place in range(start, start + width):
        keys = keys * _BAND_FACTOR + signatures[rows, place]
    return keys


def _sharing(keys: HashArray) -> IndexArray:
    """Return the numbers of those whose key is not theirs alone, sorted by key."""
    order: IndexArray = np.argsort(keys, stable=True)
    as_before = keys[order[1:]] == keys[order[:-1]]
    sharing = np.zeros(len(keys), np.bool_)
    sharing[1:] |= as_before
    sharing[:-1] |= as_before
    return order[sharing]


def _estimates(signatures: Signatures, left: IndexArray, right: IndexArray) -> npt.NDArray[np.float64]:
    """Estimate the similarity of the texts in rows `left` [p] and `right` [p]: [p]."""
    estimates = np.empty(len(left))
    for start in range(0, len(left), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        estimates[chunk] = np.count_nonzero(signatures[left[chunk]] == signatures[right[chunk]], axis=1) / PLACES
    return estimates


def _joined(labels: IndexArray, left: IndexArray, right: IndexArray) -> IndexArray:
    """Number the clusters anew, after those of each `left` and its `right` have become one."""
    # Takes longer to import than a plan to make, which compares no texts:
    from scipy.sparse import coo_array  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    if not len(left):
        return labels
    graph = coo_array((np.ones(len(left), np.int8), (labels[left], labels[right])), shape=(len(labels), len(labels)))
    clusters: IndexArray = connected_components(graph, directed=False)[1].astype(np.int64)
    return clusters[labels]
