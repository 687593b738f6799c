"""An invented Shopify order export in which every kind of personal data is planted.

Nobody in it exists: names are placeholders, e-mail addresses are of example domains (RFC 2606), telephone numbers are
of the ranges that regulators keep for fiction, IP addresses are for documentation (RFC 5737), card numbers and IBANs
are the well-known test values.
"""

import csv
import io

__all__ = ["PLANTED", "order_export"]

_NAMES = ("Fictia Standin", "Placeholda Nemo-Nobody", "Maximilian Beispielmann")
_EMAILS = ("fictia.standin+orders@example.com", "p.nobody@shop.example", "beispielmann@example.org")
_STREETS = ("78 Nowhere Street", "4 Fictional Close", "Erfundene Straße 99")
_CITIES = ("Placeholderton", "Inventham", "Nirgendhausen")
_POSTCODES = ("ZZ1 1ZZ", "QQ9 9QQ", "00999")
_COMPANIES = ("Standin & Sham Ltd", "Nobody Trading", "Beispielmann Erfindungen GmbH")
_PHONES = ("01632 960916", "+44 20 7946 0018", "(212) 555-0123")
_IPS = ("203.0.113.77", "198.51.100.23", "192.0.2.146")
_NOTES = (
    "Please ring 07700 900123 first, the bell by the blue door is broken",
    "Card 4111 1111 1111 1111 was refused, so I paid from GB29 NWBK 6016 1331 9268 19",
    "Geburtstagsgeschenk: bitte nicht vor dem 24. liefern",
)
_ATTRIBUTES = (
    "gift_message: Happy birthday from all at number 78\nclient_ip: 203.0.113.77",
    "delivery_instructions: behind the third flowerpot\nclient_ip: 198.51.100.23",
    "Geburtsdatum: 31.02.1984\nclient_ip: 192.0.2.146",
)
# What a shop's engraving or gift app writes into the name of the line item, which is a field that is read.
_ITEMS = (
    "Kestle Backpack - engraved for Fictia Standin",
    "Tarn Mug (gift message from Placeholda Nemo-Nobody, call +44 20 7946 0018 or write to p.nobody@shop.example)",
    "Lowick Bowl - order for Maximilian Beispielmann, Erfundene Straße 99, 00999 Nirgendhausen",
)
_SKUS = ("HW-BAG-001", "HW-MUG-002", "HW-BOW-003")

PLANTED = (
    *_NAMES,
    *_EMAILS,
    *_STREETS,
    *_CITIES,
    *_POSTCODES,
    *_COMPANIES,
    *_PHONES,
    *_IPS,
    *_NOTES,
    *(line for attributes in _ATTRIBUTES for line in attributes.split("\n")),
    "07700 900123",
    "4111 1111 1111 1111",
    "GB29 NWBK 6016 1331 9268 19",
    "31.02.1984",
    "third flowerpot",
)
"""Every planted value: none may stand in anything that is stored or reported."""


def order_export() -> str:
    """Return the export as CSV text: three paid orders of one line each, in the columns that Shopify writes."""
    text = io.StringIO()
    rows = [_row(number) for number in range(3)]
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _row(i: int) -> dict[str, str]:
    person = {
        "Name": _NAMES[i],
        "Street": _STREETS[i],
        "Address1": _STREETS[i],
        "Address2": "",
        "Company": _COMPANIES[i],
        "City": _CITIES[i],
        "Zip": _POSTCODES[i],
        "Province": "",
        "Country": "GB",
        "Phone": _PHONES[i],
    }
    return {
        "Name": f"#{2001 + i}",
        "Email": _EMAILS[i],
        "Financial Status": "paid",
        "Paid at": "2025-03-01 10:00:00 +0000",
        "Fulfillment Status": "fulfilled",
        "Fulfilled at": "2025-03-02 10:00:00 +0000",
        "Accepts Marketing": "no",
        "Currency": "GBP",
        "Subtotal": "40.00",
        "Shipping": "0.00",
        "Taxes": "6.67",
        "Total": "40.00",
        "Created at": f"2025-03-0{1 + i} 09:59:00 +0000",
        "Lineitem quantity": "1",
        "Lineitem name": _ITEMS[i],
        "Lineitem price": "40.00",
        "Lineitem sku": _SKUS[i],
        "Lineitem fulfillment status": "fulfilled",
        **{f"Billing {field}": value for field, value in person.items()},
        **{f"Shipping {field}": value for field, value in person.items()},
        "Notes": _NOTES[i],
        "Note Attributes": _ATTRIBUTES[i],
        "Cancelled at": "",
        "Payment Method": "Shopify Payments",
        "Refunded Amount": "0.00",
        "Vendor": "Hollin",
        "Id": str(9_000_000_002_001 + i),
        "Tags": "",
        "Source": "web",
        "Phone": _PHONES[i],
        "Browser IP": _IPS[i],
    }
