"""Personal data: planted values of each kind are masked, and product text full of numbers is left alone.

All people, numbers and products here are invented, or reserved for fiction and tests.
"""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.data import Record
from shoptune.dataset.personal_data import _field, is_personal, mask, without_personal_data
from shoptune.dataset.personal_data.rules import Text
from tests.harness.planted import PLANTED, order_export


def masked(text: str) -> tuple[str, dict[str, int]]:
    found = Counter[str]()
    result = mask(text, found)
    return result, dict(found)


# --- text with personal data -----------------------------------------------------------------------------------------

PERSONAL = {
    "email": [
        ("Write to {} please.", "jane.miller+shop@example.com"),
        ("<a href='mailto:{}'>mail</a>", "o'neill@shop.example"),
        ("questions? {}.", "info@bücher-möbel.example"),
        ("({})", "JANE_M@EXAMPLE.CO.UK"),
        ("reach me at {}", "jane (at) example (dot) org"),
        ("reach me at {}", "jane[at]example.org"),
        ("in HTML: {}", "jane&#64;example.com"),
        ("https://shop.example/account?mail={}&x=1", "jane%40example.com"),
    ],
    "phone": [
        ("Call {} now.", "+44 20 7946 0018"),
        ("{} after six", "+1 (212) 555-0123"),
        ("or dial {} from abroad", "0049 152 28817386"),
        ("{} is my number", "07700 900123"),
        ("Tel: {}", "01632 960916"),
        ("{}, ask for the manager", "(212) 555-0123"),
        ("{} works too", "212.555.0123"),
        ("Telefon {}", "030/23125123"),
        ("erreichbar unter {} abends", "0152 28817386"),
        ("Rufen Sie an: {}", "+49 (0)30 23125 123"),
        ("Tél. {}", "01 99 00 12 34"),
        ("le {} svp", "06.39.98.01.23"),
        ("WhatsApp {}!", "+34 612 345 678"),
        ("llame al {}", "612 345 678"),
        ("my mobile number is {}", "0491570156"),
    ],
    "card": [
        ("card {} 12/27 123", "4111 1111 1111 1111"),
        ("card {}", "4111-1111-1111-1111"),
        ("ISO 9001 {}", "4111 1111 1111 1111"),
        ("charged {}.", "5555555555554444"),
        ("charged {}.", "2223003122003222"),
        ("amex {}", "3782 822463 10005"),
        ("diners {}", "30569309025904"),
        ("discover {}", "6011111111111117"),
        ("jcb {}", "3530111333300000"),
        ("unionpay {}", "6205 5000 0000 0000 004"),
    ],
    "iban": [
        ("IBAN {} at my bank", "DE89 3704 0044 0532 0130 00"),
        ("refund to {}.", "GB29NWBK60161331926819"),
        ("refund to {}", "nl91abna0417164300"),
        ("to {} please", "FR14 2004 1010 0505 0001 3M02 606"),
        ("to {}", "MT84 MALT 0110 0001 2345 MTLC AST0 01S"),
    ],
    "address": [
        ("send it to {} please", "78 Nowhere Street, Placeholderton, ZZ1 1ZZ"),
        ("deliver to {}", "221B Invented Road"),
        ("my flat: {}.", "12 Mill Lane, Flat 3"),
        ("{} is where I live", "5 Elm Dr., Nowheresville, IL 62704"),
        ("{}!", "1600 Fictional Avenue NW, Nowhere, DC 20500"),
        ("typed: {}", "78 nowhere street, placeholderton, zz1 1zz"),
        ("<p>{}</p>", "4 Fictional Close<br>Inventham<br>QQ9 9QQ"),
        ("an {} liefern", "Erfundene Straße 99, 00999 Nirgendhausen"),
        ("an {} liefern", "Musterstr. 12a"),
        ("wohnt {}.", "Am Marktplatz 3, 50999 Nirgendhausen"),
        ("livrer au {} merci", "12 bis, rue de la Fiction, 75999 Nullepart"),
        ("vivo en {}", "Calle de la Nada 48, 28999 Ninguna"),
        ("abito in {}", "Via Inventata 12, 20999 Nessuna"),
        ("to {}", "P.O. Box 1234"),
    ],
    "name": [
        ("Order for {}", "Jane Miller"),
        ("ORDER FOR: {}", "JANE MILLER"),
        ("Dear {}, thank you", "Jane"),
        ("Dear {}:", "Mr Winter"),
        ("All good.\nKind regards, {}", "Max Mustermann"),
        ("<p>Kind regards,<br>{}</p>", "Max Mustermann"),
        ("Many thanks,\n{}", "Jane O'Neill"),
        ("Customer: {}", "Jane A. Miller"),
        ("Customer name: {}", "Ludwig van Nobody"),
        ("Tarn Mug - engraved for {}", "Fictia Standin"),
        ("Tarn Mug (engraved for “{}”)", "Fictia Standin"),
        ("Gift message from {}!", "Anne-Marie"),
        ("My name is {} and I", "Jane Miller"),
        ("Ship to: {}, phone later", "Jane Miller"),
        ("Mit freundlichen Grüßen\n{}", "Max Mustermann"),
        ("Sehr geehrte {},", "Frau Dr. Müller-Erfunden"),
        ("Bestellung für {}", "Max Mustermann"),
        ("Cordialement,\n{}", "Élodie Inventée"),
        ("Estimado {}:", "Señor García"),
    ],
}
CASES = [(kind, sentence, value) for kind, cases in PERSONAL.items() for sentence, value in cases]


@pytest.mark.parametrize(("kind", "sentence", "value"), CASES, ids=[case[2] for case in CASES])
def test_a_planted_value_is_masked_and_nothing_else(kind: str, sentence: str, value: str) -> None:
    result, found = masked(sentence.format(value))
    assert result == sentence.format(f"[{kind}]")
    assert found == {kind: 1}


def test_each_find_is_counted() -> None:
    text = "Dear Jane, call +44 20 7946 0018 or +44 20 7946 0019, or write to a@example.com. Kind regards, Max Invented"
    assert masked(text) == (
        "Dear [name], call [phone] or [phone], or write to [email]. Kind regards, [name]",
        {"name": 2, "phone": 2, "email": 1},
    )


def test_a_name_before_an_address() -> None:
    assert masked("Please ship to Jane Miller, 78 Nowhere Street, Placeholderton ZZ1 1ZZ") == (
        "Please ship to [name], [address]",
        {"name": 1, "address": 1},
    )


# --- text without ----------------------------------------------------------------------------------------------------

PRODUCT_TEXTS = [
    # numbers that are nobody's
    "EAN 4006381333931, UPC 036000291452, ISBN 978-3-16-148410-0, GTIN 0085585730728.",
    "Model 010-10823-00, part no. 915-000035, replaces 33200-00008 and PSLX-350/2.",
    "Ersatzteilnummer 0049 30 123456, Ref. 0033 1 99 00 67 89, numéro de pièce 06 99 00 56 78.",
    "Onderdeelnummer 0612 345678, numer części: 612 345 678, peça 912 345 678, codice ricambio 02 1234 5678.",
    "Sizes 36 37 38 39 40 41 42 43 44 45 46 47 48 49; ring sizes 52 54 56 58 60 62 64.",
    "Measures 12 x 34 x 56 cm, 1680 x 1050 pixels, 100-240 V, 50/60 Hz, -20 to +60 °C.",
    "Since 1960, 1970 and 1980. Released 2025-03-03 10:11:12, support 24/7, ratio 16:9.",
    "Price 1 234 567,89 EUR instead of 2.345.678,90. Over +2000000 colours.",
    "Phone case 12345678, a call button, fits iPhone 11 / 12 / 13 and mobile 2000 4000 6000 mAh.",
    "Serial 123456789012345678, hash 4111111111111112, code SKU4111111111111111, pi 0.4111111111111111.",
    "Torch 5, 10000 Lumen; set of 3, 12000 Btu.",
    "Use logo@2x.png with 200mA@12.5V, f/2.8@1.5 and swiper@8.1.js, follow @kestle.bags.",
    "DE89 is a size, AT20 3704 0044 0532 0130 a part number.",
    # words that could be streets
    "500 GB Hard Drive, 4 Off Road Lights, 3 Way Street Party, 12 Piece Road Mat, 2 Lane Street Racer Set",
    "10 Place Settings, 5 Star Hotel Square Pillow, 20 Watt Wall Lane Lamp, 2 Harley Street Glide Mirrors",
    "Schlüsselring 25 mm, Sesamstraße 3 DVDs, Works via USB 3 and via Bluetooth 5, 6 avenues",
    # words that could stand before a name
    "Made for Summer Nights. Order by Friday. Ship to Store. Ships to United Kingdom.",
    "Dear Santa Mug, My Dear Watson, Dear customer, thank you.",
    "Dear Customers, Dear Friends, Liebe Kunden, Cher client, Gentile Cliente, Liebe Grüße!",
    "Order for Christmas. Order for Next Day Delivery. Orders for Men. Order for Free.",
    "Best Wishes Card. Thank You Card. With Love Candle. Made with love.\nThanks, it works.",
    "Engraved for Dad. Gift for: Kids. Engraving: Laser. Product name: Kestle Backpack. Attention: hot.",
    "Message from Home Print. Customer: returns accepted. Customer: None",
]


@pytest.mark.parametrize("kind", ["title", "product"])
@pytest.mark.parametrize("text", PRODUCT_TEXTS)
def test_product_text_is_left_alone(text: str, kind: Text) -> None:
    found = Counter[str]()
    assert mask(text, found, kind) is text
    assert not found


@pytest.mark.parametrize("text", PRODUCT_TEXTS)
def test_people_may_quote_product_text(text: str) -> None:
    found = Counter[str]()
    mask(text, found)
    assert not found - Counter(user=1), "but for handles, which are a shop's in its own texts"


def test_a_barcode_that_passes_for_a_card_number() -> None:
    # 13 digits from 4, Luhn's check digit and GS1's
    both = [f"4{n:012}" for n in range(1, 3000) if _luhn(f"4{n:012}")]
    barcodes = [number for number in both if _gs1(number)]
    assert barcodes
    for number in both:
        assert masked(f"no. {number}")[0] == (f"no. {number}" if number in barcodes else "no. [card]")


def _luhn(number: str) -> bool:
    doubled = [int(digit) * (2 if i % 2 else 1) for i, digit in enumerate(reversed(number))]
    return sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10 == 0


def _gs1(number: str) -> bool:
    return sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(reversed(number))) % 10 == 0


# --- properties ------------------------------------------------------------------------------------------------------

PHRASES = st.lists(
    st.sampled_from(
        [
            *("waxed cotton", "Kestle Backpack", "23.5 L", "1085 g", "57 mm", "2 x 30 cm", "made in Wales", "holds 12"),
            *("for walkers", "No. 7", "33-1/3 rpm", "£19.99", "50 % wool", "HW-BAG-038-3", "steel,", "size 42"),
            *("(black)", "it lasts.", "ISO 9001", "4 pieces"),
        ]
    ),
    max_size=12,
)


@given(before=PHRASES, after=PHRASES, case=st.sampled_from([case for case in CASES if case[0] in {"email", "card"}]))
def test_a_value_planted_anywhere_is_masked(before: list[str], after: list[str], case: tuple[str, str, str]) -> None:
    kind, _, value = case
    sentence = " ".join([*before, "{}", *after])
    result, found = masked(sentence.format(value))
    assert result == sentence.format(f"[{kind}]")
    assert found == {kind: 1}


@given(before=PHRASES, after=PHRASES, digits=st.integers(0, 9999999))
def test_an_international_number_planted_anywhere_is_masked(before: list[str], after: list[str], digits: int) -> None:
    number = f"+1 212 2{digits // 10000 % 100:02} {digits % 10000:04}"
    text = " | ".join([*before, number, *after])
    assert number not in masked(text)[0]
    assert masked(text)[1] == {"phone": 1}


@given(PHRASES)
def test_product_phrases_are_left_alone(phrases: list[str]) -> None:
    assert masked(" ".join(phrases))[1] == {}


PIECES = st.sampled_from([piece for _, sentence, value in CASES for piece in (sentence.format(value), value)])


@given(
    st.lists(st.one_of(PIECES, st.text(max_size=8), st.text("@.+-/ 0149aAZ[]<>:,\n", max_size=12)), max_size=6).map(
        "".join
    )
)
def test_masking_again_changes_nothing(text: str) -> None:
    once, _ = masked(text)
    assert masked(once) == (once, {})


# --- fields ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "field",
    [
        # Shopify, also by export apps
        *("Email", "Billing Name", "Billing Street", "Billing Address1", "Shipping Company", "Shipping Zip", "Phone"),
        *("Shipping Province Name", "Notes", "Note Attributes", "Employee", "Browser IP", "Customer: Address 1"),
        *("billing_address.first_name", "client_details.user_agent", "note_attributes", "customer", "Device ID"),
        # WooCommerce
        *("Billing First Name", "_billing_postcode", "Meta: _billing_phone", "Customer Note", "Customer IP Address"),
        *("customer_user_agent", "Shipping Address 2", "Order Notes", "customer_id", "billing"),
        # Magento
        *("customer_email", "firstname", "_address_telephone", "_address_street", "dob", "taxvat", "password_hash"),
        *("Bill-to Name", "Ship-to Name", "customer_gender", "remote_ip"),
        # GA4, reviews and generic
        *("user_pseudo_id", "userId", "Client ID", "reviewerName", "reviewer_email", "review.author", "IBAN"),
        *("card number", "Date of birth", "gift message", "Last_Name", "FULL NAME", "e-mail", "Contact phone"),
        # German, French, Spanish, Italian
        *("Vorname", "Straße", "Lieferadresse Ort", "Rechnungs-PLZ", "Kundennummer", "Geburtsdatum", "Telefonnummer"),
        *("Prénom", "Code postal", "Livraison : ville", "Apellidos", "Dirección", "Cognome"),
    ],
)
def test_personal_fields(field: str) -> None:
    assert is_personal(field)


@pytest.mark.parametrize(
    "field",
    [
        *("name", "Title", "brand", "Vendor", "company", "author", "artist", "color", "gender", "Age group", "city"),
        *("country", "zip", "state", "shipping_weight", "shipping_label", "Shipping", "Shipping Method", "Status"),
        *("Lineitem name", "Created at", "Currency", "order", "order_id", "product_id", "Tags", "Discount Code"),
        *(
            "microphone",
            "Headphone type",
            "compatible_phone_models",
            "iPhone",
            "mobile_compatible",
            "comment",
            "review",
        ),
        *("Street wear", "Gift card", "card type", "Users", "Visitors", "Sessions", "Customer group", "Model number"),
        *("text", "exposures", "itemName", "Purchase note", "Tasting notes", "Accepts Marketing", "", "!", "Größe"),
    ],
)
def test_other_fields(field: str) -> None:
    assert not is_personal(field)


# --- records ---------------------------------------------------------------------------------------------------------


def cleaned(fields: dict[str, Any], **more: str) -> tuple[Record, dict[str, int], dict[str, int]]:
    record = Record(**{"id": "p1", "group": "p1", "origin": "products.csv:2", **more}, fields=fields)
    kinds, dropped = Counter[str](), Counter[str]()
    result = without_personal_data(record, kinds, dropped)
    assert without_personal_data(result, Counter(), Counter()) is result
    return result, dict(kinds), dict(dropped)


PRODUCT: dict[str, Any] = {
    "name": "Kestle Backpack",
    "description": "Holds 23.5 L. Model 010-10823-00.",
    "sku": "HW-BAG-001",
    "gtin": "4000000000006",
    "price": 89.5,
    "tags": ["bags", "walking"],
    "images": [{"url": "https://shop.example/kestle@2x.png", "alt": "brown bag"}],
    "variants": [{"sku": "HW-BAG-001-1", "barcode": "4111111111111111", "options": {"Size": "L"}}],
    "attributes": {"color": "bracken", "shipping_weight": "2 kg"},
    "stock": None,
}


def test_a_record_without_personal_data_is_returned_itself() -> None:
    record = Record(id="p1", group="p1", origin="products.csv:2", fields=PRODUCT)
    assert without_personal_data(record, Counter(), Counter()) is record


def test_what_is_sold_keeps_its_name() -> None:
    titles = (
        "Dear Zoo",
        "21 Jump Street",
        "24 Rue Faubourg",
        "Phone 11 12 13 14 15",
        "Customer: A Novel",
        "Liebe Mama,",
    )
    for title in titles:
        record, kinds, _ = cleaned(
            {**PRODUCT, "name": title, "description": f"{title}\nA thing to give.", "tags": [title]}
        )
        assert record.fields["name"] == title
        assert record.fields["description"].startswith(title)
        assert kinds == {}


def test_a_products_text_is_masked_around_its_name() -> None:
    text = "Order for Jane Miller: Dear Jane Winter, a book. Call +44 20 7946 0018"
    record, kinds, _ = cleaned({**PRODUCT, "name": "Dear Jane Winter, a book", "description": text})
    assert record.fields["description"] == "Order for [name]: Dear Jane Winter, a book. Call [phone]"
    assert kinds == {"name": 1, "phone": 1}


def test_what_people_write_beside_a_product_is_peoples() -> None:
    said = "Dear Jane, it came to 78 Nowhere Street"
    masked_text = "Dear [name], it came to [address]"
    record, _, _ = cleaned({**PRODUCT, "reviews": [{"comment": said, "rating": 5}], "description": said})
    assert record.fields["reviews"] == [{"comment": masked_text, "rating": 5}]
    assert record.fields["description"] == said, "a shop's own text needs more than that"
    review, _, _ = cleaned({"product_title": "Dear Zoo, a book", "title": said, "review_text": said, "rating": 4})
    assert review.fields == {
        "product_title": "Dear Zoo, a book",
        "title": masked_text,
        "review_text": masked_text,
        "rating": 4,
    }


def test_names_of_attributes_are_looked_at() -> None:
    attributes = {"engraved for Jane Miller": "yes", "color": "bracken", "jane@example.com": "no"}
    record, _, _ = cleaned({**PRODUCT, "attributes": attributes})
    assert record.fields["attributes"] == {"engraved for [name]": "yes", "color": "bracken"}
    note = {"name": "Date of birth", "value": "31.02.1984"}
    record, _, dropped = cleaned({**PRODUCT, "properties": [note, {"name": "Colour", "value": "red"}]})
    assert record.fields["properties"] == [{"name": "Date of birth"}, {"name": "Colour", "value": "red"}]
    assert dropped == {"properties.value": 1}


def test_the_values_of_a_target_are_no_fields() -> None:
    targets = {"Brand": {"BIC": 1}, "Product type": {"Shipping Tags": 1}, "Use": {"Notes": 1.0}}
    record, _, dropped = cleaned({"input": "BIC shipping tags", "target_scores": targets})
    assert record.fields["target_scores"] == targets
    assert dropped == {}
    assert cleaned({"labels": {"BIC": 1, "Phone": 0.5}})[0].fields == {"labels": {"BIC": 1, "Phone": 0.5}}
    assert cleaned({"labels": {"Phone": 491709999999}})[0].fields == {"labels": {}}
    assert cleaned({"data": {"node": {"email": "jane@example.com", "rank": 1}}})[0].fields == {
        "data": {"node": {"rank": 1}}
    }


def test_personal_fields_are_dropped_at_any_depth() -> None:
    result, kinds, dropped = cleaned(
        {
            **PRODUCT,
            "Email": "jane@example.com",
            "notes": "",
            "shipping": {"method": "Standard", "city": "Placeholderton", "address_1": "78 Nowhere Street"},
            "customer": {"id": 7, "first_name": "Jane"},
            "reviews": [
                {"comment": "Good bag", "reviewerName": "Jane Miller", "rating": 5},
                {"comment": "Nice", "reviewerName": "Max Invented", "rating": 4},
            ],
        }
    )
    assert result.fields == {
        **PRODUCT,
        "shipping": {"method": "Standard"},
        "reviews": [{"comment": "Good bag", "rating": 5}, {"comment": "Nice", "rating": 4}],
    }
    assert kinds == {}
    assert dropped == {
        "Email": 1,
        "shipping.city": 1,
        "shipping.address_1": 1,
        "customer": 1,
        "reviews.reviewerName": 1,
    }, "each once a record, and only where it had a value"


def test_text_is_masked_at_any_depth_and_the_record_is_not_changed() -> None:
    fields = {
        **PRODUCT,
        "description": "Write to jane@example.com",
        "tags": ["bags", "call +44 20 7946 0018"],
        "attributes": {"engraving": "engraved for Jane Miller", "color": "bracken"},
        "variants": [{"sku": "1", "options": {"Text": "card 4111111111111111"}}],
    }
    result, kinds, _ = cleaned(fields)
    assert result.fields == {
        **PRODUCT,
        "description": "Write to [email]",
        "tags": ["bags", "call [phone]"],
        "attributes": {"engraving": "engraved for [name]", "color": "bracken"},
        "variants": [{"sku": "1", "options": {"Text": "card [card]"}}],
    }
    assert result.fields["images"] is PRODUCT["images"]
    assert kinds == {"email": 1, "phone": 1, "name": 1, "card": 1}
    assert fields["description"] == "Write to jane@example.com"


@pytest.mark.parametrize(
    "field",
    [
        "id",
        "sku",
        "Variant SKU",
        "gtin",
        "ean",
        "mpn",
        "Barcode",
        "product_id",
        "variant_id",
        "order",
        "order_id",
        "url",
    ],
)
def test_in_identifiers_only_an_email_is_masked(field: str) -> None:
    assert cleaned({field: "4111111111111111"})[0].fields == {field: "4111111111111111"}
    assert cleaned({field: "x/+442079460018"})[0].fields == {field: "x/+442079460018"}
    assert cleaned({field: "x/jane@example.com"})[:2] == (
        Record(id="p1", group="p1", origin="products.csv:2", fields={field: "x/[email]"}),
        {"email": 1},
    )


def test_an_email_in_the_records_own_id_or_as_a_fields_name() -> None:
    result, kinds, dropped = cleaned({"jane@example.com": 3}, id="jane@example.com/7", group="jane@example.com")
    assert (result.id, result.group, result.fields) == ("[email]/7", "[email]", {})
    assert (kinds, dropped) == ({"email": 2}, {"[email]": 1})


def test_an_order_export_full_of_planted_data() -> None:
    kinds, dropped = Counter[str](), Counter[str]()
    kept = [
        without_personal_data(Record(id=row["Id"], group=row["Name"], origin=f"o.csv:{i}", fields=row), kinds, dropped)
        for i, row in enumerate(csv.DictReader(io.StringIO(order_export())))
    ]
    everything = repr((kept, kinds, dropped))
    assert [value for value in PLANTED if value in everything] == []
    assert [record.fields["Lineitem name"] for record in kept] == [
        "Kestle Backpack - engraved for [name]",
        "Tarn Mug (gift message from [name], call [phone] or write to [email])",
        "Lowick Bowl - order for [name], [address]",
    ]
    assert [record.fields["Lineitem sku"] for record in kept] == ["HW-BAG-001", "HW-MUG-002", "HW-BOW-003"]
    assert dropped["Browser IP"] == dropped["Billing Name"] == dropped["Note Attributes"] == 3
    assert all(value in order_export().replace("\r\n", "\n") for value in PLANTED)


def test_the_phone_library_is_imported_when_a_number_is_looked_at() -> None:
    code = """
import sys
from collections import Counter
from shoptune.dataset.personal_data import mask
mask("23.5 L", Counter())
assert "phonenumbers" not in sys.modules
mask("+44 20 7946 0018", Counter())
assert "phonenumbers" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_a_handle_costs_is_no_user_name() -> None:
    found: Counter[str] = Counter()
    assert mask("A spare handle is 18.00, and the account is 12.", found) == (
        "A spare handle is 18.00, and the account is 12."
    )
    assert not found


def test_the_name_of_a_column_is_judged_once_however_many_there_are() -> None:
    """A table of 20,000 columns: were fewer names remembered, each would be forgotten before the next row."""
    fields = {f"invented property {number}": "soft" for number in range(20_000)}
    before = _field.cache_info().misses
    for row in range(3):
        record = Record(id=str(row), group=str(row), origin=f"products.csv:{row + 2}", fields=fields)
        assert without_personal_data(record, Counter(), Counter()) is record
    assert _field.cache_info().misses - before <= len(fields)
