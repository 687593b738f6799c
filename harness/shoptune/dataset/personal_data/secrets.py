"""Secrets: keys and tokens by the forms that their makers gave them, passwords by the word before them.

A token in an address on the web lets whoever follows the link act as somebody: ``?token=...``, ``user:password@host``.
"""

import re
from collections import Counter

from shoptune.dataset.personal_data.words import after, replace

__all__ = ["mask_codes", "mask_secrets", "mask_told_secrets", "mask_url_tokens"]

_PREFIXES = [
    "AKIA",
    "ASIA",
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "pk_live_",
    "whsec_",
    "sk-ant-",
    "sk-proj-",
    "sk-",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "xoxr-",
    "xoxs-",
    "xapp-",
    "AIza",
    "GOCSPX-",
    "ya29.",
    "hf_",
    "npm_",
    "pypi-",
    "shpat_",
    "shpss_",
    "shpca_",
    "shppa_",
    "dop_v1_",
    "EAAC",
    "SG.",
    "key-",
    "AC",
    "ck_",
    "cs_",
    "sq0atp-",
    "sq0csp-",
    "eyJ",
]
_FORMS = re.compile(
    r"""(?<![\w-])(?:
      (?:AKIA|ASIA)[A-Z0-9]{16}(?!\w)
    | (?:[srp]k_(?:live|test)|whsec)_[A-Za-z0-9]{16,200}
    | sk-(?:ant-|proj-)?[A-Za-z0-9_-]{20,200}
    | gh[pousr]_[A-Za-z0-9]{30,255} | github_pat_\w{30,255} | glpat-[\w-]{20,64}
    | xox[abprs]-[A-Za-z0-9-]{10,200} | xapp-[A-Za-z0-9-]{10,200}
    | AIza[\w-]{35,40}(?!\w) | GOCSPX-[\w-]{16,40}
    | ya29\.[\w-]{20,200} | hf_[A-Za-z0-9]{30,40} | npm_[A-Za-z0-9]{36} | pypi-[\w-]{50,200}
    | shp(?:at|ss|ca|pa)_[a-fA-F0-9]{32} | dop_v1_[a-f0-9]{64} | EAAC[A-Za-z0-9]{40,250}
    | SG\.[\w-]{16,32}\.[\w-]{16,64}
    | key-[0-9a-f]{32} | AC[0-9a-f]{32} | c[ks]_[0-9a-f]{40} | sq0(?:atp|csp)-[\w-]{20,60}
    | eyJ[\w-]{10,2000}\.[\w-]{10,2000}(?:\.[\w-]{5,2000})?
    )""",
    re.VERBOSE,
)
_LONG = re.compile(r"[\w.-]{18}")
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[A-Za-z0-9+/=\s,:-]{0,8000}?(?:-----END [A-Z ]{0,20}PRIVATE KEY-----|\Z)"
)
_IN_URL = re.compile(
    r"([?&#;](?:amp;)?(?:[a-z]{1,12}[_-]){0,3}(?:oob)?(?:token|auth|apikey|key|sig|signature|session(?:_?id)?|sid|password|passwd|pwd"
    r"|secret|jwt|otp|reset|code|hash|ticket|invite|verif\w{0,12}|activat\w{0,4}|magic|hmac|nonce|csrf|credential|uuid)=)(?!\[)([^&\s\"'<>#\[\]]{6,500})",
    re.IGNORECASE,
)
_USER_IN_URL = re.compile(
    r"(\b[a-z][a-z0-9+.-]{1,15}://)([^\s/@:\"'<>\[\]]{1,64}:[^\s/@\"'<>\[\]]{1,64})(?=@)", re.IGNORECASE
)

_TOLD = after(
    "passwords and keys",
    r"(?:\s?[:=]\s{0,3}|\s(?:is|ist|est|es|è|to|jest)\s{1,3}:?\s{0,2}|(?<=(?i:bearer))\s)[\"'`]?",
    r"(?=[^\s\"'`]{0,64}[\d!?#$%^*_])[^\s\"'`\[\],;<>]{3,120}[^\s\"'`\[\],;<>.!?]",
)
# In what people write: also a word that no language has, behind a password's word and a blank.
_TYPED = after(
    "passwords and keys",
    r"(?:\s?[:=]\s{0,3}|\s(?:is|was|ist|war|lautet|est|es|era|è|to|jest|é)\s{1,3}:?\s{0,2}|\s{1,2})[\"'`“„]?",
    r"(?=[^\s\"'`]{0,64}[\d!?#$%^*_&+][^\s\"'`.,;:!?)])(?=[^\s\"'`]{0,64}[^\W\d])[^\s\"'`\[\],;<>“”]{4,120}[^\s\"'`\[\],;<>.!?“”)]"
    r"|(?=[^\s\"'`]{0,64}\d)(?=[^\s\"'`]{0,64}[^\W\d])[^\s\"'`\[\],;<>“”]{5,120}[^\s\"'`\[\],;<>.!?“”)]",
)
_CODE = after(
    "codes that open",
    r"(?:\s{0,2}(?i:numbers?|no|nr|code|is|was|ist|war|lautet|est|es|era|è|jest|to|é|:|=|[#(])){0,3}\s{0,2}[\"'“„]?",
    r"(?:\d{3,4}(?: \d{3,4}){1,4}|(?=[A-Z ]{0,16}\d)[A-Z0-9]{4}(?: [A-Z0-9]{4}){1,5}"
    r"|(?=[A-Z-]{0,16}\d|(?:[A-Z]{4}-){2})[A-Z0-9]{3,24}(?:-[A-Z0-9]{2,8}){0,6})(?!\w|[.,]\d)",
)
_URL = re.compile(r"(?:https?://|(?<![\w.@-])(?:[\w-]{1,63}\.){1,4}[a-z]{2,12}/)[^\s\"'<>\[\]]{1,2000}", re.IGNORECASE)
_URL_PART = re.compile(r"(?<=[/=?&#:])[\w.~%+-]{12,1000}")
_FILE = re.compile(r"\.(?:png|jpe?g|gif|webp|avif|svg|css|js|html?|mp4)\Z", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_RUN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_SHORTEST_TOKEN, _FEWEST_RUNS = 12, 5


def mask_url_tokens(text: str, found: Counter[str]) -> str:
    """Return `text` with ``[secret]`` for each part of an address on the web that looks drawn by chance."""
    return replace(_URL, text, _without_tokens, "secret", found) if "/" in text else text


def _without_tokens(match: re.Match[str]) -> str:
    return _URL_PART.sub(lambda part: "[secret]" if _is_random(part[0]) else part[0], match[0])


def _is_random(part: str) -> bool:
    """Whether letters and digits, or capitals and small letters, change too often for words and numbers."""
    if _UUID.fullmatch(part):
        return True
    pieces = [piece for piece in re.split(r"[-_.~%+]", part) if len(piece) >= _SHORTEST_TOKEN]
    return not _FILE.search(part) and any(len(_RUN.findall(piece)) >= _FEWEST_RUNS for piece in pieces)


def mask_codes(text: str, found: Counter[str]) -> str:
    """Return `text` with ``[secret]`` for each PIN, one-time or gift card code, and password after its word."""
    text = _CODE.replace(text, lambda match: f"{match[1]}[secret]", "secret", found)
    return _TYPED.replace(text, lambda match: f"{match[1]}[secret]", "secret", found)


def mask_secrets(text: str, found: Counter[str]) -> str:
    """Return `text` with ``[secret]`` for each key or token of a known form, and for those in addresses on the web."""
    if _LONG.search(text) and any(prefix in text for prefix in _PREFIXES):
        text = replace(_FORMS, text, lambda _: "[secret]", "secret", found)
    if "PRIVATE KEY" in text:
        text = replace(_PRIVATE_KEY, text, lambda _: "[secret]", "secret", found)
    if "=" in text:
        text = replace(_IN_URL, text, lambda match: f"{match[1]}[secret]", "secret", found)
    if "://" in text:
        text = replace(_USER_IN_URL, text, lambda match: f"{match[1]}[secret]", "secret", found)
    return text


def mask_told_secrets(text: str, found: Counter[str]) -> str:
    """Return `text` with ``[secret]`` for each password or key after a word for it."""
    return _TOLD.replace(text, lambda match: f"{match[1]}[secret]", "secret", found)
