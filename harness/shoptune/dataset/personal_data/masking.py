"""Personal data in running text: found and masked.

Product text is full of numbers (sizes, model numbers, barcodes, prices), so each kind is recognised by more than its
looks: by checksums, by its form, and by the words in and around it.  What is not looked for: names without such a word,
and names and addresses that aren't written in Latin, Greek or Cyrillic letters.

A text without candidates costs a few microseconds.  The time for any text grows with its length and no faster: what is
repeated in a pattern is bounded or matched possessively, and a text is gone over `_PASSES` times at most.
"""

import re
from collections import Counter

from shoptune.dataset.personal_data.addresses import mask_addresses
from shoptune.dataset.personal_data.emails import mask_emails, mask_spelt_emails
from shoptune.dataset.personal_data.identity import mask_identities
from shoptune.dataset.personal_data.names import mask_names
from shoptune.dataset.personal_data.online import mask_ips, mask_users
from shoptune.dataset.personal_data.payments import mask_accounts, mask_cards, mask_ibans, mask_told_cards
from shoptune.dataset.personal_data.phones import mask_phones, mask_spelt_phones
from shoptune.dataset.personal_data.rules import RULES, Text
from shoptune.dataset.personal_data.secrets import mask_codes, mask_secrets, mask_told_secrets, mask_url_tokens

__all__ = ["mask"]

_SHORTEST = len("a@b.de")
_PASSES = 4  # one mask can bring another find into view; more than a second pass is rare

# Where a text holds no seven digits in a row, with at most a little punctuation in between, it holds no number of
# interest.
_LONG_NUMBER = re.compile(r"\d(?:[\s.()/_\u2009\u202f‐‑–—-]{0,3}\d){6}")


def mask(text: str, found: Counter[str], kind: Text = "people") -> str:
    """Return `text` with a mask such as ``[email]`` for each piece of personal data; the same object if it has none.

    Args:
        text: Any text.
        found: Kind of data (the keys of `RULES`) -> how often it was masked; counted up.
        kind: What the text is, which decides what is looked for (`RULES`).

    """
    for _ in range(_PASSES):
        if len(text) < _SHORTEST or (masked := _mask_once(text, found, kind)) == text:
            break
        text = masked
    return text


def _mask_once(text: str, found: Counter[str], kind: Text) -> str:
    rules = RULES[kind]
    text = mask_emails(mask_secrets(text, found), found)
    if kind == "title":
        return _mask_numbers(text, found, kind)
    if kind == "people":
        text = mask_ips(mask_spelt_emails(mask_url_tokens(text, found), found), found)
    text = mask_told_secrets(text, found)
    if kind == "people":
        text = mask_spelt_phones(mask_codes(text, found), found)
    text = _mask_numbers(text, found, kind)
    if kind == "people":
        text = mask_users(text, found)
    return mask_names(mask_addresses(text, found, rules["address"]), found, rules["name"])


def _mask_numbers(text: str, found: Counter[str], kind: Text) -> str:
    """Mask accounts and cards before all else that is made of digits, and telephone numbers last."""
    is_long = _LONG_NUMBER.search(text) is not None
    if is_long:
        text = mask_ibans(text, found)
    if kind != "title":
        text = mask_accounts(text, found)
    if is_long:
        text = mask_cards(text, found)
        text = mask_told_cards(text, found) if kind == "people" else text
    if kind == "people":
        text = mask_identities(mask_phones(text, found, "form") if is_long else text, found)
    return mask_phones(text, found, RULES[kind]["phone"]) if is_long else text
