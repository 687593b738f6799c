"""What ``shoptune data`` prints."""

from __future__ import annotations

import pytest

from shoptune.cli.data_summary import show_data
from shoptune.data_report import DataReport, FieldProfile
from tests.plugins.reports.data_reports import NO_LEAKAGE, bare_data, hostile_data, make_data, make_table


@pytest.fixture(autouse=True)
def _width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")


def shown(capsys: pytest.CaptureFixture[str], **reports: DataReport) -> str:
    show_data(reports)
    return "\n".join(line.rstrip() for line in capsys.readouterr().out.splitlines())


def test_all_there_is_to_say_fits_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, description=make_data()) == WANTED


def test_nothing_is_shown_where_there_is_nothing_to_say(capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, description=bare_data())
    labels = [line[:14].strip() for line in out.splitlines() if line[:1].strip() and "──" not in line]
    assert labels == ["files", "records", "fields", "by product", "leakage"]


def test_leakage_that_was_kept_is_loud(capsys: pytest.CaptureFixture[str]) -> None:
    kept = NO_LEAKAGE.model_copy(update={"action": "keep", "by_id": 2})
    assert "leakage         KEPT IN TRAINING: 2 by id" in shown(capsys, t=bare_data(leakage=kept))


def test_rare_attributes_are_counted_instead_of_shown(capsys: pytest.CaptureFixture[str]) -> None:
    fields = [FieldProfile(name=f"attributes.a{number}", filled=300 - number) for number in range(20)]
    out = shown(capsys, t=bare_data(tables={"products": make_table(fields=fields)}))
    assert "· a11 " in out
    assert "· a12 " not in out
    assert "and 8 attributes that are rarer still" in out


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[bold]x[/bold] [/] [link=https://x.example]y", "[bold]x[/bold] [/] [link=https://x.example]y"),
        ("a\x1b[31mb\x07\x9bc", "a�[31mb��c"),
        ("one\ntwo\r\nthree", "one two three"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}txt.exe", "�txt.exe"),
        ("می\N{ZERO WIDTH NON-JOINER}خواهم", "می\N{ZERO WIDTH NON-JOINER}خواهم"),
    ],
)
def test_text_of_the_shop_is_no_markup_and_no_command(
    capsys: pytest.CaptureFixture[str], text: str, wanted: str
) -> None:
    out = shown(capsys, **{text: hostile_data(text)})
    assert wanted in out
    # Everywhere it is shown as text without any meaning is.
    harmless = wanted.replace("[", "{")
    assert out.replace("[", "{") == shown(capsys, **{harmless: hostile_data(harmless)})


WANTED = """\

description: products ──────────────────────────────────────────────────────────────────────────────
files           products_1.csv, products_2.csv, products_3.csv and 1 more, read by shopify_products
records         1,342 in 345 groups
not wanted      12  draft product  products_1.csv:88
can't be used   2  price is no amount   products_1.csv:118: found 'abc'; write an amount such as
                                        12.50
                1  the id stands twice  products_2.csv:40: 'fen-blanket' stands at line 12 too
fields                                         words:
                name         filled            median  5 to 95 %  longest
                ─────────────────────────────────────────────────────────
                name          100 %  ━━━━━━━━       4     2 to 7       14
                description  > 99 %  ━━━━━━━━      61  18 to 148    2,004
                price         100 %  ━━━━━━━━
                gtin          < 1 %
                · color        89 %  ━━━━━━━
                · material     85 %  ━━━━━━━
                · weight       80 %  ━━━━━━
                · size         76 %  ━━━━━━
                · care         72 %  ━━━━━━
                · height       67 %  ━━━━━
                · width        63 %  ━━━━━
                · length       58 %  ━━━━━
                · pattern      54 %  ━━━━
                · fit          49 %  ━━━━
languages       en 941, de 52, ? 6, cy 1, of 1,000 records
personal data   masked in texts: email 3, phone 1
                none of it was stored
strange         products_2.csv:19: description has 2,004 words (half have at most 61); name holds 2
                HTML tags or entities
                products_1.csv:7: description is empty (99.7 % have one)

description: orders ────────────────────────────────────────────────────────────────────────────────
files           orders.csv, read by shopify_orders
records         1,204 in 611 groups
not wanted      39  cancelled order  orders.csv:2: #1299
fields          name      filled
                ──────────────────────────
                sku         98 %  ━━━━━━━━
                quantity   100 %  ━━━━━━━━
personal data   fields dropped: email 611, billing_name 598
                none of it was stored

description: what came of it ───────────────────────────────────────────────────────────────────────
by product      part        examples  groups  pairs
                ───────────────────────────────────
                train            250     250    287
                validation        29      29     33
                test              57      57     60
no example      3  product without a description  products_1.csv:7: Heath Trowel
duplicates      4 word for word, 3 nearly so, at most 3 alike
                products_1.csv:4 ~ products_3.csv:19
leakage         left out of training: 0 by id, 2 word for word, 1 nearly so, 4 in pairs
                products_1.csv:9 (train) ~ products_1.csv:77 (held out)
                products_3.csv:1 (train) ~ x (held out)
pairs kept      A/B test 287, synthetic: changed fact 61, synthetic: broken markup 32
pairs refused   25  not enough evidence    tests.csv:267: A is better with probability 0.602
                 6  differ only in length  tests.csv:134
weights         240 examples weighted, 12 of them 0; median 0.96, 5 to 95 %: 0.64 to 1.46, at most
                1.50
orders          lines 1,204, matched by SKU 1,160, matched by name 8, match rate in % 97
sales as        products with figures 240, compared by units per day listed
weights
canaries        8 planted
tokens          median 84, 5 to 95 %: 24 to 203, at most 2,950, in the texts to learn, as
                smollm2-135m-instruct counts them"""


def test_labels_are_counted_by_part(capsys: pytest.CaptureFixture[str]) -> None:
    labels = {"labels": {"no": 3, "yes": 1}, "examples": 4}
    parts = {name: part.model_copy(update=labels) for name, part in make_data().parts.items()}
    out = shown(capsys, matching=make_data().model_copy(update={"parts": parts}))
    assert "test labels     no 3, yes 1; always no: 75 % right" in out
