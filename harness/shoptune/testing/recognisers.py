"""What holds for every recogniser of personal data: its finds lie in the text, are of its kinds, and come again."""

from __future__ import annotations

from typing import get_args

from shoptune.components import Recogniser
from shoptune.dataset.personal_data.recognised import KIND, usable_finds
from shoptune.dataset.personal_data.rules import Text
from shoptune.testing.contract import ContractError, Finding, examine, insist, require
from shoptune.testing.samples import sample_products, sample_reviews

__all__ = ["check_recogniser", "recogniser_findings"]

ODD = ("", " ", "\n", "[name]", "a" * 5000, "1" * 5000, "@", "\u200b\u200b", "Ünïcode 名前 имя", "\ud83d", "x\x00y")


def check_recogniser(recogniser: Recogniser) -> None:
    """Hold a recogniser of personal data against its contract; raises `ContractError` with all that is wrong."""
    insist(recogniser_findings(recogniser))


def recogniser_findings(recogniser: Recogniser) -> list[Finding]:
    """Return what each check of `check_recogniser` found."""
    return examine("recogniser", recogniser.name, CHECKS, recogniser)


def its_kinds_and_texts_are_known(recogniser: Recogniser) -> None:
    require(recogniser.kinds, "it has no kinds, so it can find nothing")
    odd = [kind for kind in recogniser.kinds if not KIND.fullmatch(kind)]
    require(not odd, f"its kinds {odd} are no small letters, which masks such as [email] are written in")
    strange = sorted(set(recogniser.texts) - set(get_args(Text)))
    require(recogniser.texts and not strange, f"it asks for the texts {recogniser.texts}; there are {get_args(Text)}")


def its_finds_lie_in_the_text(recogniser: Recogniser) -> None:
    for text in (*ODD, *_texts()):
        try:
            usable_finds(recogniser, text)
        except ValueError as error:
            raise ContractError(f"in {text[:40]!r} {error}") from None


def it_finds_the_same_again(recogniser: Recogniser) -> None:
    texts = _texts()
    one = [usable_finds(recogniser, text) for text in texts]
    other = [usable_finds(recogniser, text) for text in reversed(texts)][::-1]
    require(one == other, "asked again in another order, it finds other things in the same texts")


def _texts() -> list[str]:
    records = [*sample_products(8), *sample_reviews(8)]
    return [value for record in records for value in record.fields.values() if isinstance(value, str)]


CHECKS = (its_kinds_and_texts_are_known, its_finds_lie_in_the_text, it_finds_the_same_again)
