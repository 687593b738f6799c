"""A recogniser of personal data that no plugin of ours brings, from a shop's file to the store."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from shoptune.components import PersonalFind, Recogniser
from shoptune.data import Record
from shoptune.storage.jsonl import read_jsonl
from shoptune.testing import ContractError, check_plugin, check_recogniser, only_plugin
from tests.fakes import Shop
from tests.manual import MANUAL, blocks

PLUGIN = Path(__file__).parents[1] / "outside" / "loyalty.py"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A shop of which two texts hold the number of a loyalty card, one of them beside an e-mail address."""
    shop = Shop(tmp_path / "shop")
    shutil.copy(PLUGIN, shop.folder)
    header, *rows = (shop.folder / "products.fake").read_text("utf-8").splitlines()
    rows[3] = "p3,my card KM-123456 was charged twice please help,scarves"
    rows[4] = "p4,write to km@kestle.example or use KM654321 and KM123456 thanks,tables"
    shop.write_rows("products.fake", [header, *rows])
    return shop.set("plugins", ["fake_plugin.py", "loyalty.py"])


def texts(shop: Shop) -> list[str]:
    stored = shop.stored("read", table="products")
    return [record.fields["text"] for record in read_jsonl(stored.path("records.jsonl"), Record)]


def change(shop: Shop, old: str, new: str) -> None:
    path = shop.folder / "loyalty.py"
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


def test_what_a_recogniser_finds_is_masked_and_counted(shop: Shop) -> None:
    outcome = shop.run("data")
    assert outcome.code == 0, outcome.output
    assert texts(shop)[3] == "my card [loyalty_card] was charged twice please help"
    assert texts(shop)[4] == "write to [email] or use [loyalty_card] and [loyalty_card] thanks"
    masked = shop.stored("read", table="products").json("report.json")["personal_data"]["masked"]
    assert masked == {"email": 1, "loyalty_card": 3}
    assert "loyalty_card" in outcome.output


def test_recognisers_in_use_name_the_step_that_reads(shop: Shop) -> None:
    with_it = shop.step("read", table="products").fingerprint
    shop.set("plugins", ["fake_plugin.py"])
    without = shop.step("read", table="products").fingerprint
    assert with_it != without
    shop.run("data")
    assert "KM-123456" in texts(shop)[3]
    shop.set("plugins", ["fake_plugin.py", "loyalty.py"]).run("data")
    assert "KM-123456" not in texts(shop)[3]


def test_a_recogniser_that_raises_is_blamed_and_nothing_is_stored(shop: Shop) -> None:
    change(shop, "    return [PersonalFind", '    raise ValueError("no cards today")\n    return [PersonalFind')
    outcome = shop.run("data")
    assert outcome.code != 0
    assert "loyalty" in outcome.output
    assert "failed to look for personal data with 'loyalty': ValueError: no cards today" in outcome.output
    assert shop.store.find(shop.step("read", table="products").fingerprint) is None


def test_a_find_that_can_not_be_is_blamed(shop: Shop) -> None:
    change(shop, "*match.span())", "0, 10_000)")
    outcome = shop.run("data")
    assert outcome.code != 0
    assert "it found a piece from 0 to 10000 in a text of" in outcome.output


def test_the_plugin_holds_its_contract() -> None:
    findings = check_plugin(PLUGIN)
    assert {finding.check for finding in findings if finding.kind == "recogniser"} == {
        "its kinds and texts are known",
        "its finds lie in the text",
        "it finds the same again",
    }
    assert {finding.outcome for finding in findings} == {"passed"}


def found(*finds: tuple[str, int, int]) -> Callable[[str], Iterable[PersonalFind]]:
    return lambda text: [PersonalFind(*find) for find in finds if text]


def changing() -> Callable[[str], Iterable[PersonalFind]]:
    asked: list[str] = []

    def find(text: str) -> Iterable[PersonalFind]:
        asked.append(text)
        return [PersonalFind("card", 0, 1)] if text and len(asked) % 2 else []

    return find


def test_the_manuals_plugin_for_presidio_holds_its_contract_where_that_is_installed(tmp_path: Path) -> None:
    ((_, name, code),) = [block for block in blocks(MANUAL / "personal_data.md") if block[0] == "python"]
    (tmp_path / name).write_text(code, "utf-8")
    (recogniser,) = only_plugin(tmp_path / name).recognisers.values()
    assert recogniser.component.kinds == ("account", "id")
    pytest.importorskip("presidio_analyzer")
    check_recogniser(recogniser.component)
    text = "The wallet 1BoatSLRHtKNngkdXEeobR76b53LETtpyT"
    assert list(recogniser.component.find(text)) == [PersonalFind("account", 11, len(text))]


FAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "outside": ("its finds lie in the text", {"find": found(("card", 0, 9_999))}),
    "empty": ("its finds lie in the text", {"find": found(("card", 1, 1))}),
    "of another kind": ("its finds lie in the text", {"find": found(("name", 0, 1))}),
    "changing": ("it finds the same again", {"find": changing()}),
    "no kinds": ("its kinds and texts are known", {"kinds": ()}),
    "no word": ("its kinds and texts are known", {"kinds": ("Loyalty Card",)}),
    "no text": ("its kinds and texts are known", {"texts": ("reviews",)}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_recogniser_is_found(fault: str) -> None:
    check, changed = FAULTS[fault]
    with pytest.raises(ContractError, match=check):
        check_recogniser(
            Recogniser(**{"name": "odd", "summary": "Odd", "kinds": ("card",), "find": found(), **changed})
        )


def test_the_longest_of_finds_that_overlap_counts_and_masks_stay(shop: Shop) -> None:
    change(
        shop,
        "    return [PersonalFind",
        '    words = re.finditer("email|charged twice|twice", text)\n'
        '    found = [PersonalFind("loyalty_card", *match.span()) for match in words]\n'
        "    return found or [PersonalFind",
    )
    shop.run("data")
    assert texts(shop)[3] == "my card KM-123456 was [loyalty_card] please help"
    assert texts(shop)[4].startswith("write to [email] or use")
